// Arithmetic on sizes that come from outside: nullopt where the result does not fit.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>

namespace lar {

template <std::unsigned_integral T>
constexpr std::optional<T> checked_add(T a, T b) {
  T sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

template <std::unsigned_integral T>
constexpr std::optional<T> checked_mul(T a, T b) {
  T product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// The smallest multiple of `alignment` (a power of two) that is >= value.
template <std::unsigned_integral T>
constexpr std::optional<T> checked_align_up(T value, T alignment) {
  const auto padded = checked_add<T>(value, alignment - 1);
  if (!padded) return std::nullopt;
  return *padded & ~(alignment - 1);
}

// value as To, or nullopt if it is out of To's range.
template <std::integral To, std::integral From>
constexpr std::optional<To> checked_cast(From value) {
  const To result = static_cast<To>(value);
  if (static_cast<From>(result) != value || (result < To{}) != (value < From{})) {
    return std::nullopt;
  }
  return result;
}

}  // namespace lar
