// What is known of a stored model's prompts and abilities without reading a weight, for `tags`,
// `show` and the checks of requests.
#pragma once

#include <string>
#include <vector>

#include "chat/selection.h"
#include "gguf/reader.h"
#include "store/model_data.h"

namespace lar::server {

// `weights` and `projector` may be nullptr: what only they could tell is then not claimed.
chat::ModelFacts model_facts(const store::ModelData& model,
                             const gguf::File* weights,
                             const gguf::File* projector);

// "completion" or "embedding"; "tools", "insert", "vision", "audio", "thinking". In Ollama's order.
std::vector<std::string> capabilities_of(const store::ModelData& model,
                                         const gguf::File* weights,
                                         const gguf::File* projector);

}  // namespace lar::server
