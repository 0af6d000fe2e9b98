// Filters about numbers: abs, int, float, round, sum, filesizeformat.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "chat/jinja/arguments.h"
#include "chat/jinja/filters/families.h"
#include "chat/jinja/format_spec.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_number.h"
#include "chat/jinja/python_text.h"

namespace lar::chat::jinja {
namespace {

Result<Value> do_abs(Renderer&, const Value& input, CallArgs& args) {
  LAR_TRY(bind("abs", args, {}, 0));
  if (input.is_undefined()) return undefined_error(input);
  if (input.is_double()) return Value::number(std::fabs(input.as_double()));
  if (!is_number(input)) {
    return type_error(fmt::format("bad operand type for abs(): '{}'", type_name(input)));
  }
  if (input.as_int() < 0) return negate(input);
  return Value::integer(input.as_int());
}

std::optional<int64_t> truncated(double number) {
  const double whole = std::trunc(number);
  if (!(whole >= -0x1p63 && whole < 0x1p63)) return std::nullopt;
  return static_cast<int64_t>(whole);
}

Result<Value> do_int(Renderer&, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_int", args, {"default", "base"}, 0));
  const Value fallback = bound.get(0) != nullptr ? *bound.get(0) : Value::integer(0);
  LAR_TRY(const int64_t base, bound.integer(1, 10));
  if (input.is_undefined()) return undefined_error(input);
  if (input.is_int() || input.is_bool()) return Value::integer(input.as_int());
  if (input.is_double()) {
    const auto whole = truncated(input.as_double());
    if (whole) return Value::integer(*whole);
    if (std::isfinite(input.as_double())) return overflow_error();
    return fallback;
  }
  if (!input.is_string()) return fallback;
  if (const auto number = parse_python_int(input.text(), static_cast<int>(base))) {
    return Value::integer(*number);
  }
  const auto number = parse_python_float(input.text());
  if (!number || !std::isfinite(*number)) return fallback;
  const auto whole = truncated(*number);
  if (!whole) return overflow_error();
  return Value::integer(*whole);
}

Result<Value> do_float(Renderer&, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_float", args, {"default"}, 0));
  const Value fallback = bound.get(0) != nullptr ? *bound.get(0) : Value::number(0);
  if (input.is_undefined()) return undefined_error(input);
  if (is_number(input)) return Value::number(to_double(input));
  if (!input.is_string()) return fallback;
  const auto number = parse_python_float(input.text());
  return number ? Value::number(*number) : fallback;
}

// round() to `precision` decimal places: half to even on the exact decimal value.
double round_places(double number, int64_t precision) {
  if (!std::isfinite(number) || precision > 323) return number;
  if (precision < -308) return std::copysign(0.0, number);
  if (precision >= 0) {
    // printf rounds the exact value half to even, which is what Python does.
    const std::string digits = format_float(std::fabs(number), 'f', precision, false);
    double result = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), result);
    return std::copysign(result, number);
  }
  const double scale = std::pow(10.0, static_cast<double>(-precision));
  return std::nearbyint(number / scale) * scale;
}

Result<Value> do_round(Renderer&, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_round", args, {"precision", "method"}, 0));
  LAR_TRY(const int64_t precision, bound.integer(0, 0));
  std::string_view method = "common";
  if (const Value* given = bound.get(1)) {
    method = given->is_string() ? given->text() : std::string_view();
  }
  if (method != "common" && method != "ceil" && method != "floor") {
    return value_error("method must be common, ceil or floor");
  }
  if (input.is_undefined()) return undefined_error(input);
  if (!is_number(input)) {
    return type_error(fmt::format("type {} doesn't define __round__ method", type_name(input)));
  }
  if (method == "common") {
    if (input.is_double()) return Value::number(round_places(input.as_double(), precision));
    if (precision >= 0) return Value::integer(input.as_int());
    if (precision < -18) return Value::integer(0);
    const auto scale = static_cast<int64_t>(std::pow(10.0, static_cast<double>(-precision)));
    int64_t quotient = input.as_int() / scale;
    const int64_t remainder = std::abs(input.as_int() % scale);
    if (remainder * 2 > scale || (remainder * 2 == scale && (quotient & 1) != 0)) {
      quotient += input.as_int() < 0 ? -1 : 1;
    }
    return Value::integer(quotient * scale);
  }
  const double scale = std::pow(10.0, static_cast<double>(precision));
  const double scaled = to_double(input) * scale;
  const double whole = method == "ceil" ? std::ceil(scaled) : std::floor(scaled);
  if (!std::isfinite(whole)) return value_error("cannot convert float infinity to integer");
  return Value::number(whole == 0 ? 0.0 : whole / scale);
}

Result<Value> do_sum(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("sync_do_sum", args, {"attribute", "start"}, 0));
  LAR_TRY(const AttributePath path, AttributePath::parse(bound.get(0), renderer.meter()));
  Value total = bound.get(1) != nullptr ? *bound.get(1) : Value::integer(0);
  if (total.is_string()) return type_error("sum() can't sum strings [use ''.join(seq) instead]");
  LAR_TRY(const Ref<Iterator> iterator, renderer.iterate(input));
  Value item;
  for (;;) {
    LAR_TRY(const bool more, iterator->next(renderer, &item));
    if (!more) return total;
    LAR_TRY(item, path.get(renderer, std::move(item)));
    LAR_TRY(total, binary(renderer, BinaryOp::kAdd, total, item));
    if (!renderer.meter()->work(1)) return renderer.out_of_limits();
  }
}

Result<Value> do_filesizeformat(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_filesizeformat", args, {"binary"}, 0));
  LAR_TRY(const bool binary_units, bound.truth(0, false));
  if (input.is_undefined()) return undefined_error(input);
  double bytes = 0;
  if (is_number(input)) {
    bytes = to_double(input);
  } else if (input.is_string()) {
    const auto number = parse_python_float(input.text());
    if (!number) {
      return value_error(fmt::format("could not convert string to float: {}", quote(input.text())));
    }
    bytes = *number;
  } else {
    return type_error(fmt::format("float() argument must be a string or a real number, not '{}'",
                                  type_name(input)));
  }
  const double base = binary_units ? 1024 : 1000;
  if (bytes == 1) return renderer.text("1 Byte", Origin::kTemplate);
  if (bytes < base) {
    return renderer.text(fmt::format("{} Bytes", truncated(bytes).value_or(0)), Origin::kTemplate);
  }
  constexpr std::array<std::string_view, 8> kDecimal = {"kB", "MB", "GB", "TB",
                                                        "PB", "EB", "ZB", "YB"};
  constexpr std::array<std::string_view, 8> kBinary = {"KiB", "MiB", "GiB", "TiB",
                                                       "PiB", "EiB", "ZiB", "YiB"};
  double unit = base;
  size_t i = 0;
  for (; i < kDecimal.size(); ++i) {
    unit *= base;
    if (bytes < unit) break;
  }
  i = std::min(i, kDecimal.size() - 1);
  return renderer.text(fmt::format("{} {}", format_float(base * bytes / unit, 'f', 1, false),
                                   binary_units ? kBinary[i] : kDecimal[i]),
                       Origin::kTemplate);
}

constexpr NamedFunction kFilters[] = {
    {"abs", do_abs},     {"filesizeformat", do_filesizeformat},
    {"float", do_float}, {"int", do_int},
    {"round", do_round}, {"sum", do_sum},
};

}  // namespace

std::span<const NamedFunction> number_filters() {
  return kFilters;
}

}  // namespace lar::chat::jinja
