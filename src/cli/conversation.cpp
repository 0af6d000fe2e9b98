#include "cli/conversation.h"

namespace lar::cli {

Result<Conversation> Conversation::create(const runtime::Model& model) {
  return Conversation(model);
}

void Conversation::add_user(std::string text) { messages_.push_back(std::move(text)); }
void Conversation::add_assistant(std::string) {}

Result<std::vector<int32_t>> Conversation::prompt() const {
  return model_->tokenizer().encode(messages_.back(), {.add_special = true});
}

Result<std::vector<int32_t>> raw_prompt(const runtime::Model& model, std::string_view text) {
  return model.tokenizer().encode(text, {.add_special = true, .parse_special = true});
}

}  // namespace lar::cli
