// Logits of tiny models of every architecture and type against those that llama.cpp gives.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "run_program.h"
#include "support/data.h"

namespace lar {
namespace {

std::vector<IsaSet> isa_sets() {
  std::vector<IsaSet> sets;
  const IsaSet machine = detect_isa();
  for (const Isa isa : {Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kNeon, Isa::kI8mm}) {
    if (!machine.has(isa)) continue;
    IsaSet set;
    set.add(isa);
    sets.push_back(set);
  }
  return sets;
}

class ReferenceLogits : public testing::TestWithParam<const char*> {};

TEST_P(ReferenceLogits, F32AgreesWithin1e4OfTheRange) {
  const auto base = test::shared_data(std::string("archs/") + GetParam());
  LAR_REQUIRE_DATA(base.string() + ".gguf");
  const auto file = gguf::File::open(base.string() + ".gguf");
  ASSERT_TRUE(file.has_value()) << file.error().message;
  const test::Matrix expected = test::read_npy(base.string() + ".logits.npy");
  for (const IsaSet& isas : isa_sets()) {
    for (const uint32_t batch : {512U, 7U, 1U}) {
      const auto logits =
          test::run_tokens(**file, test::reference_tokens(), {.batch = batch, .isas = isas});
      ASSERT_TRUE(logits.has_value()) << logits.error().message;
      EXPECT_LE(test::relative_difference(expected, *logits), 1e-4)
          << "isa bits " << isas.bits << ", batch " << batch;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Architectures,
    ReferenceLogits,
    testing::Values("llama-dense", "llama-moe", "qwen2-dense", "qwen3-dense", "gpt2-dense"));

// The type, and the mean KL divergence from the F32 model that llama.cpp has with it.
struct QuantizedCase {
  const char* type;
  double mean_kl;
};

class QuantizedLogits : public testing::TestWithParam<QuantizedCase> {};

TEST_P(QuantizedLogits, DivergesNoMoreThanTheReference) {
  const auto [type, mean_kl] = GetParam();
  const auto base = test::shared_data(std::string("archs/quantized/llama-dense-") + type);
  LAR_REQUIRE_DATA(base.string() + ".gguf");
  const auto file = gguf::File::open(base.string() + ".gguf");
  ASSERT_TRUE(file.has_value()) << file.error().message;
  const test::Matrix f32 = test::read_npy(test::shared_data("archs/llama-dense.logits.npy"));
  const test::Matrix reference = test::read_npy(base.string() + ".logits.npy");
  for (const IsaSet& isas : isa_sets()) {
    for (const uint32_t batch : {512U, 1U}) {
      const auto logits =
          test::run_tokens(**file, test::reference_tokens(), {.batch = batch, .isas = isas});
      ASSERT_TRUE(logits.has_value()) << logits.error().message;
      const double divergence = test::mean_divergence(f32, *logits);
      EXPECT_LE(divergence, mean_kl * 1.05) << "isa bits " << isas.bits << ", batch " << batch;
      // Both runs round their activations; their distance is of the size of that rounding.
      EXPECT_LE(test::relative_difference(reference, *logits), 0.05);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types,
                         QuantizedLogits,
                         testing::Values(QuantizedCase{"BF16", 4.8e-06},
                                         QuantizedCase{"F16", 8e-08},
                                         QuantizedCase{"IQ3_S", 0.0302},
                                         QuantizedCase{"IQ4_NL", 0.00562},
                                         QuantizedCase{"IQ4_XS", 0.00639},
                                         QuantizedCase{"MXFP4_MOE", 0.0151},
                                         QuantizedCase{"Q2_K", 0.0997},
                                         QuantizedCase{"Q3_K_M", 0.0276},
                                         QuantizedCase{"Q4_0", 0.00716},
                                         QuantizedCase{"Q4_1", 0.00636},
                                         QuantizedCase{"Q4_K_M", 0.00514},
                                         QuantizedCase{"Q5_0", 0.00191},
                                         QuantizedCase{"Q5_1", 0.00133},
                                         QuantizedCase{"Q5_K_M", 0.00168},
                                         QuantizedCase{"Q6_K", 0.000374},
                                         QuantizedCase{"Q8_0", 5.23e-05},
                                         QuantizedCase{"TQ1_0", 0.595},
                                         QuantizedCase{"TQ2_0", 0.595}),
                         [](const auto& param) { return std::string(param.param.type); });

}  // namespace
}  // namespace lar
