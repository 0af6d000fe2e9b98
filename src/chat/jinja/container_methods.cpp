// The methods of dict, list and tuple, and the choice among all methods.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "chat/jinja/arguments.h"
#include "chat/jinja/builtins.h"
#include "chat/jinja/method_tables.h"
#include "chat/jinja/objects.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"

namespace lar::chat::jinja {
namespace {

Result<Value> get(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("dict.get", args, {"key", "default"}, 1, 2));
  const Value& key = *bound.get(0);
  if (!hashable(key)) return type_error(fmt::format("unhashable type: '{}'", type_name(key)));
  if (const Value* found = self.entries().find(key)) return *found;
  return bound.get(1) != nullptr ? *bound.get(1) : Value::null();
}

template <DictPart Part>
Result<Value> view(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(bind("dict.items", args, {}, 0));
  return Value::object(new DictView(self, Part));
}

Result<Value> copy(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(bind("copy", args, {}, 0));
  return self;
}

Result<Value> count(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("count", args, {"value"}, 1, 1));
  const auto times = std::ranges::count_if(
      self.items(), [&](const Value& item) { return equals(renderer, item, *bound.get(0)); });
  return Value::integer(times);
}

Result<Value> index(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("index", args, {"value", "start", "stop"}, 1, 3));
  const auto size = static_cast<int64_t>(self.items().size());
  LAR_TRY(int64_t start, bound.integer(1, 0));
  LAR_TRY(int64_t stop, bound.integer(2, size));
  if (start < 0) start = std::max<int64_t>(start + size, 0);
  if (stop < 0) stop += size;
  for (int64_t i = start; i < std::min(stop, size); ++i) {
    if (equals(renderer, self.items()[static_cast<size_t>(i)], *bound.get(0))) {
      return Value::integer(i);
    }
  }
  return value_error(fmt::format("{} is not in list", repr_text(*bound.get(0), renderer.meter())));
}

Result<Value> is_integer(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(bind("is_integer", args, {}, 0));
  const double number = self.as_double();
  return Value::boolean(std::isfinite(number) && number == std::trunc(number));
}

Result<Value> bit_length(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(bind("bit_length", args, {}, 0));
  auto magnitude = static_cast<uint64_t>(self.as_int());
  if (self.as_int() < 0) magnitude = 0 - magnitude;
  return Value::integer(static_cast<int64_t>(std::bit_width(magnitude)));
}

constexpr NamedFunction kDictMethods[] = {
    {"copy", copy},
    {"get", get},
    {"items", view<DictPart::kItems>},
    {"keys", view<DictPart::kKeys>},
    {"values", view<DictPart::kValues>},
};

constexpr NamedFunction kSequenceMethods[] = {
    {"count", count}, {"index", index}, {"copy", copy},  // of lists alone
};

constexpr NamedFunction kFloatMethods[] = {{"is_integer", is_integer}};
constexpr NamedFunction kIntMethods[] = {{"bit_length", bit_length}};

constexpr std::array<std::string_view, 5> kUnsafeDict = {"clear", "pop", "popitem", "setdefault",
                                                         "update"};
constexpr std::array<std::string_view, 8> kUnsafeList = {"append", "clear",  "extend",  "insert",
                                                         "pop",    "remove", "reverse", "sort"};

Function find_in(std::span<const NamedFunction> methods, std::string_view name) {
  const auto found = std::ranges::find(methods, name, &NamedFunction::name);
  return found == methods.end() ? nullptr : found->function;
}

}  // namespace

std::span<const NamedFunction> dict_methods() {
  return kDictMethods;
}
std::span<const NamedFunction> sequence_methods() {
  return kSequenceMethods;
}

Method find_method(const Value& self, std::string_view name) {
  switch (self.kind()) {
    case Kind::kString: {
      const Function function = find_in(string_methods(), name);
      return {function != nullptr ? function : find_in(string_queries(), name), false};
    }
    case Kind::kDict:
      return {find_in(kDictMethods, name),
              std::ranges::find(kUnsafeDict, name) != kUnsafeDict.end()};
    case Kind::kList:
      return {find_in(kSequenceMethods, name),
              std::ranges::find(kUnsafeList, name) != kUnsafeList.end()};
    case Kind::kTuple: return {name == "copy" ? nullptr : find_in(kSequenceMethods, name), false};
    case Kind::kDouble: return {find_in(kFloatMethods, name), false};
    case Kind::kInt: return {find_in(kIntMethods, name), false};
    default: return {};
  }
}

}  // namespace lar::chat::jinja
