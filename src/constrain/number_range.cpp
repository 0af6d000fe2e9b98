#include "constrain/number_range.h"

#include <algorithm>
#include <numeric>

namespace lar::constrain {
namespace {

using Phase = NumberPrefix::Phase;

constexpr int kWholeDigits = 16;
constexpr int kExponentDigits = 2;
constexpr int kSearchSteps = 256;
constexpr Int128 kTop = kUnit * kUnit - 1;  // 16 digits on both sides

Int128 power_of_ten(int n) {
  Int128 value = 1;
  for (int i = 0; i < n; ++i) value *= 10;
  return value;
}

Int128 gcd(Int128 a, Int128 b) {
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// Where the product is beyond every number that is generated, only 0 is a multiple.
Int128 lcm(Int128 a, Int128 b) {
  const Int128 factor = b / gcd(a, b);
  return factor > kTop / a ? kTop + 1 : a * factor;
}

Int128 ceil_to(Int128 value, Int128 step) {
  const Int128 rest = value % step;
  if (rest == 0) return value;
  return rest > 0 ? value - rest + step : value - rest;
}

int decimals_of(Int128 units) {
  int digits = kUnitDigits;
  for (Int128 rest = units; digits > 0 && rest % 10 == 0; rest /= 10) --digits;
  return units == 0 ? 0 : digits;
}

}  // namespace

Result<NumberRange> NumberRange::create(const NumberAlt& alt) {
  NumberRange out;
  out.unconstrained_ = alt.unconstrained();
  out.low_ = -kTop;
  out.high_ = kTop;
  if (alt.low) {
    const bool next = alt.low_excluded && alt.low->units_ceil() == alt.low->units_floor();
    out.low_ = std::max(out.low_, alt.low->units_ceil() + (next ? 1 : 0));
  }
  if (alt.high) {
    const bool before = alt.high_excluded && alt.high->units_ceil() == alt.high->units_floor();
    out.high_ = std::min(out.high_, alt.high->units_floor() - (before ? 1 : 0));
  }
  for (const Decimal& step : alt.multiples) {
    if (step.units_ceil() != step.units_floor()) {
      return fail(Code::kUnsupported, "multipleOf finer than 1e-16 is not generated");
    }
    out.step_ = lcm(out.step_, std::min(step.units_floor(), kTop + 1));
  }
  if (!alt.multiples.empty()) out.fraction_max_ = decimals_of(out.step_);
  for (const Decimal& step : alt.not_multiples) {
    if (step.units_ceil() != step.units_floor()) {
      return fail(Code::kUnsupported, "multipleOf finer than 1e-16 is not generated");
    }
    out.not_steps_.push_back(step.units_floor());
  }
  const auto put = [](std::vector<Int128>& list, const Decimal& value) {
    const Int128 units = value.units_floor();
    const bool fits = units == value.units_ceil() && units >= -kTop && units <= kTop;
    if (fits) list.push_back(units);
    return fits;
  };
  for (const Decimal& value : alt.excluded) put(out.excluded_, value);
  if (alt.values) {
    out.finite_ = true;
    out.fraction_max_ = 0;
    for (const Decimal& value : *alt.values) {
      if (!put(out.values_, value)) {
        return fail(Code::kUnsupported, "the number " + value.to_string() + " is not generated");
      }
      out.fraction_max_ = std::max(out.fraction_max_, decimals_of(out.values_.back()));
    }
  }
  return out;
}

bool NumberRange::empty() const {
  return !exists({-kTop, kTop});
}

uint32_t NumberRange::count(uint32_t limit) const {
  if (finite_) return static_cast<uint32_t>(std::min<size_t>(values_.size(), limit));
  if (unconstrained_) return limit;
  uint32_t found = 0;
  for (Int128 value = ceil_to(low_, step_); value <= high_ && found < limit; value += step_) {
    if (exists({value, value})) ++found;
    if (!not_steps_.empty() && found == 0 && value - low_ > step_ * limit) break;
  }
  return found;
}

bool NumberRange::exists(Span span) const {
  if (unconstrained_) return true;
  if (finite_) {
    const auto at = std::ranges::lower_bound(values_, span.first);
    return at != values_.end() && *at <= span.last;
  }
  const Int128 last = std::min(span.last, high_);
  Int128 value = ceil_to(std::max(span.first, low_), step_);
  const size_t tries = kSearchSteps + excluded_.size();
  for (size_t i = 0; i < tries && value <= last; ++i, value += step_) {
    const bool multiple =
        std::ranges::any_of(not_steps_, [&](Int128 step) { return value % step == 0; });
    if (!multiple && !std::ranges::binary_search(excluded_, value)) return true;
  }
  return false;
}

NumberRange::Span NumberRange::reach(const NumberPrefix& p, int more_digits) const {
  Int128 first = static_cast<Int128>(p.whole) * power_of_ten(more_digits) * kUnit;
  Int128 width = power_of_ten(more_digits) * kUnit;
  if (p.phase == Phase::kFraction) {
    width = power_of_ten(kUnitDigits - p.fraction_digits);
    first += static_cast<Int128>(p.fraction) * width;
  }
  const Int128 last = first + width - 1;
  return p.negative ? Span{-last, -first} : Span{first, last};
}

bool NumberRange::viable(const NumberPrefix& p) const {
  if (unconstrained_ || p.free || complete(p)) return true;
  switch (p.phase) {
    case Phase::kSign: return exists({-kTop, 0});
    case Phase::kZero:
    case Phase::kPoint: return fraction_max_ > 0 && exists(reach(p, 0));
    case Phase::kFraction: return p.fraction_digits < fraction_max_ && exists(reach(p, 0));
    case Phase::kWhole:
      for (int more = 0; more <= kWholeDigits - p.whole_digits; ++more) {
        if (exists(reach(p, more))) return true;
      }
      return false;
    default: return false;
  }
}

// Once every continuation is in the range, the digits so far do not matter.
void NumberRange::forget(NumberPrefix& p) const {
  bool free = unconstrained_ || p.free;
  const bool plain =
      !finite_ && not_steps_.empty() && excluded_.empty() && (step_ == 1 || step_ == kUnit);
  if (!free && plain && (p.phase == Phase::kWhole || p.phase == Phase::kFraction)) {
    const int more = p.phase == Phase::kWhole ? kWholeDigits - p.whole_digits : 0;
    const Span near = reach(p, 0);
    const Span far = reach(p, more);
    free = std::min(near.first, far.first) >= low_ && std::max(near.last, far.last) <= high_;
  }
  if (!free) return;
  p.free = true;
  p.negative = false;
  p.whole = 0;
  p.fraction = 0;
}

bool NumberRange::step(NumberPrefix& p, uint8_t byte) const {
  const bool digit = byte >= '0' && byte <= '9';
  const auto value = static_cast<uint64_t>(byte - '0');
  switch (p.phase) {
    case Phase::kStart:
      if (byte == '-') {
        p.phase = Phase::kSign;
        p.negative = true;
        break;
      }
      [[fallthrough]];
    case Phase::kSign:
      if (!digit) return false;
      p.phase = byte == '0' ? Phase::kZero : Phase::kWhole;
      p.whole = value;
      p.whole_digits = 1;
      break;
    case Phase::kZero:
    case Phase::kWhole:
      if (digit && p.phase == Phase::kWhole && p.whole_digits < kWholeDigits) {
        p.whole = p.whole * 10 + value;
        ++p.whole_digits;
      } else if (byte == '.' && fraction_max_ > 0) {
        p.phase = Phase::kPoint;
      } else if ((byte == 'e' || byte == 'E') && unconstrained_) {
        p.phase = Phase::kE;
      } else {
        return false;
      }
      break;
    case Phase::kPoint:
    case Phase::kFraction:
      if (digit && p.fraction_digits < fraction_max_) {
        p.phase = Phase::kFraction;
        p.fraction = p.fraction * 10 + value;
        ++p.fraction_digits;
      } else if ((byte == 'e' || byte == 'E') && unconstrained_ && p.phase == Phase::kFraction) {
        p.phase = Phase::kE;
      } else {
        return false;
      }
      break;
    case Phase::kE:
    case Phase::kESign:
    case Phase::kExp:
      if ((byte == '+' || byte == '-') && p.phase == Phase::kE) {
        p.phase = Phase::kESign;
      } else if (digit && (p.phase != Phase::kExp || p.fraction_digits < kExponentDigits)) {
        p.fraction_digits = p.phase == Phase::kExp ? p.fraction_digits + 1 : 1;
        p.phase = Phase::kExp;
      } else {
        return false;
      }
      p.whole_digits = 0;
      break;
  }
  if (!viable(p)) return false;
  forget(p);
  return true;
}

bool NumberRange::complete(const NumberPrefix& p) const {
  switch (p.phase) {
    case Phase::kZero:
    case Phase::kWhole:
    case Phase::kFraction: {
      if (unconstrained_ || p.free) return true;
      Int128 value =
          static_cast<Int128>(p.whole) * kUnit +
          static_cast<Int128>(p.fraction) * power_of_ten(kUnitDigits - p.fraction_digits);
      if (p.negative) value = -value;
      return exists({value, value});
    }
    case Phase::kExp: return true;
    default: return false;
  }
}

}  // namespace lar::constrain
