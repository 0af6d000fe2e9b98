// Gemma's calls: call:NAME{key:<|"|>text<|"|>,n:1,list:[...]}. What models get wrong (lost quotes,
// plain quotes, lost braces) is repaired where the tool's schema or the text leaves no doubt.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "chat/parsers/output_format.h"

namespace lar::chat {

struct GemmaCallSpec {
  std::string quote;   // around strings
  std::string closer;  // behind a call
};

std::shared_ptr<const CallForm> gemma_calls(GemmaCallSpec spec);

// `text` ("{...}") as a JSON object. `parameters` is the tool's schema, or null. Errors:
// invalid_argument.
Result<std::string> gemma_arguments(std::string_view text,
                                    std::string_view quote,
                                    const Value* parameters);

}  // namespace lar::chat
