#include "cli/conversation.h"

namespace lar::cli {
namespace {

// The texts of the tokens that a template may print by name.
chat::SpecialTokens special_tokens(const tokenizer::Tokenizer& tokenizer) {
  const auto text_of = [&](tokenizer::TokenId id) {
    return tokenizer.valid(id) ? std::string(tokenizer.text(id)) : std::string();
  };
  const tokenizer::SpecialIds& ids = tokenizer.ids();
  return {.bos = text_of(ids.bos),
          .eos = text_of(ids.eos),
          .others = {{"pad_token", text_of(ids.pad)}, {"unk_token", text_of(ids.unk)}}};
}

}  // namespace

Result<Conversation> Conversation::create(const runtime::Model& model) {
  Conversation conversation(model);
  if (!model.chat_template().empty()) {
    LAR_TRY(conversation.template_,
            with_context(chat::ChatTemplate::create(model.chat_template(),
                                                    special_tokens(model.tokenizer())),
                         model.file().name() + ": chat template"));
  }
  return conversation;
}

void Conversation::add_user(std::string text) {
  messages_.push_back(
      {.role = "user", .content = chat::Value::string(std::move(text), chat::Origin::kContent)});
}

void Conversation::add_assistant(std::string text) {
  messages_.push_back({.role = "assistant",
                       .content = chat::Value::string(std::move(text), chat::Origin::kContent)});
}

Result<std::vector<int32_t>> Conversation::prompt() const {
  const tokenizer::Tokenizer& tokenizer = model_->tokenizer();
  if (!template_) {
    std::string text = system_;
    if (!text.empty()) text += "\n";
    text += messages_.back().content.text();
    return tokenizer.encode(text, {.add_special = true, .parse_special = false});
  }
  std::vector<chat::Message> messages;
  if (!system_.empty()) {
    messages.push_back(
        {.role = "system", .content = chat::Value::string(system_, chat::Origin::kContent)});
  }
  messages.insert(messages.end(), messages_.begin(), messages_.end());
  LAR_TRY(const chat::Prompt prompt, template_->render(messages, chat::Value(), {}));

  // What the template wrote may spell control tokens; what a user wrote may not.
  std::vector<tokenizer::Segment> segments;
  const std::string_view text = prompt.text;
  size_t begin = 0;
  for (const chat::Run& run : prompt.runs) {
    segments.push_back({.text = text.substr(begin, run.end - begin),
                        .parse_special = run.origin == chat::Origin::kTemplate});
    begin = run.end;
  }
  const auto bos = tokenizer.ids().bos;
  const bool has_bos = tokenizer.valid(bos) && text.starts_with(tokenizer.text(bos));
  return tokenizer.encode_segments(segments, !has_bos);
}

Result<std::vector<int32_t>> raw_prompt(const runtime::Model& model, std::string_view text) {
  return model.tokenizer().encode(text, {.add_special = true, .parse_special = true});
}

}  // namespace lar::cli
