// The parts that find_method() is put together from.
#pragma once

#include <span>

#include "chat/jinja/function.h"

namespace lar::chat::jinja {

std::span<const NamedFunction> string_methods();
std::span<const NamedFunction> string_queries();
std::span<const NamedFunction> dict_methods();
std::span<const NamedFunction> sequence_methods();

}  // namespace lar::chat::jinja
