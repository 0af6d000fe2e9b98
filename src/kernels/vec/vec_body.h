// The row operations over the vectors of one instruction set; see vec/functions.h. Bound by
// memory, or by the exponential in the gated activations.
#pragma once

#include "kernels/simd/math.h"
#include "kernels/vec/functions.h"

namespace lar::kernels {
namespace {

// Calls f(offset, count) for whole vectors and once for what is left.
template <typename F>
LAR_SIMD void for_vectors(size_t n, F f) {
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) f(i, kLanes);
  if (i < n) f(i, n - i);
}

LAR_SIMD Floats load_part(const float* p, size_t count) {
  return count == kLanes ? load(p) : load_n(p, count);
}
LAR_SIMD void store_part(float* p, const Floats& a, size_t count) {
  if (count == kLanes) {
    store(p, a);
  } else {
    store_n(p, a, count);
  }
}

inline float sum_of_squares(const float* x, size_t n) {
  Floats even = zero();
  Floats odd = zero();
  size_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    const Floats a = load(x + i);
    const Floats b = load(x + i + kLanes);
    even = fma(a, a, even);
    odd = fma(b, b, odd);
  }
  for_vectors(n - i, [&](size_t at, size_t count) {
    const Floats a = load_part(x + i + at, count);
    even = fma(a, a, even);
  });
  return reduce_add(add(even, odd));
}

inline void rms_norm(const float* x, const float* weight, float* out, size_t n, float eps) {
  const float mean = sum_of_squares(x, n) / static_cast<float>(n);
  const Floats factor = set1(1.0F / __builtin_sqrtf(mean + eps));
  for_vectors(n, [&](size_t i, size_t count) {
    Floats v = mul(load_part(x + i, count), factor);
    if (weight != nullptr) v = mul(v, load_part(weight + i, count));
    store_part(out + i, v, count);
  });
}

inline void layer_norm(
    const float* x, const float* weight, const float* bias, float* out, size_t n, float eps) {
  Floats sum = zero();
  for_vectors(n, [&](size_t i, size_t count) { sum = add(sum, load_part(x + i, count)); });
  const float mean = reduce_add(sum) / static_cast<float>(n);
  const Floats centre = set1(mean);
  Floats squares = zero();
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const Floats v = sub(load(x + i), centre);
    squares = fma(v, v, squares);
  }
  float variance = reduce_add(squares);
  for (; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean);
  variance /= static_cast<float>(n);
  const Floats factor = set1(1.0F / __builtin_sqrtf(variance + eps));
  for_vectors(n, [&](size_t at, size_t count) {
    Floats v = mul(sub(load_part(x + at, count), centre), factor);
    if (weight != nullptr) v = mul(v, load_part(weight + at, count));
    if (bias != nullptr) v = add(v, load_part(bias + at, count));
    store_part(out + at, v, count);
  });
}

inline void add_rows(const float* a, const float* b, float* out, size_t n) {
  for_vectors(n, [&](size_t i, size_t count) {
    store_part(out + i, add(load_part(a + i, count), load_part(b + i, count)), count);
  });
}

inline void scale_row(float* x, size_t n, float factor) {
  const Floats f = set1(factor);
  for_vectors(n, [&](size_t i, size_t count) {
    store_part(x + i, mul(load_part(x + i, count), f), count);
  });
}

inline void axpy(const float* x, float factor, float* out, size_t n) {
  const Floats f = set1(factor);
  for_vectors(n, [&](size_t i, size_t count) {
    store_part(out + i, fma(load_part(x + i, count), f, load_part(out + i, count)), count);
  });
}

inline void swiglu(const float* gate, const float* up, float* out, size_t n) {
  for_vectors(n, [&](size_t i, size_t count) {
    store_part(out + i, mul(silu(load_part(gate + i, count)), load_part(up + i, count)), count);
  });
}

LAR_SIMD Floats through_half(const Floats& x) {
  uint8_t halves[kLanes * 2];
  store_f16(halves, x);
  return load_f16(halves);
}

// ggml looks GELU up in a table of half floats for |x| < 10, and so every logit that has been
// published with it carries that rounding. Ours agree with those.
LAR_SIMD Floats gelu_as_published(const Floats& x) {
  const Floats ten = set1(10.0F);
  const Floats middle = through_half(gelu(through_half(max(set1(-10.0F), min(ten, x)))));
  return add(middle, max(zero(), sub(x, ten)));
}

inline void geglu(const float* gate, const float* up, float* out, size_t n) {
  for_vectors(n, [&](size_t i, size_t count) {
    store_part(out + i,
               mul(gelu_as_published(load_part(gate + i, count)), load_part(up + i, count)), count);
  });
}

inline void gelu_row(const float* x, float* out, size_t n) {
  for_vectors(n, [&](size_t i, size_t count) {
    store_part(out + i, gelu_as_published(load_part(x + i, count)), count);
  });
}

inline void tanh_row(const float* x, float* out, size_t n) {
  for_vectors(n, [&](size_t i, size_t count) {
    store_part(out + i, tanh(load_part(x + i, count)), count);
  });
}

inline void rope_interleaved(float* x, const float* cos_sin, size_t pairs) {
  for (size_t i = 0; i < pairs; ++i) {
    const float a = x[2 * i];
    const float b = x[2 * i + 1];
    x[2 * i] = a * cos_sin[2 * i] - b * cos_sin[2 * i + 1];
    x[2 * i + 1] = a * cos_sin[2 * i + 1] + b * cos_sin[2 * i];
  }
}

inline void rope_halves(float* x, const float* cos_sin, size_t pairs) {
  float* __restrict low = x;
  float* __restrict high = x + pairs;
  const float* __restrict table = cos_sin;
  for (size_t i = 0; i < pairs; ++i) {
    const float a = low[i];
    const float b = high[i];
    low[i] = a * table[2 * i] - b * table[2 * i + 1];
    high[i] = a * table[2 * i + 1] + b * table[2 * i];
  }
}

inline void softmax(float* x, size_t n) {
  if (n == 0) return;
  Floats highest = set1(x[0]);
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) highest = max(highest, load(x + i));
  float top = reduce_max(highest);
  for (; i < n; ++i) top = x[i] > top ? x[i] : top;
  const Floats offset = set1(top);
  float sum = 0.0F;
  for_vectors(n, [&](size_t at, size_t count) {
    const Floats e = exp(sub(load_part(x + at, count), offset));
    store_part(x + at, e, count);
    if (count == kLanes) {
      sum += reduce_add(e);
    } else {
      for (size_t j = at; j < n; ++j) sum += x[j];
    }
  });
  scale_row(x, n, 1.0F / sum);
}

constexpr VecFunctions kFunctions = {rms_norm, layer_norm,       add_rows,    scale_row,
                                     axpy,     swiglu,           geglu,       gelu_row,
                                     tanh_row, rope_interleaved, rope_halves, softmax};

}  // namespace
}  // namespace lar::kernels
