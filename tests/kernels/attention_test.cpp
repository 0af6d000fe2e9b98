#include "kernels/attention/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "kernels/support.h"

namespace lar::kernels {
namespace {

struct Case {
  uint32_t heads = 4;
  uint32_t kv_heads = 2;
  uint32_t dim_k = 64;
  uint32_t dim_v = 64;
  uint32_t block_tokens = 32;
  uint32_t history = 0;  // positions before the first query
  uint32_t tokens = 1;
  uint32_t window = 0;
  float softcap = 0.0F;
  bool sinks = false;
  bool causal = true;
};

// What the cache keeps of a value.
double kept_error(DType type) {
  switch (type) {
    case DType::kF32: return 0.0;
    case DType::kF16: return 0x1p-11;
    default: return 0.008;
  }
}

class Attention : public testing::TestWithParam<AttentionKernel> {
 protected:
  void SetUp() override { LAR_REQUIRE_ISA(GetParam().isa); }
  void check(const Case& c);
};

void Attention::check(const Case& c) {
  const AttentionKernel& kernel = GetParam();
  const uint32_t positions = c.history + c.tokens;
  const size_t k_width = size_t{c.kv_heads} * c.dim_k;
  const size_t v_width = size_t{c.kv_heads} * c.dim_v;
  const std::vector<float> k = random_row(positions * k_width, 1);
  const std::vector<float> v = random_row(positions * v_width, 2);
  const size_t q_stride = size_t{c.heads} * c.dim_k + 3;
  const std::vector<float> q = random_row(c.tokens * q_stride, 3);
  const std::vector<float> sinks = random_row(c.heads, 4);

  // The sequence's blocks stand in reverse order, as far as the table is concerned.
  const uint32_t blocks = (positions + c.block_tokens - 1) / c.block_tokens;
  std::vector<int32_t> table(blocks);
  std::iota(table.rbegin(), table.rend(), 0);
  KvLayerView cache;
  cache.k_block_bytes = kernel.row_bytes(c.dim_k) * c.block_tokens * c.kv_heads;
  cache.v_block_bytes = kernel.row_bytes(c.dim_v) * c.block_tokens * c.kv_heads;
  Buffer k_memory(cache.k_block_bytes * blocks);
  Buffer v_memory(cache.v_block_bytes * blocks);
  cache.k = k_memory.data();
  cache.v = v_memory.data();
  cache.block_tokens = c.block_tokens;
  cache.kv_heads = c.kv_heads;
  cache.head_dim_k = c.dim_k;
  cache.head_dim_v = c.dim_v;
  // In two pieces, as a prefill in chunks does.
  const uint32_t half = positions / 2;
  for (const auto& [first, count] : {std::pair{0U, half}, std::pair{half, positions - half}}) {
    kernel.store({.cache = cache,
                  .block_table = table.data(),
                  .k = k.data() + first * k_width,
                  .v = v.data() + first * v_width,
                  .k_stride = k_width,
                  .v_stride = v_width,
                  .tokens = count,
                  .first_position = first});
  }

  const size_t out_stride = size_t{c.heads} * c.dim_v + 5;
  std::vector<float> out(c.tokens * out_stride, -77.0F);
  Buffer scratch(kernel.scratch_bytes(c.heads / c.kv_heads, c.dim_k, c.dim_v, c.block_tokens));
  const float scale = 2.5F / std::sqrt(static_cast<float>(c.dim_k));
  for (uint32_t head = 0; head < c.kv_heads; ++head) {
    kernel.run({.cache = cache,
                .block_table = table.data(),
                .q = q.data(),
                .out = out.data(),
                .q_stride = q_stride,
                .out_stride = out_stride,
                .tokens = c.tokens,
                .first_position = c.history,
                .keys = c.causal ? 0 : positions,
                .heads = c.heads,
                .kv_head_begin = head,
                .kv_head_end = head + 1,
                .scale = scale,
                .softcap = c.softcap,
                .window = c.window,
                .sinks = c.sinks ? sinks.data() : nullptr,
                .scratch = scratch.data()});
  }

  const double bound = 2e-6 + 4.0 * kept_error(kernel.kv_type);
  for (uint32_t t = 0; t < c.tokens; ++t) {
    const uint32_t position = c.history + t;
    const uint32_t begin = c.window != 0 && position + 1 > c.window ? position + 1 - c.window : 0;
    const uint32_t end = c.causal ? position + 1 : positions;
    for (uint32_t head = 0; head < c.heads; ++head) {
      const uint32_t kv = head / (c.heads / c.kv_heads);
      std::vector<double> weights;
      double top = c.sinks ? double{sinks[head]} : -1e300;
      for (uint32_t p = begin; p < end; ++p) {
        double logit = 0;
        for (uint32_t d = 0; d < c.dim_k; ++d) {
          logit += double{q[t * q_stride + head * c.dim_k + d]} * k[p * k_width + kv * c.dim_k + d];
        }
        logit *= scale;
        if (c.softcap > 0) logit = c.softcap * std::tanh(logit / c.softcap);
        weights.push_back(logit);
        top = std::max(top, logit);
      }
      double sum = c.sinks ? std::exp(sinks[head] - top) : 0.0;
      for (double& w : weights) sum += w = std::exp(w - top);
      for (uint32_t d = 0; d < c.dim_v; ++d) {
        double want = 0;
        for (uint32_t p = begin; p < end; ++p) {
          want += weights[p - begin] * v[p * v_width + kv * c.dim_v + d];
        }
        want /= sum;
        ASSERT_NEAR(out[t * out_stride + head * c.dim_v + d], want, bound)
            << "token " << t << " head " << head << " element " << d;
      }
    }
    for (size_t i = size_t{c.heads} * c.dim_v; i < out_stride; ++i) {
      ASSERT_EQ(out[t * out_stride + i], -77.0F) << "wrote past a row";
    }
  }
}

TEST_P(Attention, HeadSizes) {
  for (const uint32_t dim : {1U, 8U, 16U, 20U, 64U, 80U, 100U, 128U, 256U, 512U}) {
    SCOPED_TRACE(dim);
    check({.dim_k = dim, .dim_v = dim, .history = 40, .tokens = 3});
  }
  check({.dim_k = 192, .dim_v = 128, .history = 33, .tokens = 5});
  check({.dim_k = 24, .dim_v = 72, .history = 33, .tokens = 5});
}

TEST_P(Attention, Depths) {
  for (const uint32_t history : {0U, 1U, 30U, 31U, 32U, 33U, 63U, 64U, 500U}) {
    SCOPED_TRACE(history);
    check({.heads = 8, .kv_heads = 2, .history = history});
  }
}

TEST_P(Attention, Prefill) {
  for (const uint32_t tokens : {2U, 15U, 16U, 17U, 40U, 130U}) {
    SCOPED_TRACE(tokens);
    check({.history = 0, .tokens = tokens});
    check({.history = 21, .tokens = tokens});
  }
}

TEST_P(Attention, BlockSizes) {
  for (const uint32_t block : {1U, 5U, 16U, 64U, 256U}) {
    SCOPED_TRACE(block);
    check({.block_tokens = block, .history = 70, .tokens = 9});
  }
}

TEST_P(Attention, HeadGroups) {
  check({.heads = 3, .kv_heads = 3, .history = 50, .tokens = 4});
  check({.heads = 7, .kv_heads = 1, .history = 50, .tokens = 4});
  check({.heads = 71, .kv_heads = 1, .dim_k = 16, .dim_v = 16, .history = 50, .tokens = 4});
}

TEST_P(Attention, Window) {
  for (const uint32_t window : {1U, 2U, 31U, 32U, 33U, 100U, 1000U}) {
    SCOPED_TRACE(window);
    check({.history = 90, .tokens = 1, .window = window});
    check({.history = 20, .tokens = 70, .window = window});
  }
}

TEST_P(Attention, BothWays) {
  for (const uint32_t tokens : {1U, 2U, 15U, 16U, 17U, 31U, 32U, 33U, 130U}) {
    SCOPED_TRACE(tokens);
    check({.tokens = tokens, .causal = false});
    check({.heads = 3, .kv_heads = 3, .dim_k = 20, .dim_v = 20, .tokens = tokens, .causal = false});
  }
}

TEST_P(Attention, SoftcapAndSinks) {
  check({.history = 40, .tokens = 6, .softcap = 3.0F});
  check({.history = 40, .tokens = 6, .sinks = true});
  check({.history = 40, .tokens = 6, .window = 8, .softcap = 3.0F, .sinks = true});
}

INSTANTIATE_TEST_SUITE_P(Every,
                         Attention,
                         testing::ValuesIn(all_attention_kernels().begin(),
                                           all_attention_kernels().end()),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(AttentionChoice, TakesTheLastCompiledSetThatTheMachineRuns) {
  EXPECT_EQ(choose_attention(DType::kQ4_K, {}), nullptr);
  IsaSet all;
  all.bits = ~0U;
  for (const DType type : {DType::kF32, DType::kF16, DType::kQ8_0}) {
    EXPECT_EQ(choose_attention(type, {})->isa, Isa::kScalar);
    EXPECT_EQ(choose_attention(type, all)->isa, all_attention_kernels().back().isa);
    EXPECT_EQ(choose_attention(type, all)->kv_type, type);
  }
}

}  // namespace
}  // namespace lar::kernels
