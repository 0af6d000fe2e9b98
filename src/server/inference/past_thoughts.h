// Models whose clients send a model's thoughts back inside the content of its earlier answers.
#pragma once

#include <string_view>
#include <vector>

#include "runtime/inference.h"

namespace lar::server {

// By the name under which the store has it; where the weights tell it, the renderer sees to it.
bool drops_past_thoughts(std::string_view model_name);

// Takes <think>...</think> off the beginning of the answers before the last question.
void drop_past_thoughts(std::vector<runtime::ChatMessage>& messages);

}  // namespace lar::server
