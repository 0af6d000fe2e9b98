#include "runtime/perplexity.h"

#include <gtest/gtest.h>

#include "support/data.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {
namespace {

struct Case {
  const char* text;
  uint32_t chunk_tokens;
  uint32_t chunks;
  double expected;  // by llama.cpp's tool
};

class PerplexityOfStories : public testing::TestWithParam<Case> {};

TEST_P(PerplexityOfStories, EqualsTheReferenceWithin3PerMille) {
  const auto [text_file, chunk_tokens, chunks, expected] = GetParam();
  const auto path = test::shared_data("models/stories260K.gguf");
  LAR_REQUIRE_DATA(path);
  const auto file = gguf::File::open(path.string());
  ASSERT_TRUE(file.has_value());
  const auto tokenizer = tokenizer::Tokenizer::create(**file);
  ASSERT_TRUE(tokenizer.has_value());
  const auto tokens =
      (*tokenizer)->encode(test::read_file(test::shared_data(text_file)), {.add_special = true});
  ASSERT_TRUE(tokens.has_value());
  auto model = Evaluator::create(
      **file, {.threads = 2, .isas = detect_isa(), .context = chunk_tokens, .batch = 128});
  ASSERT_TRUE(model.has_value());
  const auto result = measure_perplexity(*model, *tokens, (*tokenizer)->ids().bos,
                                         {.chunk_tokens = chunk_tokens, .chunks_max = chunks},
                                         [](auto...) { return true; });
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_NEAR(result->value, expected, expected * 0.003);
}

INSTANTIATE_TEST_SUITE_P(Texts,
                         PerplexityOfStories,
                         testing::Values(Case{"corpora/tinyshakespeare.txt", 256, 100, 101.5355},
                                         Case{"corpora/tinystories_sample.txt", 128, 0, 6.8457},
                                         Case{"corpora/tinystories_sample.txt", 256, 0, 6.8981}));

TEST(Divergence, OfAModelFromItselfIsNothing) {
  const auto path = test::shared_data("models/stories260K.gguf");
  LAR_REQUIRE_DATA(path);
  const auto file = gguf::File::open(path.string());
  ASSERT_TRUE(file.has_value());
  const EvaluateOptions options{.isas = detect_isa(), .context = 64, .batch = 64};
  auto base = Evaluator::create(**file, options);
  auto model = Evaluator::create(**file, options);
  ASSERT_TRUE(base.has_value() && model.has_value());
  std::vector<int32_t> tokens(128);
  for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<int32_t>(i * 7 % 500 + 5);
  const auto result = measure_divergence(*base, *model, tokens, 1, {.chunk_tokens = 64},
                                         [](auto...) { return true; });
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->mean_kl, 0.0, 1e-9);
  EXPECT_DOUBLE_EQ(result->same_top, 1.0);
}

}  // namespace
}  // namespace lar::runtime
