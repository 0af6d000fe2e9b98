// Functions on sixteen floats that are the same for every instruction set. Included after one of
// the vector headers of this folder.
#pragma once

namespace lar::kernels {
namespace {

// e^x with a relative error below 3e-7; 0 below -87.3, the largest float's neighbourhood above
// 88.3. Cody-Waite reduction to [-ln2/2, ln2/2], then the Taylor series to degree 7.
LAR_SIMD Floats exp(const Floats& x) {
  constexpr float kLow = -87.3F;
  const Floats clamped = max(set1(kLow), min(set1(88.3F), x));
  const Floats n = round(mul(clamped, set1(1.44269504F)));
  Floats r = fma(n, set1(-0.693359375F), clamped);
  r = fma(n, set1(2.12194440e-4F), r);
  Floats p = set1(1.0F / 5040.0F);
  p = fma(p, r, set1(1.0F / 720.0F));
  p = fma(p, r, set1(1.0F / 120.0F));
  p = fma(p, r, set1(1.0F / 24.0F));
  p = fma(p, r, set1(1.0F / 6.0F));
  p = fma(p, r, set1(0.5F));
  p = fma(p, r, set1(1.0F));
  p = fma(p, r, set1(1.0F));
  return zero_below(scale_by_power(p, n), x, kLow);
}

// x / (1 + e^-x)
LAR_SIMD Floats silu(const Floats& x) {
  return div(x, add(set1(1.0F), exp(sub(zero(), x))));
}

// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), which is x / (1 + e^-2u).
LAR_SIMD Floats gelu(const Floats& x) {
  const Floats cubic = fma(mul(x, x), set1(0.044715F), set1(1.0F));
  const Floats u = mul(mul(x, cubic), set1(-2.0F * 0.7978845608F));
  return div(x, add(set1(1.0F), exp(u)));
}

// 1 - 2 / (e^2x + 1): an absolute error below 3e-7.
LAR_SIMD Floats tanh(const Floats& x) {
  const Floats e = exp(add(x, x));
  return sub(set1(1.0F), div(set1(2.0F), add(e, set1(1.0F))));
}

}  // namespace
}  // namespace lar::kernels
