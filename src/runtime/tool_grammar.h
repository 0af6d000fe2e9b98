// An answer that must be a tool call, as a grammar in the form that the model's family writes.
#pragma once

#include "base/result.h"
#include "chat/parsers/output_format.h"
#include "chat/value.h"
#include "runtime/constraint.h"
#include "runtime/inference.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

// For a choice of kRequired or kFunction. Arguments follow the tools' schemas.
// Errors: invalid_argument (no tools, or not that one), unsupported (a family whose calls are not
// known, or a keyword of a schema that its form cannot enforce).
Result<GrammarSpec> tool_call_grammar(const chat::OutputFormat& format,
                                      const tokenizer::Tokenizer& tokenizer,
                                      const chat::Value& tools,
                                      const ToolChoice& choice);

}  // namespace lar::runtime
