// The part of an answer that no constraint binds: what a model thinks before it answers, or the
// headers of its messages.
#pragma once

#include "chat/parsers/output_format.h"
#include "chat/parsers/output_parser.h"
#include "constrain/free_part.h"

namespace lar::runtime {

// What a constraint is about.
enum class Constrained : uint8_t {
  kContent,   // the text of the answer
  kToolCall,  // a forced call, in the family's own syntax
};

// `reading`: how the answer begins (chat::options_for_prompt).
constrain::FreePartOptions free_thinking(const chat::OutputFormat& format,
                                         const chat::OutputOptions& reading,
                                         Constrained constrained);

}  // namespace lar::runtime
