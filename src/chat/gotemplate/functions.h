// The functions that a Go template may call: those of text/template and Ollama's own.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "chat/gotemplate/item.h"
#include "chat/jinja/date_time.h"

namespace lar::chat::gotemplate {

// What functions may use besides their arguments.
struct Surroundings {
  Meter* meter = nullptr;
  jinja::DateTime now;
};

enum class Parameter : uint8_t { kAny, kString };

struct Function {
  std::string_view name;
  size_t arguments_min = 0;
  bool variadic = false;  // takes more than arguments_min
  Parameter first = Parameter::kAny;
  Parameter rest = Parameter::kAny;
  // `and` and `or` are run by the executor, which stops at the argument that decides.
  Result<Item> (*run)(const Surroundings&, std::span<const Item>) = nullptr;
};

// Null where there is none of that name.
const Function* find_function(std::string_view name);

// A method that values of the type have; null where there is none.
const Function* find_method(const Type& type, std::string_view name);

// The last day before `date`.
jinja::DateTime day_before(jinja::DateTime date);

}  // namespace lar::chat::gotemplate
