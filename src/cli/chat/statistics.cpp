#include "cli/chat/statistics.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "base/humanize.h"

namespace lar::cli {

void print_statistics(const AnswerStatistics& statistics) {
  const auto line = [](const char* label, const std::string& value) {
    fmt::print(stderr, "{:<22}{}\n", label, value);
  };
  const auto rate = [](uint64_t tokens, std::chrono::nanoseconds duration) {
    return fmt::format("{:.2f} tokens/s", static_cast<double>(tokens) /
                                              std::chrono::duration<double>(duration).count());
  };
  const auto& s = statistics;
  if (s.total.count() > 0) line("total duration:", go_duration(s.total));
  if (s.load.count() > 0) line("load duration:", go_duration(s.load));
  if (s.prompt_tokens > 0) {
    line("prompt eval count:", fmt::format("{} token(s)", s.prompt_tokens));
  }
  if (s.prompt.count() > 0) {
    line("prompt eval duration:", go_duration(s.prompt));
    const uint64_t computed =
        s.prompt_tokens > s.cached_tokens ? s.prompt_tokens - s.cached_tokens : 0;
    line("prompt eval rate:", rate(computed, s.prompt));
  }
  if (s.generated_tokens > 0) line("eval count:", fmt::format("{} token(s)", s.generated_tokens));
  if (s.generation.count() > 0) {
    line("eval duration:", go_duration(s.generation));
    line("eval rate:", rate(s.generated_tokens, s.generation));
  }
}

}  // namespace lar::cli
