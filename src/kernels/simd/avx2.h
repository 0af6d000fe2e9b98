// Sixteen floats, sixteen integers and sixty-four bytes in two 256-bit registers each.
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

// Register tiles: vectors of 16 columns by rows. 16 registers hold 12 sums.
constexpr size_t kFloatTileVectors = 1;
constexpr size_t kFloatTileRows = 6;
constexpr size_t kFloatTileTokens = 6;
constexpr size_t kByteTileVectors = 1;
constexpr size_t kByteTileTokens = 4;
constexpr size_t kByteRowTokens = 4;
constexpr size_t kByteRows = 1;

struct Floats {
  __m256 lo;
  __m256 hi;
};
struct Ints {
  __m256i lo;
  __m256i hi;
};
struct Bytes {
  __m256i lo;
  __m256i hi;
};

LAR_SIMD Floats set1(float x) {
  return {_mm256_set1_ps(x), _mm256_set1_ps(x)};
}
LAR_SIMD Floats zero() {
  return {_mm256_setzero_ps(), _mm256_setzero_ps()};
}
LAR_SIMD Floats load(const float* p) {
  return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
LAR_SIMD void store(float* p, Floats a) {
  _mm256_storeu_ps(p, a.lo);
  _mm256_storeu_ps(p + 8, a.hi);
}
// Lanes from n on are zero, and their memory is not touched.
LAR_SIMD Floats load_n(const float* p, size_t n) {
  float part[kLanes] = {};
  memcpy(part, p, n * sizeof(float));
  return load(part);
}
LAR_SIMD void store_n(float* p, Floats a, size_t n) {
  float part[kLanes];
  store(part, a);
  memcpy(p, part, n * sizeof(float));
}

LAR_SIMD Floats add(Floats a, Floats b) {
  return {_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)};
}
LAR_SIMD Floats sub(Floats a, Floats b) {
  return {_mm256_sub_ps(a.lo, b.lo), _mm256_sub_ps(a.hi, b.hi)};
}
LAR_SIMD Floats mul(Floats a, Floats b) {
  return {_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)};
}
LAR_SIMD Floats div(Floats a, Floats b) {
  return {_mm256_div_ps(a.lo, b.lo), _mm256_div_ps(a.hi, b.hi)};
}
// a * b + c
LAR_SIMD Floats fma(Floats a, Floats b, Floats c) {
  return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}
// c - a * b
LAR_SIMD Floats fnma(Floats a, Floats b, Floats c) {
  return {_mm256_fnmadd_ps(a.lo, b.lo, c.lo), _mm256_fnmadd_ps(a.hi, b.hi, c.hi)};
}
// Where b is not a number, so is the result.
LAR_SIMD Floats max(Floats a, Floats b) {
  return {_mm256_max_ps(a.lo, b.lo), _mm256_max_ps(a.hi, b.hi)};
}
LAR_SIMD Floats min(Floats a, Floats b) {
  return {_mm256_min_ps(a.lo, b.lo), _mm256_min_ps(a.hi, b.hi)};
}
LAR_SIMD Floats abs(Floats a) {
  const __m256 sign = _mm256_set1_ps(-0.0F);
  return {_mm256_andnot_ps(sign, a.lo), _mm256_andnot_ps(sign, a.hi)};
}
LAR_SIMD Floats round(Floats a) {
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  return {_mm256_round_ps(a.lo, kNearest), _mm256_round_ps(a.hi, kNearest)};
}
// v where x >= limit (or x is not a number), else 0.
LAR_SIMD Floats zero_below(Floats v, Floats x, float limit) {
  const __m256 l = _mm256_set1_ps(limit);
  return {_mm256_and_ps(_mm256_cmp_ps(x.lo, l, _CMP_NLT_UQ), v.lo),
          _mm256_and_ps(_mm256_cmp_ps(x.hi, l, _CMP_NLT_UQ), v.hi)};
}
LAR_SIMD __m256 power_of_two(__m256 n) {
  const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}
// p * 2^n for whole n in [-126, 127].
LAR_SIMD Floats scale_by_power(Floats p, Floats n) {
  return {_mm256_mul_ps(p.lo, power_of_two(n.lo)), _mm256_mul_ps(p.hi, power_of_two(n.hi))};
}
LAR_SIMD float reduce_add(Floats a) {
  const __m256 eight = _mm256_add_ps(a.lo, a.hi);
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  four = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}
LAR_SIMD float reduce_max(Floats a) {
  const __m256 eight = _mm256_max_ps(a.lo, a.hi);
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  four = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

LAR_SIMD __m128i load_16(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
LAR_SIMD __m256i load_32(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
LAR_SIMD __m128i load_8(const uint8_t* p) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
}

LAR_SIMD Floats load_f16(const uint8_t* p) {
  return {_mm256_cvtph_ps(load_16(p)), _mm256_cvtph_ps(load_16(p + 16))};
}
LAR_SIMD void store_f16(uint8_t* p, Floats a) {
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(a.lo, kNearest));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 16), _mm256_cvtps_ph(a.hi, kNearest));
}
LAR_SIMD __m256 widen_bf16(__m128i a) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(a), 16));
}
LAR_SIMD Floats load_bf16(const uint8_t* p) {
  return {widen_bf16(load_16(p)), widen_bf16(load_16(p + 16))};
}
// Sixteen signed or unsigned bytes.
LAR_SIMD Floats load_i8(const uint8_t* p) {
  return {_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(load_8(p))),
          _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(load_8(p + 8)))};
}
LAR_SIMD Floats load_u8(const uint8_t* p) {
  return {_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(load_8(p))),
          _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(load_8(p + 8)))};
}
// Whole numbers in [-128, 127].
LAR_SIMD void store_i8(uint8_t* p, Floats a) {
  const __m256i words = _mm256_permute4x64_epi64(
      _mm256_packs_epi32(_mm256_cvtps_epi32(a.lo), _mm256_cvtps_epi32(a.hi)), 0xD8);
  _mm_storeu_si128(
      reinterpret_cast<__m128i*>(p),
      _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}

// Lane i is value i / 2 of eight.
LAR_SIMD Floats twice(__m256 a) {
  return {_mm256_permutevar8x32_ps(a, _mm256_set_epi32(3, 3, 2, 2, 1, 1, 0, 0)),
          _mm256_permutevar8x32_ps(a, _mm256_set_epi32(7, 7, 6, 6, 5, 5, 4, 4))};
}
LAR_SIMD __m128i eight_bytes(uint64_t x) {
  return _mm_cvtsi64_si128(static_cast<long long>(x));
}
LAR_SIMD Floats widen_u8(__m128i x) {
  return {_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(x)),
          _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(x, 8)))};
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
  return {_mm256_cvtepi32_ps(a.lo), _mm256_cvtepi32_ps(a.hi)};
}
LAR_SIMD Ints set1_int(int32_t x) {
  return {_mm256_set1_epi32(x), _mm256_set1_epi32(x)};
}

LAR_SIMD Ints load_ints(const int32_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 8))};
}
LAR_SIMD Bytes load_bytes(const uint8_t* p) {
  return {load_32(p), load_32(p + 32)};
}
LAR_SIMD void store_bytes(uint8_t* p, Bytes a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.lo);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 32), a.hi);
}
LAR_SIMD Floats as_floats(Bytes a) {
  return {_mm256_castsi256_ps(a.lo), _mm256_castsi256_ps(a.hi)};
}
LAR_SIMD Bytes as_bytes(Floats a) {
  return {_mm256_castps_si256(a.lo), _mm256_castps_si256(a.hi)};
}
LAR_SIMD Bytes keep(Bytes a, int mask) {
  const __m256i m = _mm256_set1_epi8(static_cast<char>(mask));
  return {_mm256_and_si256(a.lo, m), _mm256_and_si256(a.hi, m)};
}
// Thirty-two bytes, twice.
LAR_SIMD Bytes twice_32(const uint8_t* p) {
  const __m256i x = load_32(p);
  return {x, x};
}
// Low halves of 32 bytes, then their high halves.
LAR_SIMD Bytes nibbles_32(const uint8_t* p) {
  const __m256i x = load_32(p);
  return keep({x, _mm256_srli_epi16(x, 4)}, 15);
}
// Low halves of 16 bytes at p, then their high halves; the same at q.
LAR_SIMD Bytes nibbles_16(const uint8_t* p, const uint8_t* q) {
  const __m128i a = load_16(p);
  const __m128i b = load_16(q);
  return keep(
      {_mm256_set_m128i(_mm_srli_epi16(a, 4), a), _mm256_set_m128i(_mm_srli_epi16(b, 4), b)}, 15);
}
template <int bits>
LAR_SIMD __m256i shift(__m256i x) {
  if constexpr (bits >= 0) {
    return _mm256_srli_epi16(x, bits);
  } else {
    return _mm256_slli_epi16(x, -bits);
  }
}
// The halves of x moved right by low and high bits (left where negative), only `mask` kept in
// each byte: bits of a neighbour must not survive it.
template <int low, int high>
LAR_SIMD Bytes shift_halves(Bytes x, int mask) {
  return keep({shift<low>(x.lo), shift<high>(x.hi)}, mask);
}
template <int bits>
LAR_SIMD Bytes shift_right(Bytes x, int mask) {
  return shift_halves<bits, bits>(x, mask);
}
LAR_SIMD Bytes bit_or(Bytes a, Bytes b) {
  return {_mm256_or_si256(a.lo, b.lo), _mm256_or_si256(a.hi, b.hi)};
}
// All bits of byte i where bit i is set.
LAR_SIMD __m256i bits_to_bytes(uint32_t bits) {
  const __m256i which = _mm256_set_epi64x(0x0303030303030303, 0x0202020202020202,
                                          0x0101010101010101, 0x0000000000000000);
  const __m256i bit = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201ULL));
  const __m256i all = _mm256_set1_epi32(static_cast<int>(bits));
  return _mm256_cmpeq_epi8(_mm256_and_si256(_mm256_shuffle_epi8(all, which), bit), bit);
}
// x plus value where the bit is set.
LAR_SIMD Bytes add_where(Bytes x, uint64_t bits, int value) {
  const __m256i v = _mm256_set1_epi8(static_cast<char>(value));
  const __m256i lo = bits_to_bytes(static_cast<uint32_t>(bits));
  const __m256i hi = bits_to_bytes(static_cast<uint32_t>(bits >> 32U));
  return {_mm256_add_epi8(x.lo, _mm256_and_si256(lo, v)),
          _mm256_add_epi8(x.hi, _mm256_and_si256(hi, v))};
}

// Signed weights, in the form that dot_signed takes: plus kSignedBias.
constexpr int kSignedBias = 0;
LAR_SIMD Bytes load_signed(const uint8_t* p) {
  return load_bytes(p);
}
LAR_SIMD Bytes load_signed(const uint8_t* p, const uint8_t* q) {
  return {load_32(p), load_32(q)};
}
// u - middle
LAR_SIMD Bytes centred(Bytes u, int middle) {
  const __m256i m = _mm256_set1_epi8(static_cast<char>(middle));
  return {_mm256_sub_epi8(u.lo, m), _mm256_sub_epi8(u.hi, m)};
}
// table[index]
LAR_SIMD Bytes lookup_signed(const int8_t* table, Bytes index) {
  const __m256i values =
      _mm256_broadcastsi128_si256(load_16(reinterpret_cast<const uint8_t*>(table)));
  return {_mm256_shuffle_epi8(values, index.lo), _mm256_shuffle_epi8(values, index.hi)};
}

// Eight words of eight bytes.
LAR_SIMD Bytes words(const uint64_t w[8]) {
  const auto at = [&](size_t i) { return static_cast<long long>(w[i]); };
  return {_mm256_set_epi64x(at(3), at(2), at(1), at(0)),
          _mm256_set_epi64x(at(7), at(6), at(5), at(4))};
}
LAR_SIMD Bytes add_bytes(Bytes a, Bytes b) {
  return {_mm256_add_epi8(a.lo, b.lo), _mm256_add_epi8(a.hi, b.hi)};
}
// The first base-3 digit of fractions of 256: 0 below 86, 1 below 171, else 2.
LAR_SIMD __m256i thirds_half(__m256i x) {
  const __m256i one = _mm256_set1_epi8(1);
  const __m256i above_85 = _mm256_min_epu8(_mm256_subs_epu8(x, _mm256_set1_epi8(85)), one);
  const __m256i above_170 = _mm256_min_epu8(_mm256_subs_epu8(x, _mm256_set1_epi8(-86)), one);
  return _mm256_add_epi8(above_85, above_170);
}
LAR_SIMD Bytes thirds(Bytes x) {
  return {thirds_half(x.lo), thirds_half(x.hi)};
}
// Bytes that are signed numbers already.
LAR_SIMD Bytes from_signed(Bytes x) {
  return x;
}
// Magnitudes, negative where the bit is set.
LAR_SIMD Bytes with_signs(Bytes x, uint64_t bits) {
  const __m256i lo = bits_to_bytes(static_cast<uint32_t>(bits));
  const __m256i hi = bits_to_bytes(static_cast<uint32_t>(bits >> 32U));
  return {_mm256_sub_epi8(_mm256_xor_si256(x.lo, lo), lo),
          _mm256_sub_epi8(_mm256_xor_si256(x.hi, hi), hi)};
}

LAR_SIMD __m256i sum_of_four(__m256i sum, __m256i pairs) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
// Lane i is sum[i] plus the products of bytes 4i to 4i + 3; u at most 63, so that a pair of
// products fits in 16 bits.
LAR_SIMD Ints dot_unsigned(Ints sum, Bytes u, Bytes a) {
  return {sum_of_four(sum.lo, _mm256_maddubs_epi16(u.lo, a.lo)),
          sum_of_four(sum.hi, _mm256_maddubs_epi16(u.hi, a.hi))};
}
// The sign moves to a, which is never -128: |w| <= 128, |a| <= 127, a pair is at most 32512.
LAR_SIMD Ints dot_signed(Ints sum, Bytes w, Bytes a) {
  return {sum_of_four(sum.lo,
                      _mm256_maddubs_epi16(_mm256_abs_epi8(w.lo), _mm256_sign_epi8(a.lo, w.lo))),
          sum_of_four(sum.hi,
                      _mm256_maddubs_epi16(_mm256_abs_epi8(w.hi), _mm256_sign_epi8(a.hi, w.hi)))};
}
// Four bytes to all lanes.
LAR_SIMD Bytes broadcast_4(const uint8_t* p) {
  int32_t four = 0;
  memcpy(&four, p, sizeof(four));
  return {_mm256_set1_epi32(four), _mm256_set1_epi32(four)};
}

LAR_SIMD void transpose_8(__m256 r[8]) {
  __m256 t[8];
  for (size_t i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (size_t i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xEE);
    r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xEE);
  }
  for (size_t i = 0; i < 4; ++i) {
    t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
    t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
  }
  for (size_t i = 0; i < 8; ++i) r[i] = t[i];
}
// rows[i][j] becomes rows[j][i].
LAR_SIMD void transpose(Floats rows[kLanes]) {
  __m256 quarter[4][8];
  for (size_t i = 0; i < 8; ++i) {
    quarter[0][i] = rows[i].lo;
    quarter[1][i] = rows[i + 8].lo;
    quarter[2][i] = rows[i].hi;
    quarter[3][i] = rows[i + 8].hi;
  }
  for (auto& q : quarter) transpose_8(q);
  for (size_t i = 0; i < 8; ++i) {
    rows[i] = {quarter[0][i], quarter[1][i]};
    rows[i + 8] = {quarter[2][i], quarter[3][i]};
  }
}
// Lanes as a matrix of four by four: lane 4i + j becomes lane 4j + i.
LAR_SIMD Floats regroup(Floats a) {
  const __m256i index = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0);
  const __m256d lo = _mm256_castps_pd(_mm256_permutevar8x32_ps(a.lo, index));
  const __m256d hi = _mm256_castps_pd(_mm256_permutevar8x32_ps(a.hi, index));
  // Pairs (0, 4), (1, 5), (2, 6), (3, 7) of lo beside (8, 12), (9, 13), (10, 14), (11, 15) of hi.
  const __m256d even = _mm256_unpacklo_pd(lo, hi);
  const __m256d odd = _mm256_unpackhi_pd(lo, hi);
  return {_mm256_castpd_ps(_mm256_permute2f128_pd(even, odd, 0x20)),
          _mm256_castpd_ps(_mm256_permute2f128_pd(even, odd, 0x31))};
}
LAR_SIMD void regroup_half(__m256i& p0, __m256i& p1, __m256i& p2, __m256i& p3) {
  const __m256i a = _mm256_unpacklo_epi32(p0, p1);
  const __m256i b = _mm256_unpackhi_epi32(p0, p1);
  const __m256i c = _mm256_unpacklo_epi32(p2, p3);
  const __m256i d = _mm256_unpackhi_epi32(p2, p3);
  p0 = _mm256_unpacklo_epi64(a, c);
  p1 = _mm256_unpackhi_epi64(a, c);
  p2 = _mm256_unpacklo_epi64(b, d);
  p3 = _mm256_unpackhi_epi64(b, d);
}
// Lane 4i + j of part k becomes lane 4i + k of part j.
LAR_SIMD void regroup(Bytes part[4]) {
  regroup_half(part[0].lo, part[1].lo, part[2].lo, part[3].lo);
  regroup_half(part[0].hi, part[1].hi, part[2].hi, part[3].hi);
}
LAR_SIMD void prefetch(const void* p) {
  _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0);
}

}  // namespace
}  // namespace lar::kernels
