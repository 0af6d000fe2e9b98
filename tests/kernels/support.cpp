#include "kernels/support.h"

#include <cstring>

namespace lar::kernels {
namespace {

class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed * 2654435761U + 12345U) {}
  uint32_t next() {
    state_ = state_ * 1664525U + 1013904223U;
    return state_ >> 8U;
  }

 private:
  uint32_t state_;
};

// Half floats of magnitude 1/16 to 1/2, either sign.
uint16_t random_half(Random& random) {
  return static_cast<uint16_t>((random.next() & 0x8000U) | (0x2C00U + random.next() % 0x0C00U));
}

// Where a block keeps its half floats.
std::vector<size_t> half_offsets(DType type, size_t block_bytes) {
  switch (type) {
    case DType::kF16:
    case DType::kQ4_0:
    case DType::kQ5_0:
    case DType::kQ8_0:
    case DType::kIQ1_S:
    case DType::kIQ2_XXS:
    case DType::kIQ2_XS:
    case DType::kIQ2_S:
    case DType::kIQ3_XXS:
    case DType::kIQ3_S:
    case DType::kIQ4_NL:
    case DType::kIQ4_XS: return {0};
    case DType::kQ4_1:
    case DType::kQ5_1:
    case DType::kQ4_K:
    case DType::kQ5_K: return {0, 2};
    case DType::kQ2_K: return {block_bytes - 4, block_bytes - 2};
    case DType::kQ3_K:
    case DType::kQ6_K:
    case DType::kTQ1_0:
    case DType::kTQ2_0: return {block_bytes - 2};
    default: return {};
  }
}

}  // namespace

std::vector<float> random_row(size_t n, uint32_t seed) {
  Random random(seed);
  std::vector<float> row(n);
  for (float& v : row) v = static_cast<float>(random.next()) * 0x1p-23F - 1.0F;
  return row;
}

std::vector<std::byte> random_blocks(DType type, size_t blocks, size_t block_bytes, uint32_t seed) {
  std::vector<std::byte> bytes(blocks * block_bytes);
  Random random(seed);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random.next() >> 4U);
  const std::vector<size_t> halves = half_offsets(type, block_bytes);
  for (size_t i = 0; i < blocks; ++i) {
    std::byte* block = bytes.data() + i * block_bytes;
    for (const size_t offset : halves) {
      const uint16_t half = random_half(random);
      std::memcpy(block + offset, &half, sizeof(half));
    }
    if (type == DType::kF32) {
      const float value = static_cast<float>(random.next()) * 0x1p-23F - 1.0F;
      std::memcpy(block, &value, sizeof(value));
    } else if (type == DType::kBF16) {
      const auto value =
          static_cast<uint16_t>((random.next() & 0x8000U) | (0x3D00U + random.next() % 0x0200U));
      std::memcpy(block, &value, sizeof(value));
    } else if (type == DType::kMXFP4) {
      block[0] = static_cast<std::byte>(118U + random.next() % 12U);
    } else if (type == DType::kIQ1_M) {
      // The half float is spread over the top four bits of the last four words.
      const uint32_t half = random_half(random);
      for (size_t word = 0; word < 4; ++word) {
        std::byte& top = block[block_bytes - 8 + 2 * word + 1];
        top = static_cast<std::byte>((static_cast<uint32_t>(top) & 0x0FU) |
                                     (half >> (4 * word) & 0xFU) << 4U);
      }
    }
  }
  return bytes;
}

}  // namespace lar::kernels
