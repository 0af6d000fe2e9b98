// Declarations of tools as Gemma 4 was trained on them.
#pragma once

#include "chat/renderers/gemma_values.h"
#include "chat/renderers/writer.h"
#include "chat/tools.h"

namespace lar::chat {

inline constexpr GemmaStyle kGemma4Style{.quote = "<|\"|>", .null = "null"};

void write_gemma4_declaration(PromptWriter& out, const Tool& tool);

}  // namespace lar::chat
