// What filters, tests, methods and global functions have in common.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "chat/value.h"

namespace lar::chat::jinja {

class Renderer;

struct CallArgs {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;

  // The keyword argument `name`, or null.
  const Value* find(std::string_view name) const;
};

// `input` is the filtered or tested value, or what the method belongs to.
using Function = Result<Value> (*)(Renderer& renderer, const Value& input, CallArgs& args);

struct NamedFunction {
  std::string_view name;
  Function function = nullptr;
};

}  // namespace lar::chat::jinja
