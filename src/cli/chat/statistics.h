// Ollama's statistics lines after an answer.
#pragma once

#include <chrono>
#include <cstdint>

namespace lar::cli {

struct AnswerStatistics {
  std::chrono::nanoseconds total{0};
  std::chrono::nanoseconds load{0};
  uint64_t prompt_tokens = 0;
  std::chrono::nanoseconds prompt{0};
  uint64_t generated_tokens = 0;
  std::chrono::nanoseconds generation{0};
  uint64_t cached_tokens = 0;  // of the prompt: not computed, so not part of its rate
};

// On stderr; zero values are left out.
void print_statistics(const AnswerStatistics& statistics);

}  // namespace lar::cli
