// Decimal numbers without rounding, as JSON writes them: for bounds, multiples and equality of
// numbers whatever their size. No general arithmetic.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lar::constrain {

// Arithmetic on the numbers that are generated: integers in units of 10^-16 (kUnitDigits).
__extension__ using Int128 = __int128;
constexpr int kUnitDigits = 16;
constexpr Int128 kUnit = 10'000'000'000'000'000;  // units in 1

class Decimal {
 public:
  Decimal() = default;

  // Of a JSON number; nullopt where the text is none or its exponent is beyond +-10^9.
  static std::optional<Decimal> parse(std::string_view text);
  static Decimal of(int64_t value);

  std::strong_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const = default;

  bool is_zero() const { return digits_.empty(); }
  bool is_positive() const { return !digits_.empty() && !negative_; }
  bool is_integer() const { return digits_.empty() || exponent_ >= 0; }

  // Whether this = k * step for an integer k. step > 0 and step.fits_step().
  bool is_multiple_of(const Decimal& step) const;
  bool fits_step() const { return digits_.size() <= 18; }

  // In units of 10^-16, rounded down (floor) or up; clamped to +-10^36.
  Int128 units_floor() const;
  Int128 units_ceil() const;

  std::string to_string() const;

 private:
  Int128 units_toward_zero(bool& exact) const;

  bool negative_ = false;
  std::string digits_;    // no zeros at either end; empty is 0
  int64_t exponent_ = 0;  // value = digits_ * 10^exponent_
};

}  // namespace lar::constrain
