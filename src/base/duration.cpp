#include "base/duration.h"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/checked.h"

namespace lar {
namespace {

struct Unit {
  std::string_view name;
  uint64_t nanoseconds;
};
// Longer names before those they begin with.
constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                         {"us", 1'000},
                                         {"\u00b5s", 1'000},
                                         {"\u03bcs", 1'000},
                                         {"ms", 1'000'000},
                                         {"s", 1'000'000'000},
                                         {"m", 60'000'000'000},
                                         {"h", 3'600'000'000'000}}};
constexpr uint64_t kMagnitudeMax = uint64_t{1} << 63U;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

const Unit* unit_at(std::string_view text) {
  for (const Unit& unit : kUnits) {
    if (text.starts_with(unit.name)) return &unit;
  }
  return nullptr;
}

// The digits at the front of `text`, which is moved behind them. nullopt on overflow.
std::optional<uint64_t> take_digits(std::string_view& text) {
  uint64_t value = 0;
  while (!text.empty() && is_digit(text.front())) {
    const auto next = checked_mul<uint64_t>(value, 10);
    if (!next || *next > kMagnitudeMax) return std::nullopt;
    value = *next + static_cast<uint64_t>(text.front() - '0');
    if (value > kMagnitudeMax) return std::nullopt;
    text.remove_prefix(1);
  }
  return value;
}

// What follows the point, as a share of one unit; digits beyond 64 bits have no weight.
double take_fraction(std::string_view& text) {
  double value = 0.0;
  double weight = 0.1;
  while (!text.empty() && is_digit(text.front())) {
    value += weight * (text.front() - '0');
    weight /= 10.0;
    text.remove_prefix(1);
  }
  return value;
}

std::unexpected<Error> bad(std::string_view what, std::string_view text) {
  return fail(Code::kInvalidArgument,
              "time: " + std::string(what) + " \"" + std::string(text) + "\"");
}

}  // namespace

Result<std::chrono::nanoseconds> parse_go_duration(std::string_view text) {
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  if (rest == "0") return std::chrono::nanoseconds(0);
  if (rest.empty()) return bad("invalid duration", text);
  uint64_t total = 0;
  while (!rest.empty()) {
    const size_t before = rest.size();
    const auto whole = take_digits(rest);
    if (!whole) return bad("invalid duration", text);
    bool digits = rest.size() != before;
    double fraction = 0.0;
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      const size_t point = rest.size();
      fraction = take_fraction(rest);
      digits = digits || rest.size() != point;
    }
    if (!digits) return bad("invalid duration", text);
    const Unit* unit = unit_at(rest);
    if (unit == nullptr) {
      const bool none = rest.empty() || is_digit(rest.front()) || rest.front() == '.';
      return bad(none ? "missing unit in duration" : "invalid duration", text);
    }
    rest.remove_prefix(unit->name.size());
    const auto scaled = checked_mul<uint64_t>(*whole, unit->nanoseconds);
    if (!scaled || *scaled > kMagnitudeMax) return bad("invalid duration", text);
    total +=
        *scaled + static_cast<uint64_t>(fraction * static_cast<double>(unit->nanoseconds) + 0.5);
    if (total > kMagnitudeMax) return bad("invalid duration", text);
  }
  if (!negative && total == kMagnitudeMax) return bad("invalid duration", text);
  if (negative) return std::chrono::nanoseconds(static_cast<int64_t>(0 - total));
  return std::chrono::nanoseconds(static_cast<int64_t>(total));
}

}  // namespace lar
