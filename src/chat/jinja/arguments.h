// Binding of call arguments to parameters, with Python's errors, and the errors themselves.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/jinja/function.h"

namespace lar::chat::jinja {

// All are invalid_argument: the template does something that Python refuses.
std::unexpected<Error> type_error(std::string message);
std::unexpected<Error> value_error(std::string message);
// The UndefinedError of using `value`, which is undefined.
std::unexpected<Error> undefined_error(const Value& value);
std::unexpected<Error> overflow_error();

// The arguments of one call by parameter position; those that were not given are null.
class Bound {
 public:
  static constexpr size_t kParametersMax = 8;

  const Value* get(size_t parameter) const { return values_[parameter]; }
  // The argument, or null if it was not given or is None.
  const Value* given(size_t parameter) const;
  Result<int64_t> integer(size_t parameter, int64_t fallback) const;
  Result<bool> truth(size_t parameter, bool fallback) const;

 private:
  friend Result<Bound> bind(
      std::string_view, const CallArgs&, std::initializer_list<std::string_view>, size_t, size_t);
  std::array<const Value*, kParametersMax> values_{};
};

// Parameters by name; the first `required` must be given, the first `positional_only` have no
// name for the caller. `args` outlives the result.
Result<Bound> bind(std::string_view function,
                   const CallArgs& args,
                   std::initializer_list<std::string_view> parameters,
                   size_t required,
                   size_t positional_only = 0);

// An int (or bool) argument, as Python's __index__.
Result<int64_t> to_index(const Value& value);

}  // namespace lar::chat::jinja
