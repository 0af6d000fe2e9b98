// However the tokens of a prompt are cut into steps, the logits are the same: chunks, blocks of the
// cache and pages are no borders. A random model of each architecture, made here.
#include <gtest/gtest.h>

#include <random>

#include "gguf/writer.h"
#include "run_program.h"

namespace lar {
namespace {

constexpr uint32_t kWidth = 64;
constexpr uint32_t kVocab = 96;
constexpr uint32_t kLayers = 2;
constexpr uint32_t kHeads = 4;
constexpr uint32_t kKvHeads = 2;
constexpr uint32_t kHeadDim = 16;
constexpr uint32_t kFfn = 96;

class RandomModel {
 public:
  RandomModel() {
    writer_.set_string("general.architecture", "llama");
    number("context_length", 4096U);
    number("embedding_length", kWidth);
    number("block_count", kLayers);
    number("feed_forward_length", kFfn);
    number("attention.head_count", kHeads);
    number("attention.head_count_kv", kKvHeads);
    writer_.set_number("llama.attention.layer_norm_rms_epsilon", 1e-5F);
    matrix("token_embd.weight", kVocab, kWidth);
    for (uint32_t layer = 0; layer < kLayers; ++layer) {
      const std::string blk = "blk." + std::to_string(layer) + ".";
      vector(blk + "attn_norm.weight", kWidth);
      matrix(blk + "attn_q.weight", kHeads * kHeadDim, kWidth);
      matrix(blk + "attn_k.weight", kKvHeads * kHeadDim, kWidth);
      matrix(blk + "attn_v.weight", kKvHeads * kHeadDim, kWidth);
      matrix(blk + "attn_output.weight", kWidth, kHeads * kHeadDim);
      vector(blk + "ffn_norm.weight", kWidth);
      matrix(blk + "ffn_gate.weight", kFfn, kWidth);
      matrix(blk + "ffn_up.weight", kFfn, kWidth);
      matrix(blk + "ffn_down.weight", kWidth, kFfn);
    }
    vector("output_norm.weight", kWidth);
  }

  void number(const std::string& key, uint32_t value) { writer_.set_number("llama." + key, value); }

  std::shared_ptr<const gguf::File> file() {
    bytes_ = writer_.to_bytes().value();
    return gguf::File::parse(bytes_, "random").value();
  }

 private:
  void matrix(std::string name, uint64_t rows, uint64_t cols) {
    add(std::move(name), {.rank = 2, .dims = {cols, rows, 1, 1}}, 0.15F, 0.0F);
  }
  void vector(std::string name, uint64_t size) {
    add(std::move(name), {.rank = 1, .dims = {size, 1, 1, 1}}, 0.1F, 1.0F);
  }
  void add(std::string name, const Shape& shape, float spread, float mean) {
    std::normal_distribution<float> normal(mean, spread);
    auto& data = data_.emplace_back(std::make_unique<std::vector<float>>(shape.elements()));
    for (float& value : *data) value = normal(random_);
    writer_.add_tensor({.name = std::move(name),
                        .dtype = DType::kF32,
                        .shape = shape,
                        .bytes = std::as_bytes(std::span(*data))});
  }

  std::mt19937 random_{20260101};
  gguf::Writer writer_;
  std::vector<std::unique_ptr<std::vector<float>>> data_;
  std::vector<std::byte> bytes_;
};

std::vector<int32_t> some_tokens(uint32_t count) {
  std::vector<int32_t> tokens(count);
  for (uint32_t i = 0; i < count; ++i) tokens[i] = static_cast<int32_t>((i * 31 + i / 7) % kVocab);
  return tokens;
}

TEST(Steps, ChunksAndBlocksAreNoBorders) {
  RandomModel model;
  const auto file = model.file();
  for (const uint32_t count : {1U, 31U, 32U, 33U, 511U, 512U, 513U, 2000U}) {
    const auto tokens = some_tokens(count);
    const auto whole = test::run_tokens(*file, tokens, {.batch = 2048});
    ASSERT_TRUE(whole.has_value()) << whole.error().message;
    for (const uint32_t batch : {1U, 17U, 64U, 512U}) {
      if (batch == 1 && count > 600) continue;
      const auto parts = test::run_tokens(*file, tokens, {.batch = batch});
      ASSERT_TRUE(parts.has_value());
      EXPECT_LE(test::relative_difference(*whole, *parts), 2e-5) << count << " by " << batch;
    }
  }
}

TEST(Steps, ThreadsChangeNothing) {
  RandomModel model;
  const auto file = model.file();
  const auto tokens = some_tokens(200);
  const auto one = test::run_tokens(*file, tokens, {.threads = 1, .batch = 64});
  const auto three = test::run_tokens(*file, tokens, {.threads = 3, .batch = 64});
  ASSERT_TRUE(one.has_value() && three.has_value());
  EXPECT_LE(test::relative_difference(*one, *three), 1e-6);
}

TEST(Steps, ASlidingWindowForgetsWhatIsBeforeIt) {
  RandomModel model;
  model.number("attention.sliding_window", 48);
  // One layer sees 48 positions back, two layers 95: the last row cannot tell earlier tokens apart.
  const auto file = model.file();
  auto tokens = some_tokens(200);
  const auto first = test::run_tokens(*file, tokens, {.batch = 64});
  for (size_t i = 0; i < 100; ++i) tokens[i] = static_cast<int32_t>((i * 7 + 3) % kVocab);
  const auto second = test::run_tokens(*file, tokens, {.batch = 64});
  ASSERT_TRUE(first.has_value() && second.has_value());
  const auto last_rows = [](const test::Matrix& logits) {
    return std::vector<float>(logits.row(199), logits.row(199) + kVocab);
  };
  EXPECT_EQ(last_rows(*first), last_rows(*second));
  EXPECT_GT(test::relative_difference(*first, *second), 1e-3);
}

TEST(Steps, HalfFloatCacheStaysClose) {
  RandomModel model;
  const auto file = model.file();
  const auto tokens = some_tokens(300);
  const auto f32 = test::run_tokens(*file, tokens, {});
  const auto f16 = test::run_tokens(*file, tokens, {.kv_type = DType::kF16});
  ASSERT_TRUE(f32.has_value() && f16.has_value());
  EXPECT_LE(test::relative_difference(*f32, *f16), 2e-3);
}

}  // namespace
}  // namespace lar
