#include "cli/generate.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/chat/statistics.h"
#include "cli/interrupt.h"
#include "cli/output.h"

namespace lar::cli {
namespace {

constexpr size_t kThinkTokensMax = 16;  // that hold "<think>" at the end of a prompt

class Printer final : public runtime::TextSink {
 public:
  void on_text(runtime::RequestId,
               std::string_view text,
               std::span<const runtime::TokenProbability>) override {
    answer_.text += text;
    if (written_) written_ = write_stdout(text);
  }
  void on_done(runtime::RequestId, const runtime::TextDone& done) override { answer_.done = done; }
  void on_shifted(runtime::RequestId, uint32_t discarded) override {
    fmt::print(stderr, "\nWarning: the context is full, the oldest {} tokens were dropped\n",
               discarded);
  }

  const Result<void>& written() const { return written_; }
  Answer take() { return std::move(answer_); }

 private:
  Answer answer_;
  Result<void> written_;
};

}  // namespace

Result<Answer> generate(runtime::TextEngine& engine, runtime::TextRequest request) {
  const auto start = std::chrono::steady_clock::now();
  const InterruptGuard interrupt;
  Printer printer;
  LAR_TRY(const runtime::RequestId id, engine.submit(std::move(request)));
  while (engine.step(printer)) {
    if (interrupt.interrupted() || !printer.written()) engine.cancel(id);
  }
  LAR_TRY(printer.written());
  Answer answer = printer.take();
  if (answer.done.error) return std::unexpected<Error>(*answer.done.error);
  answer.total = std::chrono::steady_clock::now() - start;
  return answer;
}

Result<void> constrain_answer(runtime::Model& model,
                              const runtime::Constraint& constraint,
                              runtime::TextRequest& request) {
  if (constraint.kind == runtime::Constraint::Kind::kNone) return {};
  // Some templates begin the thinking themselves.
  const size_t tail = std::min(request.prompt.size(), kThinkTokensMax);
  const std::string prompt =
      model.tokenizer().decode(std::span(request.prompt).last(tail), {.special = true});
  const bool thinks = model.chat_template().find(runtime::ThinkingTags().end) != std::string::npos;
  LAR_TRY(request.mask, model.constrainer().mask({.constraint = constraint},
                                                 runtime::thinking_part(prompt, thinks)));
  return {};
}

void print_statistics(const Answer& answer, std::chrono::nanoseconds load) {
  const engine::SequenceStats& stats = answer.done.stats;
  print_statistics(AnswerStatistics{.total = answer.total + load,
                                    .load = load,
                                    .prompt_tokens = stats.prompt_tokens,
                                    .prompt = stats.prompt,
                                    .generated_tokens = stats.generated_tokens,
                                    .generation = stats.generation,
                                    .cached_tokens = stats.cached_tokens});
}

}  // namespace lar::cli
