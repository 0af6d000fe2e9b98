// Sixteen floats, sixteen integers and sixty-four bytes in one 512-bit register each; needs VNNI
// and VBMI. Its dot product is unsigned by signed, so signed weights are kept plus 128.
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LAR_SIMD inline __attribute__((always_inline))
#define LAR_NOINLINE inline __attribute__((noinline))

namespace lar::kernels {
namespace {

constexpr size_t kLanes = 16;

// Register tiles: vectors of 16 columns by rows. 32 registers hold 24 sums.
constexpr size_t kFloatTileVectors = 2;
constexpr size_t kFloatTileRows = 6;
constexpr size_t kFloatTileTokens = 12;
constexpr size_t kByteTileVectors = 2;
constexpr size_t kByteTileTokens = 6;
constexpr size_t kByteRowTokens = 8;
constexpr size_t kByteRows = 2;

using Floats = __m512;
using Ints = __m512i;
using Bytes = __m512i;

LAR_SIMD __mmask16 first_lanes(size_t n) {
  return static_cast<__mmask16>((1U << n) - 1U);
}

LAR_SIMD Floats set1(float x) {
  return _mm512_set1_ps(x);
}
LAR_SIMD Floats zero() {
  return _mm512_setzero_ps();
}
LAR_SIMD Floats load(const float* p) {
  return _mm512_loadu_ps(p);
}
// Lanes from n on are zero, and their memory is not touched.
LAR_SIMD Floats load_n(const float* p, size_t n) {
  return _mm512_maskz_loadu_ps(first_lanes(n), p);
}
LAR_SIMD void store(float* p, Floats a) {
  _mm512_storeu_ps(p, a);
}
LAR_SIMD void store_n(float* p, Floats a, size_t n) {
  _mm512_mask_storeu_ps(p, first_lanes(n), a);
}

LAR_SIMD Floats add(Floats a, Floats b) {
  return _mm512_add_ps(a, b);
}
LAR_SIMD Floats sub(Floats a, Floats b) {
  return _mm512_sub_ps(a, b);
}
LAR_SIMD Floats mul(Floats a, Floats b) {
  return _mm512_mul_ps(a, b);
}
LAR_SIMD Floats div(Floats a, Floats b) {
  return _mm512_div_ps(a, b);
}
// a * b + c
LAR_SIMD Floats fma(Floats a, Floats b, Floats c) {
  return _mm512_fmadd_ps(a, b, c);
}
// c - a * b
LAR_SIMD Floats fnma(Floats a, Floats b, Floats c) {
  return _mm512_fnmadd_ps(a, b, c);
}
// Where b is not a number, so is the result.
LAR_SIMD Floats max(Floats a, Floats b) {
  return _mm512_max_ps(a, b);
}
LAR_SIMD Floats min(Floats a, Floats b) {
  return _mm512_min_ps(a, b);
}
LAR_SIMD Floats abs(Floats a) {
  return _mm512_abs_ps(a);
}
LAR_SIMD Floats round(Floats a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// v where x >= limit (or x is not a number), else 0.
LAR_SIMD Floats zero_below(Floats v, Floats x, float limit) {
  return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, set1(limit), _CMP_NLT_UQ), v);
}
// p * 2^n for whole n in [-126, 127].
LAR_SIMD Floats scale_by_power(Floats p, Floats n) {
  return _mm512_scalef_ps(p, n);
}
LAR_SIMD float reduce_add(Floats a) {
  return _mm512_reduce_add_ps(a);
}
LAR_SIMD float reduce_max(Floats a) {
  return _mm512_reduce_max_ps(a);
}

LAR_SIMD __m128i load_16(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
LAR_SIMD __m256i load_32(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

LAR_SIMD Floats load_f16(const uint8_t* p) {
  return _mm512_cvtph_ps(load_32(p));
}
LAR_SIMD void store_f16(uint8_t* p, Floats a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
LAR_SIMD Floats load_bf16(const uint8_t* p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(load_32(p)), 16));
}
// Sixteen signed or unsigned bytes.
LAR_SIMD Floats load_i8(const uint8_t* p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(load_16(p)));
}
LAR_SIMD Floats load_u8(const uint8_t* p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(load_16(p)));
}
// Whole numbers in [-128, 127].
LAR_SIMD void store_i8(uint8_t* p, Floats a) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(a)));
}

// Lane i is value i / 2 of eight.
LAR_SIMD Floats twice(__m256 a) {
  const __m512i index = _mm512_set_epi32(7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0);
  return _mm512_permutexvar_ps(index, _mm512_castps256_ps512(a));
}
LAR_SIMD __m128i eight_bytes(uint64_t x) {
  return _mm_cvtsi64_si128(static_cast<long long>(x));
}
LAR_SIMD Floats widen_u8(__m128i x) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(x));
}
// Lanes 2i from the bytes of even, lanes 2i + 1 from those of odd.
LAR_SIMD Floats interleave_u8(uint64_t even, uint64_t odd) {
  return widen_u8(_mm_unpacklo_epi8(eight_bytes(even), eight_bytes(odd)));
}
// Eight bytes, then eight more.
LAR_SIMD Floats join_u8(uint64_t low, uint64_t high) {
  return widen_u8(_mm_unpacklo_epi64(eight_bytes(low), eight_bytes(high)));
}
LAR_SIMD short load_word(const uint8_t* p) {
  short word = 0;
  memcpy(&word, p, sizeof(word));
  return word;
}
// Eight half floats, `stride` bytes from one to the next.
LAR_SIMD Floats twice_f16(const uint8_t* p, size_t stride) {
  return twice(_mm256_cvtph_ps(_mm_set_epi16(load_word(p + 7 * stride), load_word(p + 6 * stride),
                                             load_word(p + 5 * stride), load_word(p + 4 * stride),
                                             load_word(p + 3 * stride), load_word(p + 2 * stride),
                                             load_word(p + stride), load_word(p))));
}
LAR_SIMD Floats twice_f32(const float* p) {
  return twice(_mm256_loadu_ps(p));
}
LAR_SIMD float half_at(const uint8_t* p) {
  return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(load_word(p))));
}

LAR_SIMD Floats to_floats(Ints a) {
  return _mm512_cvtepi32_ps(a);
}
LAR_SIMD Ints set1_int(int32_t x) {
  return _mm512_set1_epi32(x);
}

LAR_SIMD Ints load_ints(const int32_t* p) {
  return _mm512_loadu_si512(p);
}

LAR_SIMD Bytes load_bytes(const uint8_t* p) {
  return _mm512_loadu_si512(p);
}
LAR_SIMD void store_bytes(uint8_t* p, Bytes a) {
  _mm512_storeu_si512(p, a);
}
LAR_SIMD Floats as_floats(Bytes a) {
  return _mm512_castsi512_ps(a);
}
LAR_SIMD Bytes as_bytes(Floats a) {
  return _mm512_castps_si512(a);
}
// Thirty-two bytes, twice.
LAR_SIMD Bytes twice_32(const uint8_t* p) {
  return _mm512_broadcast_i64x4(load_32(p));
}
// Low halves of 32 bytes, then their high halves.
LAR_SIMD Bytes nibbles_32(const uint8_t* p) {
  const Bytes x = twice_32(p);
  return _mm512_and_si512(_mm512_mask_srli_epi16(x, 0xFFFF0000U, x, 4), _mm512_set1_epi8(15));
}
// Low halves of 16 bytes at p, then their high halves; the same at q.
LAR_SIMD Bytes nibbles_16(const uint8_t* p, const uint8_t* q) {
  const Bytes x =
      _mm512_mask_broadcast_i32x4(_mm512_broadcast_i32x4(load_16(p)), 0xFF00, load_16(q));
  return _mm512_and_si512(_mm512_mask_srli_epi16(x, 0xFF00FF00U, x, 4), _mm512_set1_epi8(15));
}
// The halves of x moved right by low and high bits (left where negative), only `mask` kept in
// each byte: bits of a neighbour must not survive it.
template <int low, int high>
LAR_SIMD Bytes shift_halves(Bytes x, int mask) {
  constexpr auto right = [](int n) { return static_cast<short>(n > 0 ? n : 0); };
  if constexpr (low >= 0 && high >= 0) {
    x = _mm512_srlv_epi16(
        x, _mm512_inserti64x4(_mm512_set1_epi16(right(low)), _mm256_set1_epi16(right(high)), 1));
  } else {
    static_assert(low <= 0 && high <= 0);
    x = _mm512_sllv_epi16(
        x, _mm512_inserti64x4(_mm512_set1_epi16(right(-low)), _mm256_set1_epi16(right(-high)), 1));
  }
  return _mm512_and_si512(x, _mm512_set1_epi8(static_cast<char>(mask)));
}
template <int bits>
LAR_SIMD Bytes shift_right(Bytes x, int mask) {
  return _mm512_and_si512(_mm512_srli_epi16(x, bits), _mm512_set1_epi8(static_cast<char>(mask)));
}
LAR_SIMD Bytes bit_or(Bytes a, Bytes b) {
  return _mm512_or_si512(a, b);
}
// x plus value where the bit is set.
LAR_SIMD Bytes add_where(Bytes x, uint64_t bits, int value) {
  return _mm512_mask_add_epi8(x, bits, x, _mm512_set1_epi8(static_cast<char>(value)));
}

// Signed weights, in the form that dot_signed takes: plus kSignedBias.
constexpr int kSignedBias = 128;
LAR_SIMD Bytes load_signed(const uint8_t* p) {
  return _mm512_xor_si512(load_bytes(p), _mm512_set1_epi8(-128));
}
LAR_SIMD Bytes load_signed(const uint8_t* p, const uint8_t* q) {
  const Bytes x = _mm512_inserti64x4(_mm512_castsi256_si512(load_32(p)), load_32(q), 1);
  return _mm512_xor_si512(x, _mm512_set1_epi8(-128));
}
// u - middle
LAR_SIMD Bytes centred(Bytes u, int middle) {
  return _mm512_add_epi8(u, _mm512_set1_epi8(static_cast<char>(kSignedBias - middle)));
}
// table[index]
LAR_SIMD Bytes lookup_signed(const int8_t* table, Bytes index) {
  const __m128i values =
      _mm_xor_si128(load_16(reinterpret_cast<const uint8_t*>(table)), _mm_set1_epi8(-128));
  return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(values), index);
}

// Eight words of eight bytes.
LAR_SIMD Bytes words(const uint64_t w[8]) {
  const auto at = [&](size_t i) { return static_cast<long long>(w[i]); };
  return _mm512_set_epi64(at(7), at(6), at(5), at(4), at(3), at(2), at(1), at(0));
}
LAR_SIMD Bytes add_bytes(Bytes a, Bytes b) {
  return _mm512_add_epi8(a, b);
}
// The first base-3 digit of fractions of 256: 0 below 86, 1 below 171, else 2.
LAR_SIMD Bytes thirds(Bytes x) {
  const Bytes one = _mm512_set1_epi8(1);
  const Bytes above_85 = _mm512_min_epu8(_mm512_subs_epu8(x, _mm512_set1_epi8(85)), one);
  const Bytes above_170 = _mm512_min_epu8(_mm512_subs_epu8(x, _mm512_set1_epi8(-86)), one);
  return _mm512_add_epi8(above_85, above_170);
}
// Bytes that are signed numbers already.
LAR_SIMD Bytes from_signed(Bytes x) {
  return _mm512_xor_si512(x, _mm512_set1_epi8(-128));
}
// Magnitudes, negative where the bit is set.
LAR_SIMD Bytes with_signs(Bytes x, uint64_t bits) {
  return from_signed(_mm512_mask_sub_epi8(x, bits, _mm512_setzero_si512(), x));
}

// Lane i is sum[i] plus the products of bytes 4i to 4i + 3; u at most 63.
LAR_SIMD Ints dot_unsigned(Ints sum, Bytes u, Bytes a) {
  return _mm512_dpbusd_epi32(sum, u, a);
}
LAR_SIMD Ints dot_signed(Ints sum, Bytes w, Bytes a) {
  return _mm512_dpbusd_epi32(sum, w, a);
}
// Four bytes to all lanes.
LAR_SIMD Bytes broadcast_4(const uint8_t* p) {
  int32_t four = 0;
  memcpy(&four, p, sizeof(four));
  return _mm512_set1_epi32(four);
}

// rows[i][j] becomes rows[j][i].
LAR_SIMD void transpose(Floats rows[kLanes]) {
  Floats t[kLanes];
  for (size_t i = 0; i < kLanes; i += 2) {
    t[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
  }
  for (size_t i = 0; i < kLanes; i += 4) {
    const __m512d a = _mm512_castps_pd(t[i]);
    const __m512d b = _mm512_castps_pd(t[i + 1]);
    const __m512d c = _mm512_castps_pd(t[i + 2]);
    const __m512d d = _mm512_castps_pd(t[i + 3]);
    rows[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
    rows[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
    rows[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
    rows[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
  }
  // rows[4g + c] holds columns c, c + 4, c + 8, c + 12 of rows 4g to 4g + 3.
  for (size_t c = 0; c < 4; ++c) {
    const Floats low01 = _mm512_shuffle_f32x4(rows[c], rows[4 + c], 0x88);
    const Floats high01 = _mm512_shuffle_f32x4(rows[c], rows[4 + c], 0xDD);
    const Floats low23 = _mm512_shuffle_f32x4(rows[8 + c], rows[12 + c], 0x88);
    const Floats high23 = _mm512_shuffle_f32x4(rows[8 + c], rows[12 + c], 0xDD);
    t[c] = _mm512_shuffle_f32x4(low01, low23, 0x88);
    t[c + 4] = _mm512_shuffle_f32x4(high01, high23, 0x88);
    t[c + 8] = _mm512_shuffle_f32x4(low01, low23, 0xDD);
    t[c + 12] = _mm512_shuffle_f32x4(high01, high23, 0xDD);
  }
  for (size_t i = 0; i < kLanes; ++i) rows[i] = t[i];
}
// Lanes as a matrix of four by four: lane 4i + j becomes lane 4j + i.
LAR_SIMD Floats regroup(Floats a) {
  const __m512i index = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  return _mm512_permutexvar_ps(index, a);
}
// Lane 4i + j of part k becomes lane 4i + k of part j.
LAR_SIMD void regroup(Bytes part[4]) {
  const Bytes a = _mm512_unpacklo_epi32(part[0], part[1]);
  const Bytes b = _mm512_unpackhi_epi32(part[0], part[1]);
  const Bytes c = _mm512_unpacklo_epi32(part[2], part[3]);
  const Bytes d = _mm512_unpackhi_epi32(part[2], part[3]);
  part[0] = _mm512_unpacklo_epi64(a, c);
  part[1] = _mm512_unpackhi_epi64(a, c);
  part[2] = _mm512_unpacklo_epi64(b, d);
  part[3] = _mm512_unpackhi_epi64(b, d);
}
LAR_SIMD void prefetch(const void* p) {
  _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0);
}

}  // namespace
}  // namespace lar::kernels
