#include "chat/jinja/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "chat/jinja/object.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"

namespace lar::chat::jinja {

std::unexpected<Error> type_error(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

std::unexpected<Error> value_error(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

std::unexpected<Error> undefined_error(const Value& value) {
  const auto* reason = static_cast<const UndefinedReason*>(value.as_object());
  return fail(Code::kInvalidArgument,
              reason == nullptr ? std::string("the value is undefined") : reason->message());
}

std::unexpected<Error> overflow_error() {
  return fail(Code::kInvalidArgument, "the integer does not fit 64 bits");
}

const Value* CallArgs::find(std::string_view name) const {
  for (const auto& [key, value] : named) {
    if (key == name) return &value;
  }
  return nullptr;
}

const Value* Bound::given(size_t parameter) const {
  const Value* value = values_[parameter];
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<int64_t> Bound::integer(size_t parameter, int64_t fallback) const {
  return values_[parameter] == nullptr ? fallback : to_index(*values_[parameter]);
}

Result<bool> Bound::truth(size_t parameter, bool fallback) const {
  return values_[parameter] == nullptr ? fallback : truthy(*values_[parameter]);
}

Result<int64_t> to_index(const Value& value) {
  if (value.is_int() || value.is_bool()) return value.as_int();
  if (value.is_undefined()) return undefined_error(value);
  return type_error(
      fmt::format("'{}' object cannot be interpreted as an integer", type_name(value)));
}

Result<Bound> bind(std::string_view function,
                   const CallArgs& args,
                   std::initializer_list<std::string_view> parameters,
                   size_t required,
                   size_t positional_only) {
  Bound bound;
  if (args.positional.size() > parameters.size()) {
    return type_error(fmt::format("{}() takes at most {} arguments ({} given)", function,
                                  parameters.size(), args.positional.size()));
  }
  for (size_t i = 0; i < args.positional.size(); ++i) bound.values_[i] = &args.positional[i];
  for (const auto& [name, value] : args.named) {
    const auto* found = std::ranges::find(parameters, std::string_view(name));
    const auto index = static_cast<size_t>(found - parameters.begin());
    if (positional_only >= parameters.size()) {
      return type_error(fmt::format("{}() takes no keyword arguments", function));
    }
    if (found == parameters.end() || index < positional_only) {
      return type_error(
          fmt::format("{}() got an unexpected keyword argument '{}'", function, name));
    }
    if (bound.values_[index] != nullptr) {
      return type_error(fmt::format("{}() got multiple values for argument '{}'", function, name));
    }
    bound.values_[index] = &value;
  }
  for (size_t i = 0; i < required; ++i) {
    if (bound.values_[i] == nullptr) {
      return type_error(
          fmt::format("{}() missing required argument '{}'", function, *(parameters.begin() + i)));
    }
  }
  return bound;
}

}  // namespace lar::chat::jinja
