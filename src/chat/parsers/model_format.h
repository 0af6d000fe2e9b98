// The output format of a model: by the name in its manifest, else by the template that writes its
// prompts.
#pragma once

#include "base/result.h"
#include "chat/parsers/output_format.h"
#include "chat/prompt_renderer.h"
#include "chat/selection.h"

namespace lar::chat {

// Errors: unsupported (a PARSER that is not known).
Result<OutputFormat> model_output_format(const ModelFacts& facts, const PromptRenderer& renderer);

}  // namespace lar::chat
