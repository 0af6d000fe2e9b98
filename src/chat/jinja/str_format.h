// str.format: "{0[key]!r:>10} {name.attr}", with the sandbox's rules for attributes.
#pragma once

#include "base/result.h"
#include "chat/jinja/function.h"

namespace lar::chat::jinja {

Result<Value> str_format(Renderer& renderer, const Value& format, const CallArgs& args);

}  // namespace lar::chat::jinja
