#include "cli/generate.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>

#include "cli/chat/statistics.h"
#include "cli/interrupt.h"

namespace lar::cli {
namespace {

class Printer final : public runtime::ServiceSink {
 public:
  explicit Printer(const AnswerStyle& style) : printer_(style) {}

  void on_event(runtime::ServiceId, runtime::Event&& event) override {
    if (auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      if (written_ && !delta->thinking.empty()) written_ = printer_.thinking(delta->thinking);
      if (written_ && !delta->content.empty()) written_ = printer_.content(delta->content);
    } else if (auto* done = std::get_if<runtime::GenerateDone>(&event)) {
      done_ = std::move(*done);
    } else if (auto* error = std::get_if<Error>(&event)) {
      error_ = std::move(*error);
    }
  }

  const Result<void>& written() const { return written_; }

  Result<Answer> take() {
    if (error_) return std::unexpected<Error>(std::move(*error_));
    LAR_TRY(written_);
    LAR_TRY(printer_.finish());
    return Answer{.text = printer_.text(),
                  .thoughts = printer_.thoughts(),
                  .done = std::move(done_).value_or(runtime::GenerateDone{})};
  }

 private:
  AnswerPrinter printer_;
  Result<void> written_;
  std::optional<runtime::GenerateDone> done_;
  std::optional<Error> error_;
};

void say_what_was_lost(const runtime::GenerateDone& done, uint32_t context) {
  for (const std::string& warning : done.warnings) fmt::print(stderr, "Warning: {}\n", warning);
  if (done.truncation.dropped_messages > 0) {
    fmt::print(stderr,
               "Warning: the conversation is longer than the context of {} tokens; its oldest {} "
               "messages were dropped\n",
               context, done.truncation.dropped_messages);
  }
  if (done.truncation.dropped_tokens > 0) {
    fmt::print(stderr,
               "Warning: the prompt is longer than the context of {} tokens; {} tokens of it were "
               "dropped\n",
               context, done.truncation.dropped_tokens);
  }
  if (done.shifted_tokens > 0) {
    fmt::print(stderr, "Warning: the context was full, its oldest {} tokens were dropped\n",
               done.shifted_tokens);
  }
}

}  // namespace

Result<Answer> generate(runtime::Service& service,
                        runtime::GenerateRequest request,
                        const AnswerStyle& style) {
  constexpr runtime::ServiceId kId = 1;  // one at a time
  const auto start = std::chrono::steady_clock::now();
  const InterruptGuard interrupt;
  Printer printer(style);
  service.submit(kId, std::move(request), printer);
  while (service.step(printer)) {
    if (interrupt.interrupted() || !printer.written()) service.cancel(kId);
  }
  LAR_TRY(Answer answer, printer.take());
  answer.total = std::chrono::steady_clock::now() - start;
  say_what_was_lost(answer.done, service.facts().context);
  return answer;
}

void print_statistics(const Answer& answer, std::chrono::nanoseconds load) {
  const runtime::GenerateDone& done = answer.done;
  print_statistics({.total = answer.total + load,
                    .load = load,
                    .prompt_tokens = done.prompt_tokens,
                    .prompt = done.prompt,
                    .generated_tokens = done.generated_tokens,
                    .generation = done.generation,
                    .cached_tokens = done.cached_tokens});
}

}  // namespace lar::cli
