// Sixteen floats as plain C++: the portable stand-in for the vector headers beside this file.
// Each of them defines the same names, so that a family is written once and built per
// instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#define LAR_SIMD inline __attribute__((always_inline))
#define LAR_NOINLINE inline __attribute__((noinline))

namespace lar::kernels {
namespace {

constexpr size_t kLanes = 16;

// Register tile of the float matrix product: vectors of 16 columns by rows.
constexpr size_t kFloatTileVectors = 1;
constexpr size_t kFloatTileRows = 4;

struct Floats {
  float v[kLanes];
};

template <typename F>
LAR_SIMD Floats each(F f) {
  Floats r;
  for (size_t i = 0; i < kLanes; ++i) r.v[i] = f(i);
  return r;
}

LAR_SIMD Floats set1(float x) {
  return each([=](size_t) { return x; });
}
LAR_SIMD Floats zero() {
  return set1(0.0F);
}
LAR_SIMD Floats load(const float* p) {
  Floats r;
  memcpy(r.v, p, sizeof(r.v));
  return r;
}
// Lanes from n on are zero, and their memory is not touched.
LAR_SIMD Floats load_n(const float* p, size_t n) {
  Floats r = zero();
  memcpy(r.v, p, n * sizeof(float));
  return r;
}
LAR_SIMD void store(float* p, const Floats& a) {
  memcpy(p, a.v, sizeof(a.v));
}
LAR_SIMD void store_n(float* p, const Floats& a, size_t n) {
  memcpy(p, a.v, n * sizeof(float));
}

LAR_SIMD Floats add(const Floats& a, const Floats& b) {
  return each([&](size_t i) { return a.v[i] + b.v[i]; });
}
LAR_SIMD Floats sub(const Floats& a, const Floats& b) {
  return each([&](size_t i) { return a.v[i] - b.v[i]; });
}
LAR_SIMD Floats mul(const Floats& a, const Floats& b) {
  return each([&](size_t i) { return a.v[i] * b.v[i]; });
}
LAR_SIMD Floats div(const Floats& a, const Floats& b) {
  return each([&](size_t i) { return a.v[i] / b.v[i]; });
}
// a * b + c
LAR_SIMD Floats fma(const Floats& a, const Floats& b, const Floats& c) {
  return each([&](size_t i) { return a.v[i] * b.v[i] + c.v[i]; });
}
// Where b is not a number, so is the result.
LAR_SIMD Floats max(const Floats& a, const Floats& b) {
  return each([&](size_t i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
LAR_SIMD Floats min(const Floats& a, const Floats& b) {
  return each([&](size_t i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
LAR_SIMD Floats round(const Floats& a) {
  return each([&](size_t i) { return __builtin_rintf(a.v[i]); });
}
// v where x >= limit (or x is not a number), else 0.
LAR_SIMD Floats zero_below(const Floats& v, const Floats& x, float limit) {
  return each([&](size_t i) { return x.v[i] < limit ? 0.0F : v.v[i]; });
}
// p * 2^n for whole n in [-126, 127]; any result where n is not a number, as p is not then.
LAR_SIMD Floats scale_by_power(const Floats& p, const Floats& n) {
  return each([&](size_t i) {
    const float clamped = n.v[i] >= -126.0F && n.v[i] <= 127.0F ? n.v[i] : 0.0F;
    const uint32_t bits = static_cast<uint32_t>(static_cast<int32_t>(clamped) + 127) << 23U;
    float power = 0.0F;
    memcpy(&power, &bits, sizeof(power));
    return p.v[i] * power;
  });
}
LAR_SIMD float reduce_add(const Floats& a) {
  float s[8];
  for (size_t i = 0; i < 8; ++i) s[i] = a.v[i] + a.v[i + 8];
  for (size_t i = 0; i < 4; ++i) s[i] += s[i + 4];
  return (s[0] + s[2]) + (s[1] + s[3]);
}
LAR_SIMD float reduce_max(const Floats& a) {
  float m = a.v[0];
  for (size_t i = 1; i < kLanes; ++i) m = m > a.v[i] ? m : a.v[i];
  return m;
}

inline float half_to_float(uint16_t h) {
  const uint32_t sign = static_cast<uint32_t>(h & 0x8000U) << 16U;
  const uint32_t magnitude = h & 0x7FFFU;
  uint32_t bits = 0;
  if (magnitude >= 0x7C00U) {
    bits = 0x7F800000U | (magnitude & 0x3FFU) << 13U;
  } else if (magnitude >= 0x400U) {
    bits = (magnitude << 13U) + 0x38000000U;
  } else {
    const float tiny = static_cast<float>(magnitude) * 0x1p-24F;
    memcpy(&bits, &tiny, sizeof(bits));
  }
  bits |= sign;
  float f = 0.0F;
  memcpy(&f, &bits, sizeof(f));
  return f;
}

// To nearest, ties to even.
inline uint16_t float_to_half(float f) {
  uint32_t bits = 0;
  memcpy(&bits, &f, sizeof(bits));
  const uint32_t sign = bits >> 16U & 0x8000U;
  const uint32_t magnitude = bits & 0x7FFFFFFFU;
  uint32_t half = 0;
  if (magnitude > 0x7F800000U) {
    half = 0x7E00U;
  } else if (magnitude >= 0x477FF000U) {
    half = 0x7C00U;
  } else if (magnitude >= 0x38800000U) {
    const uint32_t odd = magnitude >> 13U & 1U;
    half = (magnitude - 0x38000000U + 0xFFFU + odd) >> 13U;
  } else {
    float absolute = 0.0F;
    memcpy(&absolute, &magnitude, sizeof(absolute));
    half = static_cast<uint32_t>(__builtin_rintf(absolute * 0x1p24F));
  }
  return static_cast<uint16_t>(sign | half);
}

LAR_SIMD Floats load_f16(const uint8_t* p) {
  return each([&](size_t i) {
    uint16_t h = 0;
    memcpy(&h, p + 2 * i, sizeof(h));
    return half_to_float(h);
  });
}
LAR_SIMD void store_f16(uint8_t* p, const Floats& a) {
  for (size_t i = 0; i < kLanes; ++i) {
    const uint16_t h = float_to_half(a.v[i]);
    memcpy(p + 2 * i, &h, sizeof(h));
  }
}
LAR_SIMD Floats load_bf16(const uint8_t* p) {
  return each([&](size_t i) {
    uint16_t h = 0;
    memcpy(&h, p + 2 * i, sizeof(h));
    const uint32_t bits = static_cast<uint32_t>(h) << 16U;
    float f = 0.0F;
    memcpy(&f, &bits, sizeof(f));
    return f;
  });
}
// Sixteen signed bytes.
LAR_SIMD Floats load_i8(const uint8_t* p) {
  return each([&](size_t i) { return static_cast<float>(static_cast<int8_t>(p[i])); });
}
// Whole numbers in [-128, 127].
LAR_SIMD void store_i8(uint8_t* p, const Floats& a) {
  for (size_t i = 0; i < kLanes; ++i) {
    const float x = a.v[i] >= -128.0F && a.v[i] <= 127.0F ? a.v[i] : 0.0F;
    p[i] = static_cast<uint8_t>(static_cast<int8_t>(x));
  }
}
// rows[i][j] becomes rows[j][i].
LAR_SIMD void transpose(Floats rows[kLanes]) {
  for (size_t i = 0; i < kLanes; ++i) {
    for (size_t j = i + 1; j < kLanes; ++j) {
      const float x = rows[i].v[j];
      rows[i].v[j] = rows[j].v[i];
      rows[j].v[i] = x;
    }
  }
}
LAR_SIMD void prefetch(const void* p) {
  __builtin_prefetch(p);
}

}  // namespace
}  // namespace lar::kernels
