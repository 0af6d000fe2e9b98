// Sixteen floats, sixteen integers and sixty-four bytes in four 128-bit registers each; needs the
// dot product and half float extensions.
#pragma once

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LAR_SIMD inline __attribute__((always_inline))
#define LAR_NOINLINE inline __attribute__((noinline))

namespace lar::kernels {
namespace {

constexpr size_t kLanes = 16;
constexpr size_t kQuarters = 4;

// Register tiles: vectors of 16 columns by rows. 32 registers hold 24 sums.
constexpr size_t kFloatTileVectors = 1;
constexpr size_t kFloatTileRows = 6;
constexpr size_t kFloatTileTokens = 6;
constexpr size_t kByteTileVectors = 1;
constexpr size_t kByteTileTokens = 4;
constexpr size_t kByteRowTokens = 4;
constexpr size_t kByteRows = 1;

struct Floats {
  float32x4_t q[kQuarters];
};
struct Ints {
  int32x4_t q[kQuarters];
};
struct Bytes {
  uint8x16_t q[kQuarters];
};

template <typename F>
LAR_SIMD Floats each(F f) {
  return {{f(0), f(1), f(2), f(3)}};
}
template <typename F>
LAR_SIMD Bytes each_byte(F f) {
  return {{f(0), f(1), f(2), f(3)}};
}

LAR_SIMD Floats set1(float x) {
  return each([=](int) { return vdupq_n_f32(x); });
}
LAR_SIMD Floats zero() {
  return set1(0.0F);
}
LAR_SIMD Floats load(const float* p) {
  return each([=](int i) { return vld1q_f32(p + 4 * i); });
}
LAR_SIMD void store(float* p, const Floats& a) {
  for (size_t i = 0; i < kQuarters; ++i) vst1q_f32(p + 4 * i, a.q[i]);
}
// Lanes from n on are zero, and their memory is not touched.
LAR_SIMD Floats load_n(const float* p, size_t n) {
  float part[kLanes] = {};
  memcpy(part, p, n * sizeof(float));
  return load(part);
}
LAR_SIMD void store_n(float* p, const Floats& a, size_t n) {
  float part[kLanes];
  store(part, a);
  memcpy(p, part, n * sizeof(float));
}

LAR_SIMD Floats add(const Floats& a, const Floats& b) {
  return each([&](int i) { return vaddq_f32(a.q[i], b.q[i]); });
}
LAR_SIMD Floats sub(const Floats& a, const Floats& b) {
  return each([&](int i) { return vsubq_f32(a.q[i], b.q[i]); });
}
LAR_SIMD Floats mul(const Floats& a, const Floats& b) {
  return each([&](int i) { return vmulq_f32(a.q[i], b.q[i]); });
}
LAR_SIMD Floats div(const Floats& a, const Floats& b) {
  return each([&](int i) { return vdivq_f32(a.q[i], b.q[i]); });
}
// a * b + c
LAR_SIMD Floats fma(const Floats& a, const Floats& b, const Floats& c) {
  return each([&](int i) { return vfmaq_f32(c.q[i], a.q[i], b.q[i]); });
}
// c - a * b
LAR_SIMD Floats fnma(const Floats& a, const Floats& b, const Floats& c) {
  return each([&](int i) { return vfmsq_f32(c.q[i], a.q[i], b.q[i]); });
}
// Where either is not a number, so is the result.
LAR_SIMD Floats max(const Floats& a, const Floats& b) {
  return each([&](int i) { return vmaxq_f32(a.q[i], b.q[i]); });
}
LAR_SIMD Floats min(const Floats& a, const Floats& b) {
  return each([&](int i) { return vminq_f32(a.q[i], b.q[i]); });
}
LAR_SIMD Floats abs(const Floats& a) {
  return each([&](int i) { return vabsq_f32(a.q[i]); });
}
LAR_SIMD Floats round(const Floats& a) {
  return each([&](int i) { return vrndnq_f32(a.q[i]); });
}
// v where x >= limit (or x is not a number), else 0.
LAR_SIMD Floats zero_below(const Floats& v, const Floats& x, float limit) {
  return each([&](int i) {
    const uint32x4_t below = vcltq_f32(x.q[i], vdupq_n_f32(limit));
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(v.q[i]), below));
  });
}
// p * 2^n for whole n in [-126, 127].
LAR_SIMD Floats scale_by_power(const Floats& p, const Floats& n) {
  return each([&](int i) {
    const int32x4_t exponent = vaddq_s32(vcvtq_s32_f32(n.q[i]), vdupq_n_s32(127));
    return vmulq_f32(p.q[i], vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23)));
  });
}
LAR_SIMD float reduce_add(const Floats& a) {
  return vaddvq_f32(vaddq_f32(vaddq_f32(a.q[0], a.q[1]), vaddq_f32(a.q[2], a.q[3])));
}
LAR_SIMD float reduce_max(const Floats& a) {
  return vmaxvq_f32(vmaxq_f32(vmaxq_f32(a.q[0], a.q[1]), vmaxq_f32(a.q[2], a.q[3])));
}

LAR_SIMD Floats load_f16(const uint8_t* p) {
  return each([=](int i) { return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p + 8 * i))); });
}
LAR_SIMD void store_f16(uint8_t* p, const Floats& a) {
  for (size_t i = 0; i < kQuarters; ++i) {
    vst1_u8(p + 8 * i, vreinterpret_u8_f16(vcvt_f16_f32(a.q[i])));
  }
}
LAR_SIMD Floats load_bf16(const uint8_t* p) {
  return each([=](int i) {
    return vreinterpretq_f32_u32(vshll_n_u16(vreinterpret_u16_u8(vld1_u8(p + 8 * i)), 16));
  });
}
LAR_SIMD Floats widen_u8(uint8x16_t x) {
  const uint16x8_t low = vmovl_u8(vget_low_u8(x));
  const uint16x8_t high = vmovl_u8(vget_high_u8(x));
  return {{vcvtq_f32_u32(vmovl_u16(vget_low_u16(low))),
           vcvtq_f32_u32(vmovl_u16(vget_high_u16(low))),
           vcvtq_f32_u32(vmovl_u16(vget_low_u16(high))),
           vcvtq_f32_u32(vmovl_u16(vget_high_u16(high)))}};
}
// Sixteen signed or unsigned bytes.
LAR_SIMD Floats load_i8(const uint8_t* p) {
  const int8x16_t x = vreinterpretq_s8_u8(vld1q_u8(p));
  const int16x8_t low = vmovl_s8(vget_low_s8(x));
  const int16x8_t high = vmovl_s8(vget_high_s8(x));
  return {{vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))),
           vcvtq_f32_s32(vmovl_s16(vget_high_s16(low))),
           vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))),
           vcvtq_f32_s32(vmovl_s16(vget_high_s16(high)))}};
}
LAR_SIMD Floats load_u8(const uint8_t* p) {
  return widen_u8(vld1q_u8(p));
}
// Whole numbers in [-128, 127].
LAR_SIMD void store_i8(uint8_t* p, const Floats& a) {
  int16x4_t words[kQuarters];
  for (size_t i = 0; i < kQuarters; ++i) words[i] = vqmovn_s32(vcvtq_s32_f32(a.q[i]));
  const int8x16_t bytes = vcombine_s8(vqmovn_s16(vcombine_s16(words[0], words[1])),
                                      vqmovn_s16(vcombine_s16(words[2], words[3])));
  vst1q_u8(p, vreinterpretq_u8_s8(bytes));
}

// Lane i is value i / 2 of eight.
LAR_SIMD Floats twice(float32x4_t low, float32x4_t high) {
  return {
      {vzip1q_f32(low, low), vzip2q_f32(low, low), vzip1q_f32(high, high), vzip2q_f32(high, high)}};
}
// Lanes 2i from the bytes of even, lanes 2i + 1 from those of odd.
LAR_SIMD Floats interleave_u8(uint64_t even, uint64_t odd) {
  const uint8x8_t a = vcreate_u8(even);
  const uint8x8_t b = vcreate_u8(odd);
  return widen_u8(vcombine_u8(vzip1_u8(a, b), vzip2_u8(a, b)));
}
// Eight bytes, then eight more.
LAR_SIMD Floats join_u8(uint64_t low, uint64_t high) {
  return widen_u8(vcombine_u8(vcreate_u8(low), vcreate_u8(high)));
}
// Eight half floats, `stride` bytes from one to the next.
LAR_SIMD Floats twice_f16(const uint8_t* p, size_t stride) {
  uint8_t halves[16];
  for (size_t i = 0; i < 8; ++i) memcpy(halves + 2 * i, p + i * stride, 2);
  const float16x8_t h = vreinterpretq_f16_u8(vld1q_u8(halves));
  return twice(vcvt_f32_f16(vget_low_f16(h)), vcvt_f32_f16(vget_high_f16(h)));
}
LAR_SIMD Floats twice_f32(const float* p) {
  return twice(vld1q_f32(p), vld1q_f32(p + 4));
}
LAR_SIMD float half_at(const uint8_t* p) {
  __fp16 h;
  memcpy(&h, p, sizeof(h));
  return static_cast<float>(h);
}

LAR_SIMD Floats to_floats(const Ints& a) {
  return each([&](int i) { return vcvtq_f32_s32(a.q[i]); });
}
LAR_SIMD Ints set1_int(int32_t x) {
  const int32x4_t v = vdupq_n_s32(x);
  return {{v, v, v, v}};
}
LAR_SIMD Ints load_ints(const int32_t* p) {
  return {{vld1q_s32(p), vld1q_s32(p + 4), vld1q_s32(p + 8), vld1q_s32(p + 12)}};
}

LAR_SIMD Bytes load_bytes(const uint8_t* p) {
  return each_byte([=](int i) { return vld1q_u8(p + 16 * i); });
}
LAR_SIMD void store_bytes(uint8_t* p, const Bytes& a) {
  for (size_t i = 0; i < kQuarters; ++i) vst1q_u8(p + 16 * i, a.q[i]);
}
LAR_SIMD Floats as_floats(const Bytes& a) {
  return each([&](int i) { return vreinterpretq_f32_u8(a.q[i]); });
}
LAR_SIMD Bytes as_bytes(const Floats& a) {
  return each_byte([&](int i) { return vreinterpretq_u8_f32(a.q[i]); });
}
// Thirty-two bytes, twice.
LAR_SIMD Bytes twice_32(const uint8_t* p) {
  const uint8x16_t low = vld1q_u8(p);
  const uint8x16_t high = vld1q_u8(p + 16);
  return {{low, high, low, high}};
}
LAR_SIMD uint8x16_t low_half(uint8x16_t x) {
  return vandq_u8(x, vdupq_n_u8(15));
}
LAR_SIMD uint8x16_t high_half(uint8x16_t x) {
  return vshrq_n_u8(x, 4);
}
// Low halves of 32 bytes, then their high halves.
LAR_SIMD Bytes nibbles_32(const uint8_t* p) {
  const uint8x16_t a = vld1q_u8(p);
  const uint8x16_t b = vld1q_u8(p + 16);
  return {{low_half(a), low_half(b), high_half(a), high_half(b)}};
}
// Low halves of 16 bytes at p, then their high halves; the same at q.
LAR_SIMD Bytes nibbles_16(const uint8_t* p, const uint8_t* q) {
  const uint8x16_t a = vld1q_u8(p);
  const uint8x16_t b = vld1q_u8(q);
  return {{low_half(a), high_half(a), low_half(b), high_half(b)}};
}
// The halves of x moved right by low and high bits (left where negative), only `mask` kept in
// each byte.
template <int low, int high>
LAR_SIMD Bytes shift_halves(const Bytes& x, int mask) {
  const uint8x16_t m = vdupq_n_u8(static_cast<uint8_t>(mask));
  return each_byte([&](int i) {
    const int8x16_t by = vdupq_n_s8(static_cast<int8_t>(i < 2 ? -low : -high));
    return vandq_u8(vshlq_u8(x.q[i], by), m);
  });
}
template <int bits>
LAR_SIMD Bytes shift_right(const Bytes& x, int mask) {
  return shift_halves<bits, bits>(x, mask);
}
LAR_SIMD Bytes bit_or(const Bytes& a, const Bytes& b) {
  return each_byte([&](int i) { return vorrq_u8(a.q[i], b.q[i]); });
}
LAR_SIMD Bytes add_bytes(const Bytes& a, const Bytes& b) {
  return each_byte([&](int i) { return vaddq_u8(a.q[i], b.q[i]); });
}
// All bits of byte i where bit i is set.
LAR_SIMD uint8x16_t bits_to_bytes(uint64_t bits) {
  const uint8x16_t bit = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201U));
  const uint8x16_t which = vcombine_u8(vdup_n_u8(static_cast<uint8_t>(bits)),
                                       vdup_n_u8(static_cast<uint8_t>(bits >> 8U)));
  return vtstq_u8(which, bit);
}
// x plus value where the bit is set.
LAR_SIMD Bytes add_where(const Bytes& x, uint64_t bits, int value) {
  const uint8x16_t v = vdupq_n_u8(static_cast<uint8_t>(value));
  return each_byte([&](int i) {
    return vaddq_u8(x.q[i], vandq_u8(bits_to_bytes(bits >> (16U * static_cast<unsigned>(i))), v));
  });
}

// Signed weights, in the form that dot_signed takes: plus kSignedBias.
constexpr int kSignedBias = 0;
LAR_SIMD Bytes load_signed(const uint8_t* p, const uint8_t* q) {
  return {{vld1q_u8(p), vld1q_u8(p + 16), vld1q_u8(q), vld1q_u8(q + 16)}};
}
// u - middle
LAR_SIMD Bytes centred(const Bytes& u, int middle) {
  const uint8x16_t m = vdupq_n_u8(static_cast<uint8_t>(middle));
  return each_byte([&](int i) { return vsubq_u8(u.q[i], m); });
}
// table[index]
LAR_SIMD Bytes lookup_signed(const int8_t* table, const Bytes& index) {
  const uint8x16_t values = vreinterpretq_u8_s8(vld1q_s8(table));
  return each_byte([&](int i) { return vqtbl1q_u8(values, index.q[i]); });
}
// Eight words of eight bytes.
LAR_SIMD Bytes words(const uint64_t w[8]) {
  return each_byte(
      [=](int i) { return vcombine_u8(vcreate_u8(w[2 * i]), vcreate_u8(w[2 * i + 1])); });
}
// The first base-3 digit of fractions of 256: 0 below 86, 1 below 171, else 2.
LAR_SIMD Bytes thirds(const Bytes& x) {
  const uint8x16_t one = vdupq_n_u8(1);
  return each_byte([&](int i) {
    const uint8x16_t above_85 = vminq_u8(vqsubq_u8(x.q[i], vdupq_n_u8(85)), one);
    const uint8x16_t above_170 = vminq_u8(vqsubq_u8(x.q[i], vdupq_n_u8(170)), one);
    return vaddq_u8(above_85, above_170);
  });
}
// Bytes that are signed numbers already.
LAR_SIMD Bytes from_signed(const Bytes& x) {
  return x;
}
// Magnitudes, negative where the bit is set.
LAR_SIMD Bytes with_signs(const Bytes& x, uint64_t bits) {
  return each_byte([&](int i) {
    const uint8x16_t minus = bits_to_bytes(bits >> (16U * static_cast<unsigned>(i)));
    return vsubq_u8(veorq_u8(x.q[i], minus), minus);
  });
}

// Lane i is sum[i] plus the products of bytes 4i to 4i + 3; u at most 63.
LAR_SIMD Ints dot_signed(const Ints& sum, const Bytes& w, const Bytes& a) {
  const auto at = [&](int i) {
    return vdotq_s32(sum.q[i], vreinterpretq_s8_u8(w.q[i]), vreinterpretq_s8_u8(a.q[i]));
  };
  return {{at(0), at(1), at(2), at(3)}};
}
LAR_SIMD Ints dot_unsigned(const Ints& sum, const Bytes& u, const Bytes& a) {
  return dot_signed(sum, u, a);
}
// Four bytes to all lanes.
LAR_SIMD Bytes broadcast_4(const uint8_t* p) {
  uint32_t four = 0;
  memcpy(&four, p, sizeof(four));
  const uint8x16_t v = vreinterpretq_u8_u32(vdupq_n_u32(four));
  return {{v, v, v, v}};
}

// r[i] lane j becomes r[j] lane i.
LAR_SIMD void transpose_4(float32x4_t& r0, float32x4_t& r1, float32x4_t& r2, float32x4_t& r3) {
  const auto wide = [](float32x4_t x) { return vreinterpretq_f64_f32(x); };
  const auto narrow = [](float64x2_t x) { return vreinterpretq_f32_f64(x); };
  const float64x2_t a = wide(vtrn1q_f32(r0, r1));
  const float64x2_t b = wide(vtrn2q_f32(r0, r1));
  const float64x2_t c = wide(vtrn1q_f32(r2, r3));
  const float64x2_t d = wide(vtrn2q_f32(r2, r3));
  r0 = narrow(vtrn1q_f64(a, c));
  r1 = narrow(vtrn1q_f64(b, d));
  r2 = narrow(vtrn2q_f64(a, c));
  r3 = narrow(vtrn2q_f64(b, d));
}
// rows[i][j] becomes rows[j][i].
LAR_SIMD void transpose(Floats rows[kLanes]) {
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = 0; j < 4; ++j) {
      transpose_4(rows[4 * i].q[j], rows[4 * i + 1].q[j], rows[4 * i + 2].q[j],
                  rows[4 * i + 3].q[j]);
    }
  }
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = i + 1; j < 4; ++j) {
      for (size_t r = 0; r < 4; ++r) {
        const float32x4_t x = rows[4 * i + r].q[j];
        rows[4 * i + r].q[j] = rows[4 * j + r].q[i];
        rows[4 * j + r].q[i] = x;
      }
    }
  }
}
// Lanes as a matrix of four by four: lane 4i + j becomes lane 4j + i.
LAR_SIMD Floats regroup(Floats a) {
  transpose_4(a.q[0], a.q[1], a.q[2], a.q[3]);
  return a;
}
// Lane 4i + j of part k becomes lane 4i + k of part j.
LAR_SIMD void regroup(Bytes part[4]) {
  for (size_t i = 0; i < kQuarters; ++i) {
    float32x4_t r[4];
    for (size_t k = 0; k < 4; ++k) r[k] = vreinterpretq_f32_u8(part[k].q[i]);
    transpose_4(r[0], r[1], r[2], r[3]);
    for (size_t k = 0; k < 4; ++k) part[k].q[i] = vreinterpretq_u8_f32(r[k]);
  }
}
LAR_SIMD void prefetch(const void* p) {
  __builtin_prefetch(p);
}

}  // namespace
}  // namespace lar::kernels
