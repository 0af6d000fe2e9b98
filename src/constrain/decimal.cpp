#include "constrain/decimal.h"

#include <algorithm>
#include <charconv>

namespace lar::constrain {
namespace {

constexpr int64_t kMaxExponent = 1'000'000'000;
constexpr int kClampDigits = 36;

Int128 power_of_ten(int64_t n) {
  Int128 value = 1;
  for (int64_t i = 0; i < n; ++i) value *= 10;
  return value;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal out;
  size_t i = 0;
  if (i < text.size() && text[i] == '-') {
    out.negative_ = true;
    ++i;
  }
  bool point = false;
  int64_t fraction = 0;
  size_t seen = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (point) return std::nullopt;
      point = true;
    } else if (text[i] >= '0' && text[i] <= '9') {
      out.digits_.push_back(text[i]);
      ++seen;
      if (point) ++fraction;
    } else {
      break;
    }
  }
  if (seen == 0) return std::nullopt;
  int64_t exponent = 0;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    ++i;
    if (i < text.size() && text[i] == '+') ++i;
    const char* end = text.data() + text.size();
    const auto [stop, status] = std::from_chars(text.data() + i, end, exponent);
    if (status != std::errc() || stop != end) return std::nullopt;
    if (exponent > kMaxExponent || exponent < -kMaxExponent) return std::nullopt;
  }
  out.exponent_ = exponent - fraction;
  const size_t first = out.digits_.find_first_not_of('0');
  if (first == std::string::npos) return Decimal();
  const size_t last = out.digits_.find_last_not_of('0');
  out.exponent_ += static_cast<int64_t>(out.digits_.size() - 1 - last);
  out.digits_ = out.digits_.substr(first, last - first + 1);
  return out;
}

Decimal Decimal::of(int64_t value) {
  return parse(std::to_string(value)).value_or(Decimal());
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  const int sign = digits_.empty() ? 0 : negative_ ? -1 : 1;
  const int other_sign = other.digits_.empty() ? 0 : other.negative_ ? -1 : 1;
  if (sign != other_sign) return sign <=> other_sign;
  if (sign == 0) return std::strong_ordering::equal;
  const int64_t top = static_cast<int64_t>(digits_.size()) + exponent_;
  const int64_t other_top = static_cast<int64_t>(other.digits_.size()) + other.exponent_;
  std::strong_ordering magnitude = top <=> other_top;
  if (magnitude == 0) magnitude = digits_.compare(other.digits_) <=> 0;
  return sign > 0 ? magnitude : 0 <=> magnitude;
}

bool Decimal::is_multiple_of(const Decimal& step) const {
  if (digits_.empty()) return true;
  const int64_t shift = exponent_ - step.exponent_;
  // digits_ does not end in 0, so it is no multiple of a power of ten.
  if (shift < 0) return false;
  uint64_t modulus = 0;
  for (const char c : step.digits_) modulus = modulus * 10 + static_cast<uint64_t>(c - '0');
  const auto times = [&](uint64_t a, uint64_t b) {
    return static_cast<uint64_t>(static_cast<Int128>(a) * static_cast<Int128>(b) %
                                 static_cast<Int128>(modulus));
  };
  uint64_t rest = 0;
  for (const char c : digits_) rest = (times(rest, 10) + static_cast<uint64_t>(c - '0')) % modulus;
  uint64_t base = 10 % modulus;
  for (auto n = static_cast<uint64_t>(shift); n > 0; n >>= 1) {
    if ((n & 1) != 0) rest = times(rest, base);
    base = times(base, base);
  }
  return rest == 0;
}

Int128 Decimal::units_toward_zero(bool& exact) const {
  exact = true;
  if (digits_.empty()) return 0;
  const int64_t top = static_cast<int64_t>(digits_.size()) + exponent_ + kUnitDigits;
  if (top > kClampDigits) return power_of_ten(kClampDigits);
  const size_t keep = top <= 0 ? 0 : std::min(digits_.size(), static_cast<size_t>(top));
  exact = keep == digits_.size();
  Int128 value = 0;
  for (size_t i = 0; i < keep; ++i) value = value * 10 + (digits_[i] - '0');
  if (top > static_cast<int64_t>(keep)) value *= power_of_ten(top - static_cast<int64_t>(keep));
  return value;
}

Int128 Decimal::units_floor() const {
  bool exact = true;
  const Int128 value = units_toward_zero(exact);
  return negative_ ? -value - (exact ? 0 : 1) : value;
}

Int128 Decimal::units_ceil() const {
  bool exact = true;
  const Int128 value = units_toward_zero(exact);
  return negative_ ? -value : value + (exact ? 0 : 1);
}

std::string Decimal::to_string() const {
  if (digits_.empty()) return "0";
  std::string out = negative_ ? "-" : "";
  const int64_t top = static_cast<int64_t>(digits_.size()) + exponent_;
  if (exponent_ >= 0 && top <= 21) {
    out += digits_ + std::string(static_cast<size_t>(exponent_), '0');
  } else if (exponent_ < 0 && top > 0) {
    const auto whole = static_cast<size_t>(top);
    out += digits_.substr(0, whole) + "." + digits_.substr(whole);
  } else if (exponent_ < 0 && top > -6) {
    out += "0." + std::string(static_cast<size_t>(-top), '0') + digits_;
  } else {
    out += digits_ + "e" + std::to_string(exponent_);
  }
  return out;
}

}  // namespace lar::constrain
