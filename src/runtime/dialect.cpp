#include "runtime/dialect.h"

#include <algorithm>
#include <utility>

#include "chat/parsers/model_format.h"
#include "runtime/answer_parser.h"
#include "runtime/model_facts.h"

namespace lar::runtime {
Result<std::shared_ptr<const Dialect>> Dialects::make(const PromptStyle& style) const {
  chat::ModelFacts facts = facts_of(model_->file(), style);
  // Whoever gives a Go template has chosen it over the file's own.
  if (!style.go_template.empty()) facts.jinja_template.clear();
  LAR_TRY(PromptBuilder prompts, PromptBuilder::create(model_->tokenizer(), facts));
  LAR_TRY(chat::OutputFormat format, chat::model_output_format(facts, prompts.renderer()));
  std::vector<int32_t> marks = marks_among_tokens(format, model_->tokenizer());
  return std::make_shared<const Dialect>(
      Dialect{std::move(prompts), std::move(format), std::move(marks)});
}

Result<Dialects> Dialects::create(const Model& model, PromptStyle style) {
  Dialects dialects(model, std::move(style));
  LAR_TRY(dialects.loaded_, with_context(dialects.make(dialects.style_), model.file().name()));
  return dialects;
}

Result<std::shared_ptr<const Dialect>> Dialects::find(
    const std::optional<std::string>& go_template) {
  if (!go_template) return loaded_;
  const bool own = *go_template == style_.go_template && style_.renderer.empty();
  if (own) return loaded_;
  const auto found = std::ranges::find(kept_, *go_template, &Kept::go_template);
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
    return kept_.front().dialect;
  }
  LAR_TRY(auto dialect, make({.go_template = *go_template, .parser = style_.parser}));
  kept_.push_front({.go_template = *go_template, .dialect = std::move(dialect)});
  if (kept_.size() > kKeptMax) kept_.pop_back();
  return kept_.front().dialect;
}

}  // namespace lar::runtime
