// What a rendering gives, whichever system made it.
#pragma once

#include <string>
#include <vector>

#include "chat/value.h"

namespace lar::chat {

// The text, and which of its bytes are control text of the template and which are content.
struct Prompt {
  std::string text;
  std::vector<Run> runs;  // cover the text
};

}  // namespace lar::chat
