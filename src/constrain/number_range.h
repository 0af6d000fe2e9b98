// The numbers that may be generated for an alternative: at most 16 digits before and after the
// point, and for every prefix the question whether it can still become one of them. Exact, in
// units of 10^-16.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "constrain/value_set.h"

namespace lar::constrain {

// What of a number has been written. Digits that no longer matter are forgotten (`free`), so that
// unbounded numbers have few prefixes.
struct NumberPrefix {
  enum class Phase : uint8_t { kStart, kSign, kZero, kWhole, kPoint, kFraction, kE, kESign, kExp };
  Phase phase = Phase::kStart;
  bool negative = false;
  bool free = false;
  uint8_t whole_digits = 0;
  uint8_t fraction_digits = 0;
  uint64_t whole = 0;
  uint64_t fraction = 0;
};

class NumberRange {
 public:
  // Errors: unsupported where the constraint is finer or larger than what is generated.
  static Result<NumberRange> create(const NumberAlt& alt);

  bool empty() const;
  // How many numbers there are, at most `limit`.
  uint32_t count(uint32_t limit) const;
  // The prefix after one more byte; false: not a prefix of a number in the range.
  bool step(NumberPrefix& prefix, uint8_t byte) const;
  // Whether the prefix is a number of the range as it stands.
  bool complete(const NumberPrefix& prefix) const;

 private:
  struct Span {
    Int128 first = 0;
    Int128 last = 0;
  };

  bool exists(Span span) const;
  bool viable(const NumberPrefix& prefix) const;
  Span reach(const NumberPrefix& prefix, int more_digits) const;
  void forget(NumberPrefix& prefix) const;

  bool unconstrained_ = false;
  Int128 low_ = 0;
  Int128 high_ = 0;
  Int128 step_ = 1;
  int fraction_max_ = kUnitDigits;
  std::vector<Int128> not_steps_;
  std::vector<Int128> excluded_;
  std::vector<Int128> values_;
  bool finite_ = false;
};

}  // namespace lar::constrain
