#include "chat/begun_answer.h"

#include <array>

#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

constexpr std::array kPairs = {
    ThinkingPair{"<think>", "</think>"},
    ThinkingPair{"<seed:think>", "</seed:think>"},
    ThinkingPair{"[THINK]", "[/THINK]"},
    ThinkingPair{"<|START_THINKING|>", "<|END_THINKING|>"},
    ThinkingPair{"<|inner_prefix|>", "<|inner_suffix|>"},
    ThinkingPair{"<mm:think>", "</mm:think>"},
    ThinkingPair{"<thinking>", "</thinking>"},
};

}  // namespace

std::span<const ThinkingPair> thinking_pairs() {
  return kPairs;
}

bool is_begun_answer(std::span<const Message> messages) {
  return messages.size() > 1 && messages.back().role == "assistant" &&
         messages.back().tool_calls.empty();
}

std::string answer_header(std::string_view prompt, std::string_view answer, bool harmony) {
  const size_t spaces = trailing_space(prompt);
  prompt.remove_suffix(spaces);
  if (harmony && prompt.ends_with("<|start|>assistant")) return "<|channel|>final<|message|>";
  for (const ThinkingPair& pair : kPairs) {
    if (!prompt.ends_with(pair.open) || trim(answer).starts_with(pair.open)) continue;
    return (spaces == 0 ? "\n" : "") + std::string(pair.close) + "\n\n";
  }
  return {};
}

}  // namespace lar::chat
