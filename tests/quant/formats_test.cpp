// The decoders and encoders against bytes and floats that other implementations made.
#include "quant/formats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "quant/traits.h"
#include "support/data.h"

namespace lar::quant {
namespace {

const Traits* find_by_name(std::string_view name) {
  for (const Traits& row : all_traits()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::vector<std::byte> bytes_of(const std::string& text) {
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

std::vector<std::byte> bytes_of_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (size_t i = 0; i + 2 <= hex.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

uint64_t fnv1a(std::span<const float> floats) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (const std::byte byte : std::as_bytes(floats)) {
    hash = (hash ^ static_cast<uint64_t>(byte)) * 0x100000001b3U;
  }
  return hash;
}

std::vector<float> decode_all(const Traits& type, std::span<const std::byte> blocks) {
  std::vector<float> out(blocks.size() / type.block_bytes * type.block_elements);
  type.decode(blocks.data(), out.data(), out.size());
  return out;
}

TEST(Formats, DecodeTheGoldenBlocksBitForBit) {
  std::ifstream file(test::source_path("tests/quant/data/decode_golden.txt"));
  ASSERT_TRUE(file.is_open());
  std::set<std::string> seen;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    std::string name;
    std::string hex;
    std::string hash;
    ASSERT_TRUE(fields >> name >> hex >> hash);
    const Traits* type = find_by_name(name);
    ASSERT_NE(type, nullptr) << name;
    seen.insert(name);
    const std::vector<float> floats = decode_all(*type, bytes_of_hex(hex));
    for (size_t i = 0; i < 4; ++i) {
      std::string bits;
      ASSERT_TRUE(fields >> bits);
      EXPECT_EQ(std::bit_cast<uint32_t>(floats[i]), std::stoul(bits, nullptr, 16)) << name << i;
    }
    EXPECT_EQ(fnv1a(floats), std::stoull(hash, nullptr, 16)) << name;
  }
  for (const Traits& type : all_traits()) {
    EXPECT_EQ(seen.contains(std::string(type.name)), type.decode != nullptr) << type.name;
  }
}

TEST(Formats, DecodeReadsUnalignedBlocks) {
  for (const Traits& type : all_traits()) {
    if (type.decode == nullptr) continue;
    std::vector<std::byte> blocks(type.block_bytes + 1, std::byte{0x11});
    std::vector<float> odd(type.block_elements);
    std::vector<float> even(type.block_elements);
    type.decode(blocks.data(), even.data(), even.size());
    type.decode(blocks.data() + 1, odd.data(), odd.size());
    EXPECT_EQ(odd, even) << type.name;
  }
}

struct Vector {
  const char* stem;
  const char* type;
  double error_max;  // of the decoded floats, relative to the root mean square of the input
  bool exact_bytes;  // made without an importance matrix: our encoder must give these bytes
};

class Hf2q : public testing::TestWithParam<Vector> {};

TEST_P(Hf2q, DecodesNearTheInputAndEncodesTheBytes) {
  const auto [stem, name, error_max, exact_bytes] = GetParam();
  const auto input_path =
      test::shared_data(std::string("quant/hf2q/ggml_quants/") + stem + "_input.bin");
  LAR_REQUIRE_DATA(input_path);
  const auto input_bytes = bytes_of(test::read_file(input_path));
  const auto expected = bytes_of(test::read_file(
      test::shared_data(std::string("quant/hf2q/ggml_quants/") + stem + "_expected.bin")));
  std::vector<float> input(input_bytes.size() / sizeof(float));
  std::memcpy(input.data(), input_bytes.data(), input_bytes.size());

  const Traits* type = find_by_name(name);
  ASSERT_NE(type, nullptr);
  ASSERT_EQ(row_bytes(*type, input.size()), expected.size());
  const std::vector<float> decoded = decode_all(*type, expected);
  double error = 0;
  double norm = 0;
  for (size_t i = 0; i < input.size(); ++i) {
    error += std::pow(static_cast<double>(decoded[i]) - static_cast<double>(input[i]), 2);
    norm += std::pow(static_cast<double>(input[i]), 2);
  }
  EXPECT_LT(std::sqrt(error / norm), error_max);
  EXPECT_GT(std::sqrt(error / norm), error_max / 3) << "the bound is too wide to tell anything";

  if (!exact_bytes || type->encode == nullptr) return;
  std::vector<std::byte> encoded(expected.size());
  type->encode(input.data(), encoded.data(), input.size());
  EXPECT_EQ(encoded, expected);
}

INSTANTIATE_TEST_SUITE_P(Formats,
                         Hf2q,
                         testing::Values(Vector{"q4_0_64_noim", "Q4_0", 0.1, true},
                                         Vector{"q4_0_64_im", "Q4_0", 0.1, false},
                                         Vector{"q4_1_64_noim", "Q4_1", 0.1, true},
                                         Vector{"q4_1_64_im", "Q4_1", 0.1, false},
                                         Vector{"q5_0_64_im", "Q5_0", 0.035, false},
                                         Vector{"q5_1_64_im", "Q5_1", 0.035, false},
                                         Vector{"q8_0_64_im", "Q8_0", 0.005, true},
                                         Vector{"iq4_nl_64_noim", "IQ4_NL", 0.1, true},
                                         Vector{"iq4_nl_64_im", "IQ4_NL", 0.1, false},
                                         Vector{"q2_k_512_im", "Q2_K", 0.3, false},
                                         Vector{"q4_k_512_noim", "Q4_K", 0.1, true},
                                         Vector{"q5_k_512_noim", "Q5_K", 0.035, true},
                                         Vector{"q6_k_512_noim", "Q6_K", 0.018, true},
                                         Vector{"q6_k_512_im", "Q6_K", 0.018, false}),
                         [](const auto& vector) { return std::string(vector.param.stem); });

}  // namespace
}  // namespace lar::quant
