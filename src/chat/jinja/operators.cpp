#include "chat/jinja/operators.h"

#include <fmt/format.h>

#include <algorithm>

#include <cmath>

#include "chat/jinja/arguments.h"
#include "chat/jinja/objects.h"
#include "chat/jinja/percent_format.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

constexpr std::string_view symbol_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::kAdd: return "+";
    case BinaryOp::kSub: return "-";
    case BinaryOp::kMul: return "*";
    case BinaryOp::kDiv: return "/";
    case BinaryOp::kFloorDiv: return "//";
    case BinaryOp::kMod: return "%";
    case BinaryOp::kPow: return "** or pow()";
  }
  return "";
}

Result<Value> power(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) return value_error("0.0 cannot be raised to a negative power");
    return Value::number(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) {
      return overflow_error();
    }
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) return overflow_error();
  }
  return Value::integer(result);
}

Result<Value> integer_op(BinaryOp op, int64_t left, int64_t right) {
  int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case BinaryOp::kAdd: overflow = __builtin_add_overflow(left, right, &result); break;
    case BinaryOp::kSub: overflow = __builtin_sub_overflow(left, right, &result); break;
    case BinaryOp::kMul: overflow = __builtin_mul_overflow(left, right, &result); break;
    case BinaryOp::kDiv:
      if (right == 0) return value_error("division by zero");
      return Value::number(static_cast<double>(left) / static_cast<double>(right));
    case BinaryOp::kFloorDiv:
    case BinaryOp::kMod: {
      if (right == 0) return value_error("integer division or modulo by zero");
      if (right == -1) {
        if (op == BinaryOp::kMod) return Value::integer(0);
        overflow = __builtin_sub_overflow(int64_t{0}, left, &result);
        break;
      }
      int64_t quotient = left / right;
      int64_t remainder = left % right;
      if (remainder != 0 && (remainder < 0) != (right < 0)) {
        --quotient;
        remainder += right;
      }
      result = op == BinaryOp::kMod ? remainder : quotient;
      break;
    }
    case BinaryOp::kPow: return power(left, right);
  }
  if (overflow) return overflow_error();
  return Value::integer(result);
}

Result<Value> float_op(BinaryOp op, double left, double right) {
  switch (op) {
    case BinaryOp::kAdd: return Value::number(left + right);
    case BinaryOp::kSub: return Value::number(left - right);
    case BinaryOp::kMul: return Value::number(left * right);
    case BinaryOp::kDiv:
      if (right == 0) return value_error("float division by zero");
      return Value::number(left / right);
    case BinaryOp::kFloorDiv:
    case BinaryOp::kMod: {
      if (right == 0) {
        return value_error(op == BinaryOp::kMod ? "float modulo" : "float floor division by zero");
      }
      double remainder = std::fmod(left, right);
      double quotient = (left - remainder) / right;
      if (remainder != 0 && (remainder < 0) != (right < 0)) {
        remainder += right;
        quotient -= 1;
      } else if (remainder == 0) {
        remainder = std::copysign(0.0, right);
      }
      if (op == BinaryOp::kMod) return Value::number(remainder);
      if (quotient == 0) return Value::number(std::copysign(0.0, left / right));
      const double floor = std::floor(quotient);
      return Value::number(quotient - floor > 0.5 ? floor + 1 : floor);
    }
    case BinaryOp::kPow:
      if (left == 0 && right < 0) return value_error("0.0 cannot be raised to a negative power");
      if (left < 0 && std::trunc(right) != right) {
        return value_error("complex numbers are not supported");
      }
      return Value::number(std::pow(left, right));
  }
  return Value();
}

Result<Value> unsupported(BinaryOp op, const Value& left, const Value& right) {
  return type_error(fmt::format("unsupported operand type(s) for {}: '{}' and '{}'", symbol_of(op),
                                type_name(left), type_name(right)));
}

Result<Value> add_strings(Renderer& renderer, const Value& left, const Value& right) {
  const bool markup = left.string_data().markup || right.string_data().markup;
  TextBuilder out(renderer.meter());
  out.append(markup ? escape(left, renderer.meter()) : left);
  out.append(markup ? escape(right, renderer.meter()) : right);
  return out.finish(markup);
}

Result<Value> add(Renderer& renderer, const Value& left, const Value& right) {
  if (left.is_string() && right.is_string()) return add_strings(renderer, left, right);
  if (left.is_sequence() && left.kind() == right.kind()) {
    if (!renderer.meter()->fits((left.items().size() + right.items().size()) * sizeof(Value))) {
      return renderer.out_of_limits();
    }
    std::vector<Value> items = left.items();
    items.insert(items.end(), right.items().begin(), right.items().end());
    return left.is_list() ? renderer.list(std::move(items)) : renderer.tuple(std::move(items));
  }
  if (left.is_string()) {
    return type_error(
        fmt::format("can only concatenate str (not \"{}\") to str", type_name(right)));
  }
  if (left.is_sequence()) {
    return type_error(fmt::format("can only concatenate {} (not \"{}\") to {}", type_name(left),
                                  type_name(right), type_name(left)));
  }
  return unsupported(BinaryOp::kAdd, left, right);
}

Result<Value> repeat(Renderer& renderer, const Value& sequence, int64_t times) {
  const auto count = static_cast<uint64_t>(std::max<int64_t>(times, 0));
  if (sequence.is_string()) {
    const StringData& data = sequence.string_data();
    TextBuilder out(renderer.meter());
    if (data.runs.empty()) {
      out.append_repeated(data.text, count, data.origin);
    } else {
      for (uint64_t i = 0; i < count && !renderer.meter()->exceeded(); ++i) out.append(sequence);
    }
    return out.finish(data.markup);
  }
  uint64_t total = 0;
  if (__builtin_mul_overflow(sequence.items().size() * sizeof(Value), count, &total) ||
      !renderer.meter()->fits(total) || !renderer.meter()->work(total / 64)) {
    return renderer.out_of_limits();
  }
  std::vector<Value> items;
  items.reserve(sequence.items().size() * count);
  // An empty sequence stays empty however often it is repeated.
  for (uint64_t i = 0; i < count && !sequence.items().empty(); ++i) {
    items.insert(items.end(), sequence.items().begin(), sequence.items().end());
  }
  return sequence.is_list() ? renderer.list(std::move(items)) : renderer.tuple(std::move(items));
}

Result<Value> multiply(Renderer& renderer, const Value& left, const Value& right) {
  const auto repeats = [](const Value& value) { return value.is_string() || value.is_sequence(); };
  const auto counts = [](const Value& value) { return value.is_int() || value.is_bool(); };
  if (repeats(left) && counts(right)) return repeat(renderer, left, right.as_int());
  if (counts(left) && repeats(right)) return repeat(renderer, right, left.as_int());
  if (repeats(left) || repeats(right)) {
    return type_error(fmt::format("can't multiply sequence by non-int of type '{}'",
                                  type_name(repeats(left) ? right : left)));
  }
  return unsupported(BinaryOp::kMul, left, right);
}

int sign_of(bool less, bool greater) {
  return less ? -1 : greater ? 1 : 0;
}

}  // namespace

bool truthy(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
    case Kind::kNull: return false;
    case Kind::kBool:
    case Kind::kInt: return value.as_int() != 0;
    case Kind::kDouble: return value.as_double() != 0;
    case Kind::kString: return !value.text().empty();
    case Kind::kList:
    case Kind::kTuple: return !value.items().empty();
    case Kind::kDict: return !value.entries().empty();
    case Kind::kObject: return engine_object(value)->truthy();
  }
  return false;
}

bool is_number(const Value& value) {
  return value.is_int() || value.is_double() || value.is_bool();
}

double to_double(const Value& number) {
  return number.is_double() ? number.as_double() : static_cast<double>(number.as_int());
}

Result<Value> binary(Renderer& renderer, BinaryOp op, const Value& left, const Value& right) {
  if (op == BinaryOp::kMod && left.is_string()) return percent_format(renderer, left, right);
  if (left.is_undefined()) return undefined_error(left);
  if (right.is_undefined()) return undefined_error(right);
  if (is_number(left) && is_number(right)) {
    if (left.is_double() || right.is_double()) {
      return float_op(op, to_double(left), to_double(right));
    }
    return integer_op(op, left.as_int(), right.as_int());
  }
  if (op == BinaryOp::kAdd) return add(renderer, left, right);
  if (op == BinaryOp::kMul) return multiply(renderer, left, right);
  return unsupported(op, left, right);
}

Result<Value> negate(const Value& value) {
  if (value.is_undefined()) return undefined_error(value);
  if (value.is_double()) return Value::number(-value.as_double());
  if (!is_number(value)) {
    return type_error(fmt::format("bad operand type for unary -: '{}'", type_name(value)));
  }
  return integer_op(BinaryOp::kSub, 0, value.as_int());
}

Result<Value> plus(const Value& value) {
  if (value.is_undefined()) return undefined_error(value);
  if (value.is_double()) return value;
  if (!is_number(value)) {
    return type_error(fmt::format("bad operand type for unary +: '{}'", type_name(value)));
  }
  return Value::integer(value.as_int());
}

bool equals(Renderer& renderer, const Value& left, const Value& right) {
  if (left.is_object() && right.is_object()) {
    return engine_object(left)->equals(*engine_object(right), renderer.meter());
  }
  return equal(left, right, renderer.meter());
}

Result<int> order(Renderer& renderer,
                  const Value& left,
                  const Value& right,
                  std::string_view symbol) {
  if (left.is_undefined()) return undefined_error(left);
  if (right.is_undefined()) return undefined_error(right);
  if (!renderer.meter()->work(1)) return renderer.out_of_limits();
  if (is_number(left) && is_number(right)) {
    if (left.is_double() || right.is_double()) {
      const double a = to_double(left);
      const double b = to_double(right);
      return sign_of(a<b, a> b);
    }
    return sign_of(left.as_int() < right.as_int(), left.as_int() > right.as_int());
  }
  if (left.is_string() && right.is_string()) {
    const size_t shorter = std::min(left.text().size(), right.text().size());
    if (!renderer.meter()->work(shorter / 64)) return renderer.out_of_limits();
    const int result = left.text().compare(right.text());
    return sign_of(result < 0, result > 0);
  }
  if (left.is_sequence() && left.kind() == right.kind()) {
    const auto& a = left.items();
    const auto& b = right.items();
    for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
      if (equals(renderer, a[i], b[i])) continue;
      return order(renderer, a[i], b[i], symbol);
    }
    return sign_of(a.size() < b.size(), a.size() > b.size());
  }
  return type_error(fmt::format("'{}' not supported between instances of '{}' and '{}'", symbol,
                                type_name(left), type_name(right)));
}

Result<bool> compare(Renderer& renderer, CompareOp op, const Value& left, const Value& right) {
  const bool unordered = (left.is_double() && std::isnan(left.as_double())) ||
                         (right.is_double() && std::isnan(right.as_double()));
  const auto ordered = [&](std::string_view symbol, auto accept) -> Result<bool> {
    LAR_TRY(const int result, order(renderer, left, right, symbol));
    return !unordered && accept(result);
  };
  switch (op) {
    case CompareOp::kEq: return equals(renderer, left, right);
    case CompareOp::kNe: return !equals(renderer, left, right);
    case CompareOp::kLt: return ordered("<", [](int result) { return result < 0; });
    case CompareOp::kLe: return ordered("<=", [](int result) { return result <= 0; });
    case CompareOp::kGt: return ordered(">", [](int result) { return result > 0; });
    case CompareOp::kGe: return ordered(">=", [](int result) { return result >= 0; });
    case CompareOp::kIn: return contains(renderer, right, left);
    case CompareOp::kNotIn: {
      LAR_TRY(const bool found, contains(renderer, right, left));
      return !found;
    }
  }
  return false;
}

Result<bool> contains(Renderer& renderer, const Value& container, const Value& item) {
  switch (container.kind()) {
    case Kind::kUndefined: return false;
    case Kind::kString:
      if (!item.is_string()) {
        return type_error(
            fmt::format("'in <string>' requires string as left operand, not {}", type_name(item)));
      }
      renderer.meter()->work(container.text().size() / 64);
      return container.text().find(item.text()) != std::string_view::npos;
    case Kind::kList:
    case Kind::kTuple:
      for (const Value& element : container.items()) {
        if (element.same(item) || equals(renderer, element, item)) return true;
      }
      return false;
    case Kind::kDict:
      if (!hashable(item)) return type_error(fmt::format("unhashable type: '{}'", type_name(item)));
      return container.entries().find(item) != nullptr;
    case Kind::kObject: {
      if (const auto* range = as<RangeObject>(container); range != nullptr && item.is_int()) {
        return range->contains(item.as_int());
      }
      if (!engine_object(container)->iterable()) break;
      LAR_TRY(const Ref<Iterator> iterator, renderer.iterate(container));
      Value element;
      for (;;) {
        LAR_TRY(const bool more, iterator->next(renderer, &element));
        if (!more) return false;
        if (!renderer.meter()->work(1)) return renderer.out_of_limits();
        if (equals(renderer, element, item)) return true;
      }
    }
    default: break;
  }
  return type_error(fmt::format("argument of type '{}' is not iterable", type_name(container)));
}

Result<int64_t> length(Renderer& renderer, const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined: return 0;
    case Kind::kString:
      renderer.meter()->work(value.text().size() / 64);
      return static_cast<int64_t>(count_chars(value.text()));
    case Kind::kList:
    case Kind::kTuple: return static_cast<int64_t>(value.items().size());
    case Kind::kDict: return static_cast<int64_t>(value.entries().size());
    case Kind::kObject:
      if (const auto result = engine_object(value)->length(renderer)) return *result;
      break;
    default: break;
  }
  return type_error(fmt::format("object of type '{}' has no len()", type_name(value)));
}

}  // namespace lar::chat::jinja
