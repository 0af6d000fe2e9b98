// The functions of one instruction set, as plain data for the files that are built with its
// options.
#pragma once

#include <cstddef>

namespace lar::kernels {

struct VecFunctions {
  // out = x / sqrt(mean(x^2) + eps) * weight; weight may be null (ones). In place allowed.
  void (*rms_norm)(const float* x, const float* weight, float* out, size_t n, float eps) = nullptr;
  // out = (x - mean) / sqrt(var + eps) * weight + bias; both may be null. In place allowed.
  void (*layer_norm)(const float* x,
                     const float* weight,
                     const float* bias,
                     float* out,
                     size_t n,
                     float eps) = nullptr;
  // out = a + b. In place allowed.
  void (*add)(const float* a, const float* b, float* out, size_t n) = nullptr;
  // x *= factor
  void (*scale)(float* x, size_t n, float factor) = nullptr;
  // out += factor * x
  void (*axpy)(const float* x, float factor, float* out, size_t n) = nullptr;
  // out = silu(gate) * up. In place allowed.
  void (*swiglu)(const float* gate, const float* up, float* out, size_t n) = nullptr;
  // out = gelu(gate) * up, the tanh approximation.
  void (*geglu)(const float* gate, const float* up, float* out, size_t n) = nullptr;
  // out = gelu(x), the tanh approximation.
  void (*gelu)(const float* x, float* out, size_t n) = nullptr;
  // out = tanh(x). In place allowed.
  void (*tanh)(const float* x, float* out, size_t n) = nullptr;
  // In place over the first 2 * pairs elements of one head; cos_sin is [pairs] x (cos, sin).
  // interleaved rotates (2i, 2i + 1), halves rotates (i, i + pairs).
  void (*rope_interleaved)(float* x, const float* cos_sin, size_t pairs) = nullptr;
  void (*rope_halves)(float* x, const float* cos_sin, size_t pairs) = nullptr;
  // In place softmax of n values.
  void (*softmax)(float* x, size_t n) = nullptr;
};

}  // namespace lar::kernels
