#include "cli/conversation.h"

#include "runtime/model_facts.h"
#include "runtime/prompt_tokens.h"

namespace lar::cli {
namespace {

chat::Message message(std::string role, std::string text) {
  chat::Message made;
  made.role = std::move(role);
  made.content = chat::Value::string(std::move(text), chat::Origin::kContent);
  return made;
}

}  // namespace

Result<Conversation> Conversation::create(const runtime::Model& model) {
  LAR_TRY(auto renderer,
          with_context(chat::PromptRenderer::create(runtime::facts_of(model.file()),
                                                    runtime::special_tokens(model.tokenizer())),
                       model.file().name()));
  return Conversation(model, std::move(renderer));
}

void Conversation::add_user(std::string text) {
  messages_.push_back(message("user", std::move(text)));
}

void Conversation::add_assistant(std::string text) {
  messages_.push_back(message("assistant", std::move(text)));
}

Result<std::vector<int32_t>> Conversation::prompt() const {
  std::vector<chat::Message> messages;
  if (!system_.empty() && has_template()) messages.push_back(message("system", system_));
  messages.insert(messages.end(), messages_.begin(), messages_.end());
  if (!system_.empty() && !has_template()) {
    // Nothing tells where a system prompt belongs: it comes first.
    const std::string last(chat::message_text(messages.back()).text());
    messages.back() = message("user", system_ + "\n" + last);
  }
  LAR_TRY(const chat::Prompt prompt, renderer_.render({.messages = messages}));
  return runtime::encode_prompt(model_->tokenizer(), prompt);
}

Result<std::vector<int32_t>> raw_prompt(const runtime::Model& model, std::string_view text) {
  return model.tokenizer().encode(text, {.add_special = true, .parse_special = true});
}

}  // namespace lar::cli
