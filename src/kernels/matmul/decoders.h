// One decoder a format: 256 columns of a row (a unit) as bytes and the scales of groups of 16.
// Included after one of the vector headers. A weight is
//   scale * w              signed formats, w in the form that dot_signed takes
//   scale * u - offset     formats with kOffset, u in [0, 63]
// kGroup says over how many columns scale and offset stay the same: 16 or 32. Blocks of zeros
// decode to weights that are finite; they fill up a row's last unit and meet zeros there.
#pragma once

#include "quant/blocks.h"
#include "quant/codebooks.h"
#include "tensor/dtype.h"

namespace lar::kernels {
namespace {

constexpr size_t kUnit = 256;
constexpr size_t kParts = 4;  // of sixty-four bytes

struct Unit {
  Bytes part[kParts];
  Floats scale;   // lane i: of columns 16i to 16i + 15
  Floats offset;  // only with kOffset
};

template <DType type, typename Block, size_t group, bool offset>
struct Format {
  static constexpr DType kType = type;
  static constexpr size_t kBlockColumns = Block::kElements;
  static constexpr size_t kBlockBytes = sizeof(Block);
  static constexpr size_t kUnitBytes = kUnit / kBlockColumns * kBlockBytes;
  static constexpr size_t kGroup = group;
  static constexpr bool kOffset = offset;
};

template <typename T>
LAR_SIMD T read(const uint8_t* p) {
  T value;
  memcpy(&value, p, sizeof(value));
  return value;
}

// ---- blocks of 32 ----

struct Q8_0 : Format<DType::kQ8_0, quant::BlockQ8_0, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* block = p + 2 * i * kBlockBytes + 2;
      unit.part[i] = load_signed(block, block + kBlockBytes);
    }
    unit.scale = twice_f16(p, kBlockBytes);
  }
};

struct Q4_0 : Format<DType::kQ4_0, quant::BlockQ4_0, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* block = p + 2 * i * kBlockBytes + 2;
      unit.part[i] = centred(nibbles_16(block, block + kBlockBytes), 8);
    }
    unit.scale = twice_f16(p, kBlockBytes);
  }
};

struct Q4_1 : Format<DType::kQ4_1, quant::BlockQ4_1, 32, true> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* block = p + 2 * i * kBlockBytes + 4;
      unit.part[i] = nibbles_16(block, block + kBlockBytes);
    }
    unit.scale = twice_f16(p, kBlockBytes);
    unit.offset = sub(zero(), twice_f16(p + 2, kBlockBytes));
  }
};

// The fifth bits of two neighbouring blocks.
template <size_t block_bytes>
LAR_SIMD uint64_t fifth_bits(const uint8_t* p) {
  return read<uint32_t>(p) | static_cast<uint64_t>(read<uint32_t>(p + block_bytes)) << 32U;
}

struct Q5_0 : Format<DType::kQ5_0, quant::BlockQ5_0, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* block = p + 2 * i * kBlockBytes;
      const Bytes low = centred(nibbles_16(block + 6, block + 6 + kBlockBytes), 16);
      unit.part[i] = add_where(low, fifth_bits<kBlockBytes>(block + 2), 16);
    }
    unit.scale = twice_f16(p, kBlockBytes);
  }
};

struct Q5_1 : Format<DType::kQ5_1, quant::BlockQ5_1, 32, true> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* block = p + 2 * i * kBlockBytes;
      const Bytes low = nibbles_16(block + 8, block + 8 + kBlockBytes);
      unit.part[i] = add_where(low, fifth_bits<kBlockBytes>(block + 4), 16);
    }
    unit.scale = twice_f16(p, kBlockBytes);
    unit.offset = sub(zero(), twice_f16(p + 2, kBlockBytes));
  }
};

struct IQ4_NL : Format<DType::kIQ4_NL, quant::BlockIQ4_NL, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* block = p + 2 * i * kBlockBytes + 2;
      unit.part[i] = lookup_signed(quant::kIq4nlValues, nibbles_16(block, block + kBlockBytes));
    }
    unit.scale = twice_f16(p, kBlockBytes);
  }
};

struct MXFP4 : Format<DType::kMXFP4, quant::BlockMXFP4, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    float scales[8];
    for (size_t i = 0; i < 8; ++i) {
      // 2^(e - 128); the two smallest are below the normal floats.
      const uint32_t e = p[i * kBlockBytes];
      const uint32_t bits = e < 2 ? 0x00200000U << e : (e - 1U) << 23U;
      memcpy(&scales[i], &bits, sizeof(bits));
    }
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* block = p + 2 * i * kBlockBytes + 1;
      unit.part[i] = lookup_signed(quant::kMxfp4Values, nibbles_16(block, block + kBlockBytes));
    }
    unit.scale = twice_f32(scales);
  }
};

// ---- super-blocks with scales of groups ----

struct Q2_K : Format<DType::kQ2_K, quant::BlockQ2_K, 16, true> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    const uint8_t* qs = p + 16;
    for (size_t h = 0; h < 2; ++h) {
      const Bytes x = twice_32(qs + 32 * h);
      unit.part[2 * h] = shift_halves<0, 2>(x, 3);
      unit.part[2 * h + 1] = shift_halves<4, 6>(x, 3);
    }
    constexpr uint64_t kLow = 0x0F0F0F0F0F0F0F0FU;
    const auto a = read<uint64_t>(p);
    const auto b = read<uint64_t>(p + 8);
    unit.scale = mul(join_u8(a & kLow, b & kLow), set1(half_at(p + 80)));
    unit.offset = mul(join_u8(a >> 4U & kLow, b >> 4U & kLow), set1(half_at(p + 82)));
  }
};

struct Q3_K : Format<DType::kQ3_K, quant::BlockQ3_K, 16, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    const Bytes third = twice_32(p);
    const Bytes first = twice_32(p + 32);
    const Bytes second = twice_32(p + 64);
    const auto join = [](Bytes low, Bytes high) { return centred(bit_or(low, high), 4); };
    unit.part[0] = join(shift_halves<0, 2>(first, 3), shift_halves<-2, -1>(third, 4));
    unit.part[1] = join(shift_halves<4, 6>(first, 3), shift_halves<0, 1>(third, 4));
    unit.part[2] = join(shift_halves<0, 2>(second, 3), shift_halves<2, 3>(third, 4));
    unit.part[3] = join(shift_halves<4, 6>(second, 3), shift_halves<4, 5>(third, 4));
    constexpr uint64_t kLow = 0x0F0F0F0F0F0F0F0FU;
    constexpr uint64_t kHigh = 0x3030303030303030U;
    const auto low = read<uint64_t>(p + 96);
    const uint64_t high = read<uint32_t>(p + 104);
    // Bytes 0 to 3: the top bits of groups 0 to 3, moved to their place; 4 to 7: of groups 4 to 7.
    const uint64_t top_low = (high << 4U | high << 34U) & kHigh;
    const uint64_t top_high = (high | high << 30U) & kHigh;
    const Floats scales = join_u8((low & kLow) | top_low, (low >> 4U & kLow) | top_high);
    unit.scale = mul(sub(scales, set1(32.0F)), set1(half_at(p + 108)));
  }
};

// The scales and offsets of Q4_K and Q5_K: eight of six bits each in twelve bytes.
LAR_SIMD void six_bit_scales(const uint8_t* p, Unit& unit) {
  const auto a = read<uint32_t>(p + 4);
  const auto b = read<uint32_t>(p + 8);
  const auto c = read<uint32_t>(p + 12);
  constexpr uint32_t kSix = 0x3F3F3F3FU;
  constexpr uint32_t kFour = 0x0F0F0F0FU;
  constexpr uint32_t kTop = 0x30303030U;
  const uint64_t scale_high = (c & kFour) | (a >> 2U & kTop);
  const uint64_t offset_high = (c >> 4U & kFour) | (b >> 2U & kTop);
  const uint64_t scales = (a & kSix) | scale_high << 32U;
  const uint64_t offsets = (b & kSix) | offset_high << 32U;
  unit.scale = mul(interleave_u8(scales, scales), set1(half_at(p)));
  unit.offset = mul(interleave_u8(offsets, offsets), set1(half_at(p + 2)));
}

struct Q4_K : Format<DType::kQ4_K, quant::BlockQ4_K, 32, true> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) unit.part[i] = nibbles_32(p + 16 + 32 * i);
    six_bit_scales(p, unit);
  }
};

struct Q5_K : Format<DType::kQ5_K, quant::BlockQ5_K, 32, true> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    const Bytes fifth = twice_32(p + 16);
    const uint8_t* qs = p + 48;
    unit.part[0] = bit_or(nibbles_32(qs), shift_halves<-4, -3>(fifth, 16));
    unit.part[1] = bit_or(nibbles_32(qs + 32), shift_halves<-2, -1>(fifth, 16));
    unit.part[2] = bit_or(nibbles_32(qs + 64), shift_halves<0, 1>(fifth, 16));
    unit.part[3] = bit_or(nibbles_32(qs + 96), shift_halves<2, 3>(fifth, 16));
    six_bit_scales(p, unit);
  }
};

struct Q6_K : Format<DType::kQ6_K, quant::BlockQ6_K, 16, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t h = 0; h < 2; ++h) {
      const Bytes low = load_bytes(p + 64 * h);
      const Bytes high = twice_32(p + 128 + 32 * h);
      unit.part[2 * h] =
          centred(bit_or(shift_right<0>(low, 15), shift_halves<-4, -2>(high, 48)), 32);
      unit.part[2 * h + 1] =
          centred(bit_or(shift_right<4>(low, 15), shift_halves<0, 2>(high, 48)), 32);
    }
    unit.scale = mul(load_i8(p + 192), set1(half_at(p + 208)));
  }
};

struct IQ4_XS : Format<DType::kIQ4_XS, quant::BlockIQ4_XS, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* qs = p + 8 + 32 * i;
      unit.part[i] = lookup_signed(quant::kIq4nlValues, nibbles_16(qs, qs + 16));
    }
    // Eight halves of bytes to eight bytes, eight pairs of bits to eight bytes.
    uint64_t low = read<uint32_t>(p + 4);
    low = (low | low << 16U) & 0x0000FFFF0000FFFFU;
    low = (low | low << 8U) & 0x00FF00FF00FF00FFU;
    low = (low | low << 4U) & 0x0F0F0F0F0F0F0F0FU;
    uint64_t high = read<uint16_t>(p + 2);
    high = (high | high << 24U) & 0x000000FF000000FFU;
    high = (high | high << 12U) & 0x000F000F000F000FU;
    high = (high | high << 6U) & 0x0303030303030303U;
    const uint64_t scales = low | high << 4U;
    unit.scale = mul(sub(interleave_u8(scales, scales), set1(32.0F)), set1(half_at(p)));
  }
};

// ---- ternary ----

struct TQ2_0 : Format<DType::kTQ2_0, quant::BlockTQ2_0, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t h = 0; h < 2; ++h) {
      const Bytes x = twice_32(p + 32 * h);
      unit.part[2 * h] = centred(shift_halves<0, 2>(x, 3), 1);
      unit.part[2 * h + 1] = centred(shift_halves<4, 6>(x, 3), 1);
    }
    unit.scale = set1(half_at(p + 64));
  }
};

// Eight bytes times three, each modulo 256.
LAR_SIMD uint64_t times_three(uint64_t x) {
  constexpr uint64_t kTop = 0x8080808080808080U;
  const uint64_t twice = ((x & ~kTop) << 1U);
  return ((twice & ~kTop) + (x & ~kTop)) ^ ((twice ^ x) & kTop);
}

struct TQ1_0 : Format<DType::kTQ1_0, quant::BlockTQ1_0, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    // Fractions whose first digit is digit n of the bytes: six words of qs, and qh in the seventh.
    constexpr size_t kWords = 7;
    uint64_t plane[5][kWords];
    for (size_t j = 0; j + 1 < kWords; ++j) plane[0][j] = read<uint64_t>(p + 8 * j);
    plane[0][kWords - 1] = read<uint32_t>(p + 48);
    for (size_t n = 1; n < 5; ++n) {
      for (size_t j = 0; j < kWords; ++j) plane[n][j] = times_three(plane[n - 1][j]);
    }
    const auto& [a, b, c, d, e] = plane;
    const uint64_t w[kParts][8] = {
        {a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]},
        {c[0], c[1], c[2], c[3], d[0], d[1], d[2], d[3]},
        {e[0], e[1], e[2], e[3], a[4], a[5], b[4], b[5]},
        {c[4], c[5], d[4], d[5], e[4], e[5], a[6] | b[6] << 32U, c[6] | d[6] << 32U}};
    for (size_t i = 0; i < kParts; ++i) unit.part[i] = centred(thirds(words(w[i])), 1);
    unit.scale = set1(half_at(p + 52));
  }
};

// ---- vectors of a codebook ----

// Two groups of four sign patterns of seven bits, each completed to an even number of signs.
LAR_SIMD uint64_t even_signs(uint32_t first, uint32_t second) {
  const uint64_t x = first | static_cast<uint64_t>(second) << 32U;
  const uint64_t seven = (x & 0x0000007F0000007FU) | (x << 1U & 0x00007F0000007F00U) |
                         (x << 2U & 0x007F0000007F0000U) | (x << 3U & 0x7F0000007F000000U);
  uint64_t parity = seven ^ seven >> 4U;
  parity ^= parity >> 2U;
  parity ^= parity >> 1U;
  return seven | (parity & 0x0101010101010101U) << 7U;
}

struct IQ2_XXS : Format<DType::kIQ2_XXS, quant::BlockIQ2_XXS, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    uint64_t scales = 0;
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* groups = p + 2 + 16 * i;
      uint64_t w[8];
      for (size_t v = 0; v < 8; ++v) w[v] = quant::kIq2xxsGrid[groups[v / 4 * 8 + v % 4]];
      const auto first = read<uint32_t>(groups + 4);
      const auto second = read<uint32_t>(groups + 12);
      unit.part[i] = with_signs(words(w), even_signs(first, second));
      scales |= static_cast<uint64_t>((first >> 28U) | (second >> 28U) << 8U) << (16 * i);
    }
    const Floats s = add(interleave_u8(scales, scales), set1(0.5F));
    unit.scale = mul(s, set1(0.25F * half_at(p)));
  }
};

// Sixteen scales of four bits, the low half of a byte first: d (s + 1/2) / 4.
LAR_SIMD Floats quarter_scales(uint64_t packed, float d) {
  constexpr uint64_t kLow = 0x0F0F0F0F0F0F0F0FU;
  const Floats s = interleave_u8(packed & kLow, packed >> 4U & kLow);
  return mul(add(s, set1(0.5F)), set1(0.25F * d));
}

struct IQ2_XS : Format<DType::kIQ2_XS, quant::BlockIQ2_XS, 16, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) {
      uint64_t w[8];
      uint32_t signs[2] = {};
      for (size_t v = 0; v < 8; ++v) {
        const uint32_t q = read<uint16_t>(p + 2 + 16 * i + 2 * v);
        w[v] = quant::kIq2xsGrid[q & 511U];
        signs[v / 4] |= (q >> 9U) << (7 * (v % 4));
      }
      unit.part[i] = with_signs(words(w), even_signs(signs[0], signs[1]));
    }
    unit.scale = quarter_scales(read<uint64_t>(p + 66), half_at(p));
  }
};

struct IQ2_S : Format<DType::kIQ2_S, quant::BlockIQ2_S, 16, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* qs = p + 2 + 8 * i;
      const uint32_t high = read<uint16_t>(p + 66 + 2 * i);
      uint64_t w[8];
      for (size_t v = 0; v < 8; ++v) {
        w[v] = quant::kIq2sGrid[qs[v] | (high >> (2 * v) & 3U) << 8U];
      }
      unit.part[i] = with_signs(words(w), read<uint64_t>(p + 34 + 8 * i));
    }
    unit.scale = quarter_scales(read<uint64_t>(p + 74), half_at(p));
  }
};

struct IQ3_XXS : Format<DType::kIQ3_XXS, quant::BlockIQ3_XXS, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    uint64_t scales = 0;
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* qs = p + 2 + 16 * i;
      uint64_t w[8];
      for (size_t v = 0; v < 8; ++v) {
        w[v] = quant::kIq3xxsGrid[qs[2 * v]] |
               static_cast<uint64_t>(quant::kIq3xxsGrid[qs[2 * v + 1]]) << 32U;
      }
      const auto first = read<uint32_t>(p + 66 + 8 * i);
      const auto second = read<uint32_t>(p + 70 + 8 * i);
      unit.part[i] = with_signs(words(w), even_signs(first, second));
      scales |= static_cast<uint64_t>((first >> 28U) | (second >> 28U) << 8U) << (16 * i);
    }
    const Floats s = add(interleave_u8(scales, scales), set1(0.5F));
    unit.scale = mul(s, set1(0.5F * half_at(p)));
  }
};

struct IQ3_S : Format<DType::kIQ3_S, quant::BlockIQ3_S, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* qs = p + 2 + 16 * i;
      const uint32_t high = read<uint16_t>(p + 66 + 2 * i);
      const auto grid = [&](size_t v) -> uint64_t {
        return quant::kIq3sGrid[qs[v] | (high >> v & 1U) << 8U];
      };
      uint64_t w[8];
      for (size_t v = 0; v < 8; ++v) w[v] = grid(2 * v) | grid(2 * v + 1) << 32U;
      unit.part[i] = with_signs(words(w), read<uint64_t>(p + 74 + 8 * i));
    }
    uint64_t s = read<uint32_t>(p + 106);
    s = (s | s << 16U) & 0x0000FFFF0000FFFFU;
    s = (s | s << 8U) & 0x00FF00FF00FF00FFU;
    s = (s | s << 4U) & 0x0F0F0F0F0F0F0F0FU;
    unit.scale = mul(interleave_u8(2 * s + 0x0101010101010101U, 2 * s + 0x0101010101010101U),
                     set1(half_at(p)));
  }
};

// Eight vectors of {-1, 0, 1} plus a delta of 1/8 or -1/8 (where `minus` has the vector's bits),
// times eight.
LAR_SIMD Bytes with_delta(const uint64_t w[8], uint64_t minus) {
  const Bytes x = words(w);
  const Bytes x2 = add_bytes(x, x);
  const Bytes x4 = add_bytes(x2, x2);
  const uint64_t one[8] = {0x0101010101010101U, 0x0101010101010101U, 0x0101010101010101U,
                           0x0101010101010101U, 0x0101010101010101U, 0x0101010101010101U,
                           0x0101010101010101U, 0x0101010101010101U};
  return from_signed(add_where(add_bytes(add_bytes(x4, x4), words(one)), minus, -2));
}

struct IQ1_S : Format<DType::kIQ1_S, quant::BlockIQ1_S, 32, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    uint64_t scales = 0;
    for (size_t i = 0; i < kParts; ++i) {
      uint64_t w[8];
      uint64_t minus = 0;
      for (size_t g = 0; g < 2; ++g) {
        const uint8_t* qs = p + 2 + 8 * i + 4 * g;
        const uint32_t high = read<uint16_t>(p + 34 + 4 * i + 2 * g);
        for (size_t v = 0; v < 4; ++v) {
          w[4 * g + v] = quant::kIq1sGrid[qs[v] | (high >> (3 * v) & 7U) << 8U];
        }
        if ((high & 0x8000U) != 0) minus |= 0xFFFFFFFFULL << (32 * g);
        scales |= static_cast<uint64_t>(2 * (high >> 12U & 7U) + 1) << (16 * i + 8 * g);
      }
      unit.part[i] = with_delta(w, minus);
    }
    unit.scale = mul(interleave_u8(scales, scales), set1(0.125F * half_at(p)));
  }
};

struct IQ1_M : Format<DType::kIQ1_M, quant::BlockIQ1_M, 16, false> {
  static LAR_SIMD void decode(const uint8_t* p, Unit& unit) {
    uint64_t scales[2] = {};
    const auto packed = read<uint64_t>(p + 48);
    for (size_t i = 0; i < kParts; ++i) {
      const uint8_t* qs = p + 8 * i;
      const auto high = read<uint32_t>(p + 32 + 4 * i);
      uint64_t w[8];
      uint64_t minus = 0;
      for (size_t v = 0; v < 8; ++v) {
        const uint32_t half = high >> (4 * v);
        w[v] = quant::kIq1sGrid[qs[v] | (half & 7U) << 8U];
        minus |= (half & 8U) != 0 ? 0xFFULL << (8 * v) : 0;
      }
      unit.part[i] = with_delta(w, minus);
      for (size_t pair = 0; pair < 4; ++pair) {
        const uint64_t s = packed >> (16 * i + 3 * pair) & 7U;
        scales[i / 2] |= (2 * s + 1) << (32 * (i % 2) + 8 * pair);
      }
    }
    const uint64_t half = (packed >> 12U & 0xFU) | (packed >> 24U & 0xF0U) |
                          (packed >> 36U & 0xF00U) | (packed >> 48U & 0xF000U);
    uint8_t d[2];
    memcpy(d, &half, sizeof(d));
    unit.scale = mul(join_u8(scales[0], scales[1]), set1(0.125F * half_at(d)));
  }
};

}  // namespace
}  // namespace lar::kernels
