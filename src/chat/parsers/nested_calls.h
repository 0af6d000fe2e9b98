// Calls whose arguments are elements within elements (MiniMax M3): an object is an element for each
// key, a list is an <item> for each entry, everything else is text.
#pragma once

#include <memory>
#include <string>

#include "chat/parsers/output_format.h"

namespace lar::chat {

struct NestedCallSpec {
  std::string mark;    // before the '<' of every tag
  std::string closer;  // ends a call
};

std::shared_ptr<const CallForm> nested_calls(NestedCallSpec spec);

}  // namespace lar::chat
