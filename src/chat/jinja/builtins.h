// The tables of what a template can name: filters, tests, methods and globals. Nothing here does
// I/O, and nothing outside these tables can be reached.
#pragma once

#include <string_view>

#include "chat/jinja/function.h"

namespace lar::chat::jinja {

// Null if there is none.
Function find_filter(std::string_view name);
Function find_test(std::string_view name);
Function find_global(std::string_view name);

struct Method {
  Function function = nullptr;  // null: there is none, or it is unsafe
  bool unsafe = false;          // it would change its object, which the sandbox forbids
};
Method find_method(const Value& self, std::string_view name);

}  // namespace lar::chat::jinja
