// The blocks of the quantized formats, as they stand in a file: plain packed structs, alignment 1,
// little-endian. Every struct says which bits make which element; `e` counts elements in a block,
// d is a half unless said otherwise. Only layouts: safe to include in files built for one
// instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lar::quant {

// ---- blocks of 32: one scale, maybe one offset ----

// value = d * (q - 8); q of element e: e < 16 the low half of qs[e], else the high half of
// qs[e-16].
struct [[gnu::packed]] BlockQ4_0 {
  static constexpr uint32_t kElements = 32;
  uint16_t d;
  uint8_t qs[16];
};

// value = d * q + m; q as in Q4_0.
struct [[gnu::packed]] BlockQ4_1 {
  static constexpr uint32_t kElements = 32;
  uint16_t d;
  uint16_t m;
  uint8_t qs[16];
};

// value = d * (q - 16); low four bits as in Q4_0, the fifth is bit e of qh.
struct [[gnu::packed]] BlockQ5_0 {
  static constexpr uint32_t kElements = 32;
  uint16_t d;
  uint8_t qh[4];
  uint8_t qs[16];
};

// value = d * q + m; q as in Q5_0.
struct [[gnu::packed]] BlockQ5_1 {
  static constexpr uint32_t kElements = 32;
  uint16_t d;
  uint16_t m;
  uint8_t qh[4];
  uint8_t qs[16];
};

// value = d * qs[e].
struct [[gnu::packed]] BlockQ8_0 {
  static constexpr uint32_t kElements = 32;
  uint16_t d;
  int8_t qs[32];
};

// value = d * kIq4nlValues[q]; q as in Q4_0.
struct [[gnu::packed]] BlockIQ4_NL {
  static constexpr uint32_t kElements = 32;
  uint16_t d;
  uint8_t qs[16];
};

// value = 2^(e - 128) * kMxfp4Values[q] (the table is doubled); q as in Q4_0.
struct [[gnu::packed]] BlockMXFP4 {
  static constexpr uint32_t kElements = 32;
  uint8_t e;
  uint8_t qs[16];
};

// ---- super-blocks of 256: one or two halves, and small scales of groups ----

// Groups of 16. value = d * (scale & 15) * q - dmin * (scale >> 4), scale = scales[e / 16].
// q: bits 2j, 2j+1 of qs[32h + e % 32], with h = e / 128, j = e % 128 / 32.
struct [[gnu::packed]] BlockQ2_K {
  static constexpr uint32_t kElements = 256;
  uint8_t scales[16];
  uint8_t qs[64];
  uint16_t d;
  uint16_t dmin;
};

// Groups of 16. value = d * (scale - 32) * (q - 4); the low two bits of q as in Q2_K, the third is
// bit e / 32 of hmask[e % 32].
// scale of group g: low four bits: half g / 8 of scales[g % 8]; high two: bits 2(g / 4) and up of
// scales[8 + g % 4].
struct [[gnu::packed]] BlockQ3_K {
  static constexpr uint32_t kElements = 256;
  uint8_t hmask[32];
  uint8_t qs[64];
  uint8_t scales[12];
  uint16_t d;
};

// Groups of 32. value = d * scale * q - dmin * min.
// q: half (e / 32) % 2 of qs[32 (e / 64) + e % 32].
// Group g < 4: scale = low six bits of scales[g], min = low six of scales[g + 4].
// Group g >= 4: scale = low half of scales[g + 4] and, above it, the top two bits of scales[g - 4];
// min = high half of scales[g + 4] and, above it, the top two bits of scales[g].
struct [[gnu::packed]] BlockQ4_K {
  static constexpr uint32_t kElements = 256;
  uint16_t d;
  uint16_t dmin;
  uint8_t scales[12];
  uint8_t qs[128];
};

// As Q4_K; the fifth bit of q is bit e / 32 of qh[e % 32].
struct [[gnu::packed]] BlockQ5_K {
  static constexpr uint32_t kElements = 256;
  uint16_t d;
  uint16_t dmin;
  uint8_t scales[12];
  uint8_t qh[32];
  uint8_t qs[128];
};

// Groups of 16. value = d * scales[e / 16] * (q - 32). With h = e / 128, r = e % 128 / 32,
// l = e % 32: the low four bits are half r / 2 of ql[64h + 32 (r % 2) + l], the high two are bits
// 2r, 2r+1 of qh[32h + l].
struct [[gnu::packed]] BlockQ6_K {
  static constexpr uint32_t kElements = 256;
  uint8_t ql[128];
  uint8_t qh[64];
  int8_t scales[16];
  uint16_t d;
};

// Groups of 32. value = d * (scale - 32) * kIq4nlValues[q]; q inside a group as in Q4_0.
// scale of group g: low four bits: half g % 2 of scales_l[g / 2]; high two: bits 2g, 2g+1 of
// scales_h.
struct [[gnu::packed]] BlockIQ4_XS {
  static constexpr uint32_t kElements = 256;
  uint16_t d;
  uint16_t scales_h;
  uint8_t scales_l[4];
  uint8_t qs[128];
};

// ---- ternary ----

// value = d * (t - 1), t in {0, 1, 2}. A byte is a fraction of 256 whose first five base-3 digits
// are five elements: digit n of byte b is ((b * 3^n mod 256) * 3) >> 8.
// Elements 32n + m (e < 160): digit n of qs[m]. Elements 160 + 16n + m: digit n of qs[32 + m].
// Elements 240 + 4n + m: digit n of qh[m], n < 4.
struct [[gnu::packed]] BlockTQ1_0 {
  static constexpr uint32_t kElements = 256;
  uint8_t qs[48];
  uint8_t qh[4];
  uint16_t d;
};

// value = d * (q - 1); q: bits 2j, 2j+1 of qs[32h + e % 32] as in Q2_K.
struct [[gnu::packed]] BlockTQ2_0 {
  static constexpr uint32_t kElements = 256;
  uint8_t qs[64];
  uint16_t d;
};

// ---- vectors of a codebook (codebooks.h). Groups of 32 = four vectors of eight elements. ----

// Group g is two 32-bit words at byte 8g of qs. Word 0: four indices of kIq2xxsGrid, one a byte.
// Word 1: four sign patterns of seven bits (kSignPatterns), then the scale s in the top four.
// value = d * (s + 0.5) / 4 * grid * sign.
struct [[gnu::packed]] BlockIQ2_XXS {
  static constexpr uint32_t kElements = 256;
  uint16_t d;
  uint8_t qs[64];
};

// Vector v: index of kIq2xsGrid in the low nine bits of qs[v], sign pattern in the top seven.
// s: half (v / 2) % 2 of scales[v / 4]; value as in IQ2_XXS.
struct [[gnu::packed]] BlockIQ2_XS {
  static constexpr uint32_t kElements = 256;
  uint16_t d;
  uint16_t qs[32];
  uint8_t scales[8];
};

// Vector v: index of kIq2sGrid: qs[v] and, above it, bits 2(v % 4) and up of qh[v / 4]. Bit e % 8
// of signs[v] is the sign of an element. s and value as in IQ2_XS.
struct [[gnu::packed]] BlockIQ2_S {
  static constexpr uint32_t kElements = 256;
  uint16_t d;
  uint8_t qs[32];
  uint8_t signs[32];
  uint8_t qh[8];
  uint8_t scales[8];
};

// Vectors of four: element e is in vector e / 4, index qs[e / 4] of kIq3xxsGrid. Group g has the
// word at byte 4g of scales_and_signs: four sign patterns of seven bits (one for eight elements),
// then s. value = d * (s + 0.5) / 2 * grid * sign.
struct [[gnu::packed]] BlockIQ3_XXS {
  static constexpr uint32_t kElements = 256;
  uint16_t d;
  uint8_t qs[64];
  uint8_t scales_and_signs[32];
};

// Vectors of four: index of kIq3sGrid: qs[v] and, above it, bit v % 8 of qh[v / 8]. Bit e % 8 of
// signs[e / 8] is the sign. s: half g % 2 of scales[g / 2]. value = d * (1 + 2s) * grid * sign.
struct [[gnu::packed]] BlockIQ3_S {
  static constexpr uint32_t kElements = 256;
  uint16_t d;
  uint8_t qs[64];
  uint8_t qh[8];
  uint8_t signs[32];
  uint8_t scales[4];
};

// Vector v of group g: index of kIq1sGrid: qs[v] and, above it, bits 3(v % 4) and up of qh[g].
// s: bits 12-14 of qh[g]; bit 15: delta is -1/8, else 1/8. value = d * (2s + 1) * (grid + delta).
struct [[gnu::packed]] BlockIQ1_S {
  static constexpr uint32_t kElements = 256;
  uint16_t d;
  uint8_t qs[32];
  uint16_t qh[8];
};

// As IQ1_S, with the half v % 2 of qh[v / 2] for vector v: three bits of the index, then the sign
// of delta. The scales are four 16-bit words: s of the pair of vectors p = v / 2 stands at bit
// 3(p % 4) of word p / 4; the top four bits of the words make d, word 0 the lowest.
struct [[gnu::packed]] BlockIQ1_M {
  static constexpr uint32_t kElements = 256;
  uint8_t qs[32];
  uint8_t qh[16];
  uint16_t scales[4];
};

static_assert(sizeof(BlockQ4_0) == 18 && sizeof(BlockQ4_1) == 20 && sizeof(BlockQ5_0) == 22);
static_assert(sizeof(BlockQ5_1) == 24 && sizeof(BlockQ8_0) == 34 && sizeof(BlockIQ4_NL) == 18);
static_assert(sizeof(BlockMXFP4) == 17 && sizeof(BlockQ2_K) == 84 && sizeof(BlockQ3_K) == 110);
static_assert(sizeof(BlockQ4_K) == 144 && sizeof(BlockQ5_K) == 176 && sizeof(BlockQ6_K) == 210);
static_assert(sizeof(BlockIQ4_XS) == 136 && sizeof(BlockTQ1_0) == 54 && sizeof(BlockTQ2_0) == 66);
static_assert(sizeof(BlockIQ2_XXS) == 66 && sizeof(BlockIQ2_XS) == 74 && sizeof(BlockIQ2_S) == 82);
static_assert(sizeof(BlockIQ3_XXS) == 98 && sizeof(BlockIQ3_S) == 110);
static_assert(sizeof(BlockIQ1_S) == 50 && sizeof(BlockIQ1_M) == 56);

}  // namespace lar::quant
