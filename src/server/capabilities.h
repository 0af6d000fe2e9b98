// What a stored model can do, as `tags` and `show` tell it and requests are checked against.
#pragma once

#include <string>
#include <vector>

#include "gguf/reader.h"
#include "store/model_data.h"

namespace lar::server {

// "completion" or "embedding"; "tools", "insert", "vision", "audio", "thinking". In Ollama's order.
// `weights` and `projector` may be nullptr: what only they could tell is then not claimed.
std::vector<std::string> capabilities_of(const store::ModelData& model,
                                         const gguf::File* weights,
                                         const gguf::File* projector);

}  // namespace lar::server
