// The tests behind "is": {{ x is defined }}.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "chat/jinja/arguments.h"
#include "chat/jinja/builtins.h"
#include "chat/jinja/objects.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

using Test = bool (*)(const Value&);

template <Test Is>
Result<Value> plain(Renderer&, const Value& input, CallArgs& args) {
  LAR_TRY(bind("test", args, {}, 0));
  return Value::boolean(Is(input));
}

bool is_defined(const Value& value) {
  return !value.is_undefined();
}
bool is_undefined(const Value& value) {
  return value.is_undefined();
}
bool is_none(const Value& value) {
  return value.is_null();
}
bool is_boolean(const Value& value) {
  return value.is_bool();
}
bool is_true(const Value& value) {
  return value.is_bool() && value.as_bool();
}
bool is_false(const Value& value) {
  return value.is_bool() && !value.as_bool();
}
bool is_integer(const Value& value) {
  return value.is_int();
}
bool is_float(const Value& value) {
  return value.is_double();
}
bool is_string(const Value& value) {
  return value.is_string();
}
bool is_mapping(const Value& value) {
  return value.is_dict();
}
bool is_escaped(const Value& value) {
  return value.is_string() && value.string_data().markup;
}

bool is_sequence(const Value& value) {
  if (value.is_object()) return engine_object(value)->subscriptable();
  // An undefined value has a length and answers to [].
  return value.is_undefined() || value.is_string() || value.is_sequence() || value.is_dict();
}

bool is_iterable(const Value& value) {
  if (value.is_object()) return engine_object(value)->iterable();
  return is_sequence(value);
}

bool is_callable(const Value& value) {
  // Jinja's Undefined has __call__, if only to complain.
  return value.is_undefined() || (value.is_object() && engine_object(value)->callable());
}

Result<Value> lower_test(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("test_lower", args, {}, 0));
  return Value::boolean(text_is_lower(to_str(input, renderer.meter()).text()));
}

Result<Value> upper_test(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("test_upper", args, {}, 0));
  return Value::boolean(text_is_upper(to_str(input, renderer.meter()).text()));
}

template <int Remainder>
Result<Value> parity(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("test_odd", args, {}, 0));
  LAR_TRY(const Value rest, binary(renderer, BinaryOp::kMod, input, Value::integer(2)));
  return Value::boolean(equals(renderer, rest, Value::integer(Remainder)));
}

Result<Value> divisibleby(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("test_divisibleby", args, {"num"}, 1));
  LAR_TRY(const Value rest, binary(renderer, BinaryOp::kMod, input, *bound.get(0)));
  return Value::boolean(equals(renderer, rest, Value::integer(0)));
}

template <CompareOp Op>
Result<Value> compared(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("compare", args, {"b"}, 1));
  LAR_TRY(const bool result, compare(renderer, Op, input, *bound.get(0)));
  return Value::boolean(result);
}

Result<Value> sameas(Renderer&, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("test_sameas", args, {"other"}, 1));
  const Value& other = *bound.get(0);
  // CPython keeps one object of each small integer; equal strings of one literal are one, too.
  if (input.is_string() && other.is_string()) return Value::boolean(input.text() == other.text());
  return Value::boolean(!input.is_undefined() && input.same(other));
}

Result<Value> filter_exists(Renderer&, const Value& input, CallArgs& args) {
  LAR_TRY(bind("test_filter", args, {}, 0));
  if (!hashable(input)) return type_error(fmt::format("unhashable type: '{}'", type_name(input)));
  return Value::boolean(input.is_string() && find_filter(input.text()) != nullptr);
}

Result<Value> test_exists(Renderer&, const Value& input, CallArgs& args) {
  LAR_TRY(bind("test_test", args, {}, 0));
  if (!hashable(input)) return type_error(fmt::format("unhashable type: '{}'", type_name(input)));
  return Value::boolean(input.is_string() && find_test(input.text()) != nullptr);
}

constexpr NamedFunction kTests[] = {
    {"!=", compared<CompareOp::kNe>},
    {"<", compared<CompareOp::kLt>},
    {"<=", compared<CompareOp::kLe>},
    {"==", compared<CompareOp::kEq>},
    {">", compared<CompareOp::kGt>},
    {">=", compared<CompareOp::kGe>},
    {"boolean", plain<is_boolean>},
    {"callable", plain<is_callable>},
    {"defined", plain<is_defined>},
    {"divisibleby", divisibleby},
    {"eq", compared<CompareOp::kEq>},
    {"equalto", compared<CompareOp::kEq>},
    {"escaped", plain<is_escaped>},
    {"even", parity<0>},
    {"false", plain<is_false>},
    {"filter", filter_exists},
    {"float", plain<is_float>},
    {"ge", compared<CompareOp::kGe>},
    {"greaterthan", compared<CompareOp::kGt>},
    {"gt", compared<CompareOp::kGt>},
    {"in", compared<CompareOp::kIn>},
    {"integer", plain<is_integer>},
    {"iterable", plain<is_iterable>},
    {"le", compared<CompareOp::kLe>},
    {"lessthan", compared<CompareOp::kLt>},
    {"lower", lower_test},
    {"lt", compared<CompareOp::kLt>},
    {"mapping", plain<is_mapping>},
    {"ne", compared<CompareOp::kNe>},
    {"none", plain<is_none>},
    {"number", plain<is_number>},
    {"odd", parity<1>},
    {"sameas", sameas},
    {"sequence", plain<is_sequence>},
    {"string", plain<is_string>},
    {"test", test_exists},
    {"true", plain<is_true>},
    {"undefined", plain<is_undefined>},
    {"upper", upper_test},
};

}  // namespace

Function find_test(std::string_view name) {
  const auto* found = std::ranges::find(kTests, name, &NamedFunction::name);
  return found == std::end(kTests) ? nullptr : found->function;
}

}  // namespace lar::chat::jinja
