// What the choice of a template and a model's capabilities rest on, read from a file's header.
#pragma once

#include "chat/selection.h"
#include "gguf/reader.h"
#include "runtime/inference.h"

namespace lar::runtime {

// Facts of the file itself; the manifest's are for the caller to add.
chat::ModelFacts facts_of(const gguf::File& file);

// The same with what a manifest says about prompts.
chat::ModelFacts facts_of(const gguf::File& file, const PromptStyle& style);

}  // namespace lar::runtime
