#include "chat/prompt_renderer.h"

#include <algorithm>

#include "chat/begun_answer.h"
#include "chat/media.h"
#include "chat/renderers/renderer.h"
#include "chat/text_builder.h"

namespace lar::chat {
namespace {

Prompt take_prompt(TextBuilder& out) {
  Prompt prompt;
  prompt.runs = out.take_runs();
  prompt.text = out.take_text();
  return prompt;
}

void append(Prompt& prompt, const Value& text) {
  TextBuilder out(nullptr);
  size_t begin = 0;
  for (const Run& run : prompt.runs) {
    out.append(std::string_view(prompt.text).substr(begin, run.end - begin), run.origin);
    begin = run.end;
  }
  out.append(text);
  prompt = take_prompt(out);
}

// Models whose clients send their thoughts back inside the content.
bool drops_past_thoughts(const ModelFacts& facts) {
  std::string_view name = facts.name;
  if (const size_t slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  const std::string_view family = facts.family.empty() ? facts.architecture : facts.family;
  return family == "qwen3" || name.substr(0, name.find(':')) == "deepseek-r1";
}

// Without the thought that an answer begins with; a thought without an end is all of it.
Value without_thought(const Value& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  constexpr std::string_view kOpen = "<think>";
  constexpr std::string_view kClose = "</think>";
  const std::string_view bytes = text.text();
  const size_t begin = bytes.find_first_not_of(kSpace);
  if (begin == std::string_view::npos || !bytes.substr(begin).starts_with(kOpen)) return text;
  const size_t close = bytes.find(kClose, begin);
  if (close == std::string_view::npos) return Value::string("", Origin::kContent);
  const size_t rest = bytes.find_first_not_of(kSpace, close + kClose.size());
  return slice_string(text, std::min(rest, bytes.size()), bytes.size(), nullptr);
}

// The messages without the thoughts of answers before the last question.
std::vector<Message> without_past_thoughts(std::span<const Message> messages) {
  std::vector<Message> kept(messages.begin(), messages.end());
  size_t question = kept.size();
  while (question > 0 && kept[question - 1].role != "user") --question;
  for (size_t i = 0; i + 1 < question; ++i) {
    if (kept[i].role == "assistant") kept[i].content = without_thought(message_text(kept[i]));
  }
  return kept;
}

}  // namespace

PromptRenderer::PromptRenderer(PromptRenderer&&) noexcept = default;
PromptRenderer& PromptRenderer::operator=(PromptRenderer&&) noexcept = default;
PromptRenderer::~PromptRenderer() = default;

Result<PromptRenderer> PromptRenderer::create(const ModelFacts& facts,
                                              SpecialTokens tokens,
                                              GoTemplateWish wish) {
  PromptRenderer made;
  made.system_ = select_prompt_system(facts, wish);
  made.harmony_ = facts.jinja_template.contains("<|channel|>");
  made.drops_past_thoughts_ = drops_past_thoughts(facts);
  if (!facts.go_template.empty()) {
    auto go = with_context(gotemplate::Template::compile(facts.go_template), "template");
    if (go) {
      made.go_ = *std::move(go);
    } else if (made.system_ == PromptSystem::kGoTemplate) {
      return std::unexpected<Error>(std::move(go).error());
    }
  }
  if (made.system_ == PromptSystem::kJinja) {
    LAR_TRY(made.jinja_, with_context(ChatTemplate::create(facts.jinja_template, std::move(tokens)),
                                      "chat template"));
  }
  if (made.system_ == PromptSystem::kRenderer) {
    made.renderer_name_ = resolve_renderer(facts);
    LAR_TRY(made.renderer_, find_renderer(made.renderer_name_));
  }
  return made;
}

Result<Prompt> PromptRenderer::render(const Conversation& conversation) const {
  if (!drops_past_thoughts_) return render_with_system(conversation);
  const std::vector<Message> kept = without_past_thoughts(conversation.messages);
  Conversation clean = conversation;
  clean.messages = kept;
  return render_with_system(clean);
}

Result<Prompt> PromptRenderer::render_with_system(const Conversation& conversation) const {
  switch (system_) {
    case PromptSystem::kRenderer: {
      LAR_TRY(const std::vector<Tool> tools, parse_tools(conversation.tools));
      return renderer_->render({.messages = conversation.messages,
                                .tools = tools,
                                .think = conversation.think,
                                .now = conversation.now});
    }
    case PromptSystem::kGoTemplate: return render_go(conversation);
    case PromptSystem::kJinja: return render_jinja(conversation);
    case PromptSystem::kPlain: break;
  }
  TextBuilder out(nullptr);
  if (!conversation.messages.empty()) out.append(message_text(conversation.messages.back()));
  return take_prompt(out);
}

Result<Prompt> PromptRenderer::render_go(const Conversation& conversation) const {
  LAR_TRY(const std::vector<Tool> tools, parse_tools(conversation.tools));
  std::vector<Message> messages(conversation.messages.begin(), conversation.messages.end());
  uint32_t next = 0;
  for (Message& message : messages) {
    const uint32_t images = message_images(message);
    message.content = text_with_media(message_text(message), images, &next, false);
    message.images = images;
  }
  return go_->render({.messages = messages,
                      .tools = conversation.tools.is_list() ? &tools : nullptr,
                      .think = conversation.think},
                     {.now = conversation.now});
}

Result<Prompt> PromptRenderer::render_jinja(const Conversation& conversation) const {
  ChatOptions options;
  options.now = conversation.now;
  options.extra = conversation.variables;
  options.add_generation_prompt = conversation.add_generation_prompt;
  if (conversation.think != Think::kUnset) options.enable_thinking = thinks(conversation.think);
  if (thinks(conversation.think) && conversation.think != Think::kOn) {
    options.extra.set(
        "reasoning_effort",
        Value::string(std::string(think_level(conversation.think)), Origin::kTemplate));
  }
  const bool begun = conversation.add_generation_prompt && is_begun_answer(conversation.messages);
  // An answer that has begun is past its thinking.
  if (begun && !options.enable_thinking) options.enable_thinking = false;
  const auto count = conversation.messages.size() - (begun ? 1 : 0);
  const std::vector<Message> messages(
      conversation.messages.begin(), conversation.messages.begin() + static_cast<ptrdiff_t>(count));
  LAR_TRY(Prompt prompt, jinja_->render(messages, conversation.tools, options));
  if (begun) {
    const Value answer = message_text(conversation.messages.back());
    std::string header = answer_header(prompt.text, answer.text(), harmony_);
    if (!header.empty()) append(prompt, Value::string(std::move(header), Origin::kTemplate));
    append(prompt, answer);
  }
  return prompt;
}

bool PromptRenderer::can_infill() const {
  return go_ != nullptr && go_->mentions("suffix");
}

Result<Prompt> PromptRenderer::render_infill(std::string_view prompt,
                                             std::string_view suffix,
                                             Think think) const {
  if (!can_infill()) {
    return fail(Code::kInvalidArgument, "the model's template has no place for a suffix");
  }
  return go_->render({.infill = true, .prompt = prompt, .suffix = suffix, .think = think});
}

}  // namespace lar::chat
