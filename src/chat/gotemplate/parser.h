// Source text to tree. What the language does not know (functions, variables, stray ends) is
// refused here, with its line and column.
#pragma once

#include <string_view>

#include "base/result.h"
#include "chat/gotemplate/tree.h"

namespace lar::chat::gotemplate {

// Errors: invalid_argument ("line 1, column 4: ..."), resource_exhausted for a limit.
Result<Tree> parse(std::string_view source);

// "line L, column C" of a byte of `source`; columns count characters from 1.
std::string place(std::string_view source, size_t offset);

}  // namespace lar::chat::gotemplate
