// Files that another quantizer made: every type decodes to about the weights that it was made from,
// and our encoders make the same bytes of those.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "gguf/reader.h"
#include "quant/traits.h"
#include "support/data.h"

namespace lar::gguf {
namespace {

std::vector<float> decode(const TensorView& tensor) {
  std::vector<float> floats(tensor.shape.elements());
  quant::traits(tensor.dtype).decode(tensor.bytes.data(), floats.data(), floats.size());
  return floats;
}

double relative_error(std::span<const float> decoded, std::span<const float> exact) {
  double error = 0;
  double norm = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    error += std::pow(static_cast<double>(decoded[i]) - static_cast<double>(exact[i]), 2);
    norm += std::pow(static_cast<double>(exact[i]), 2);
  }
  return std::sqrt(error / norm);
}

struct Bounds {
  double low;  // an error below is as suspicious as one above: the type keeps only so many bits
  double high;
};

const std::map<DType, Bounds> kBounds = {
    {DType::kF32, {0, 1e-12}},     {DType::kF16, {1e-5, 4e-4}},   {DType::kBF16, {1e-4, 3e-3}},
    {DType::kQ8_0, {0.002, 0.01}}, {DType::kQ6_K, {0.01, 0.025}}, {DType::kQ5_0, {0.02, 0.06}},
    {DType::kQ5_1, {0.02, 0.06}},  {DType::kQ5_K, {0.02, 0.05}},  {DType::kQ4_0, {0.05, 0.12}},
    {DType::kQ4_1, {0.05, 0.12}},  {DType::kQ4_K, {0.05, 0.1}},   {DType::kIQ4_NL, {0.05, 0.1}},
    {DType::kIQ4_XS, {0.05, 0.1}}, {DType::kMXFP4, {0.08, 0.17}}, {DType::kQ3_K, {0.1, 0.2}},
    {DType::kIQ3_S, {0.1, 0.2}},   {DType::kQ2_K, {0.2, 0.4}},    {DType::kTQ1_0, {0.4, 0.9}},
    {DType::kTQ2_0, {0.4, 0.9}},
};

TEST(Weights, OfQuantizedModelsAreNearTheExactOnes) {
  const auto exact_path = lar::test::shared_data("archs/llama-dense.gguf");
  LAR_REQUIRE_DATA(exact_path);
  const auto exact = File::open(exact_path.string());
  ASSERT_TRUE(exact.has_value()) << exact.error().message;
  std::map<DType, int> tensors_of;
  for (const auto& entry :
       std::filesystem::directory_iterator(lar::test::shared_data("archs/quantized"))) {
    if (entry.path().extension() != ".gguf") continue;
    const auto file = File::open(entry.path().string());
    ASSERT_TRUE(file.has_value()) << file.error().message;
    EXPECT_EQ((*file)->tensors().size(), (*exact)->tensors().size());
    for (const TensorView& tensor : (*file)->tensors()) {
      const TensorView* original = (*exact)->find_tensor(tensor.name);
      ASSERT_NE(original, nullptr) << tensor.name;
      ASSERT_EQ(tensor.shape, original->shape) << tensor.name;
      ASSERT_TRUE(kBounds.contains(tensor.dtype)) << quant::traits(tensor.dtype).name;
      const Bounds bounds = kBounds.at(tensor.dtype);
      const std::vector<float> exact_weights = decode(*original);
      const double error = relative_error(decode(tensor), exact_weights);
      EXPECT_LE(error, bounds.high) << entry.path().filename() << " " << tensor.name;
      EXPECT_GE(error, bounds.low) << entry.path().filename() << " " << tensor.name;
      if (const auto encode = quant::traits(tensor.dtype).encode; encode != nullptr) {
        std::vector<std::byte> encoded(tensor.bytes.size());
        encode(exact_weights.data(), encoded.data(), exact_weights.size());
        EXPECT_TRUE(std::ranges::equal(encoded, tensor.bytes))
            << entry.path().filename() << " " << tensor.name;
      }
      ++tensors_of[tensor.dtype];
    }
  }
  EXPECT_EQ(tensors_of.size(), kBounds.size());
}

}  // namespace
}  // namespace lar::gguf
