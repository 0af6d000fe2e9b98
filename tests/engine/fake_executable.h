// An executable without a model: every KV slot remembers a token, and the logits of a position are
// a function of all the tokens that its block table leads to. A wrong block, a lost copy or a stale
// slot changes the output.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "backend/backend.h"

namespace lar::engine::test {

// The hash of a history and the logits that follow it: what the fake computes, without any cache.
inline uint64_t extend_history(uint64_t hash, int32_t token) {
  hash ^= static_cast<uint32_t>(token) + 0x9E3779B97F4A7C15ULL;
  hash *= 0xD6E8FEB86659FD93ULL;
  return hash ^ (hash >> 29);
}

inline void fill_logits(uint64_t hash, std::span<float> out) {
  for (size_t i = 0; i < out.size(); ++i) {
    const uint64_t mixed = extend_history(hash, static_cast<int32_t>(i));
    out[i] = static_cast<float>(mixed >> 40) * 0x1.0p-21F;  // [0, 8)
  }
}

// The greedy continuation of `prompt`, computed alone.
inline std::vector<int32_t> expected_greedy(std::span<const int32_t> prompt,
                                            size_t count,
                                            uint32_t vocab) {
  uint64_t hash = 0;
  for (const int32_t token : prompt) hash = extend_history(hash, token);
  std::vector<float> logits(vocab);
  std::vector<int32_t> result;
  while (result.size() < count) {
    fill_logits(hash, logits);
    size_t best = 0;
    for (size_t i = 1; i < logits.size(); ++i) {
      if (logits[i] > logits[best]) best = i;
    }
    result.push_back(static_cast<int32_t>(best));
    hash = extend_history(hash, result.back());
  }
  return result;
}

class FakeExecutable : public backend::Executable {
 public:
  static constexpr uint32_t kWidth = 2;

  FakeExecutable(backend::StepLimits limits, uint32_t block_tokens, uint32_t blocks, uint32_t vocab)
      : limits_(limits),
        block_tokens_(block_tokens),
        vocab_(vocab),
        slots_(size_t{blocks} * block_tokens, kEmpty),
        logits_(size_t{limits.outputs} * vocab),
        hidden_(size_t{limits.outputs} * kWidth) {}

  const backend::MemoryPlan& memory() const override { return memory_; }

  Result<void> run(const backend::StepInput& input) override {
    ++runs;
    if (fail_next) {
      fail_next = false;
      return fail(Code::kInternal, "the device is lost");
    }
    last_tokens = static_cast<uint32_t>(input.tokens.size());
    last_sequences = static_cast<uint32_t>(input.sequences.size());
    last_want_logits = input.want_logits;
    if (last_tokens > limits_.tokens || input.output_rows.size() > limits_.outputs ||
        last_sequences > limits_.sequences || last_tokens == 0) {
      ADD_FAILURE() << "a step beyond its limits";
      return fail(Code::kInvalidArgument, "beyond the limits");
    }
    write(input);
    size_t output = 0;
    for (const auto& slice : input.sequences) compute(slice, input, output);
    EXPECT_EQ(output, input.output_rows.size()) << "output rows must rise inside the step";
    return {};
  }

  std::span<float> logits(uint32_t i) override {
    EXPECT_TRUE(last_want_logits);
    return std::span(logits_).subspan(size_t{i} * vocab_, vocab_);
  }
  std::span<const float> hidden(uint32_t i) override {
    return std::span(hidden_).subspan(size_t{i} * kWidth, kWidth);
  }

  void copy_kv_block(int32_t from, int32_t to, uint32_t tokens) override {
    ++copies;
    EXPECT_LE(tokens, block_tokens_);
    for (uint32_t i = 0; i < block_tokens_; ++i) {
      slot(to, i) = i < tokens ? slot(from, i) : kEmpty;
    }
  }

  uint64_t runs = 0;
  uint64_t copies = 0;
  uint64_t computed_tokens = 0;
  uint32_t last_tokens = 0;
  uint32_t last_sequences = 0;
  bool last_want_logits = true;
  bool fail_next = false;
  // Called with the row after it is filled: for logits that a test makes up.
  std::function<void(uint64_t hash, std::span<float> row)> edit;

 private:
  static constexpr int32_t kEmpty = -1;

  int32_t& slot(int32_t block, uint32_t i) {
    return slots_[static_cast<size_t>(block) * block_tokens_ + i];
  }

  void write(const backend::StepInput& input) {
    uint32_t row = 0;
    for (const auto& slice : input.sequences) {
      EXPECT_EQ(slice.row_begin, row) << "slices must cover the rows in order";
      EXPECT_GE(slice.block_table.size() * block_tokens_, slice.first_position + slice.tokens);
      for (uint32_t i = 0; i < slice.tokens; ++i, ++row) {
        const uint32_t position = slice.first_position + i;
        slot(slice.block_table[position / block_tokens_], position % block_tokens_) =
            input.tokens[row];
      }
    }
    EXPECT_EQ(row, input.tokens.size());
    computed_tokens += row;
  }

  void compute(const backend::SequenceSlice& slice,
               const backend::StepInput& input,
               size_t& output) {
    uint64_t hash = 0;
    for (uint32_t position = 0; position < slice.first_position + slice.tokens; ++position) {
      hash = extend_history(
          hash, slot(slice.block_table[position / block_tokens_], position % block_tokens_));
      if (position < slice.first_position) continue;
      const uint32_t row = slice.row_begin + position - slice.first_position;
      if (output >= input.output_rows.size() || input.output_rows[output] != row) continue;
      const std::span<float> out = std::span(logits_).subspan(output * vocab_, vocab_);
      fill_logits(hash, out);
      if (edit) edit(hash, out);
      hidden_[output * kWidth] = static_cast<float>(position);
      hidden_[output * kWidth + 1] = static_cast<float>(hash >> 40);
      ++output;
    }
  }

  backend::StepLimits limits_;
  uint32_t block_tokens_;
  uint32_t vocab_;
  std::vector<int32_t> slots_;
  std::vector<float> logits_;
  std::vector<float> hidden_;
  backend::MemoryPlan memory_;
};

}  // namespace lar::engine::test
