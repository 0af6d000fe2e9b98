#include "server/inference/past_thoughts.h"

#include <algorithm>

namespace lar::server {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view from_first_word(std::string_view text) {
  return text.substr(std::min(text.size(), text.find_first_not_of(kBlanks)));
}

// A thought without an end is all there is.
std::string_view without_thought(std::string_view content) {
  constexpr std::string_view kOpen = "<think>";
  constexpr std::string_view kClose = "</think>";
  if (!from_first_word(content).starts_with(kOpen)) return content;
  const size_t close = content.find(kClose);
  if (close == std::string_view::npos) return {};
  return from_first_word(content.substr(close + kClose.size()));
}

}  // namespace

bool drops_past_thoughts(std::string_view model_name) {
  if (const size_t slash = model_name.rfind('/'); slash != std::string_view::npos) {
    model_name.remove_prefix(slash + 1);
  }
  return model_name.substr(0, model_name.find(':')) == "deepseek-r1";
}

void drop_past_thoughts(std::vector<runtime::ChatMessage>& messages) {
  size_t question = messages.size();
  while (question > 0 && messages[question - 1].role != "user") --question;
  for (size_t i = 0; i + 1 < question; ++i) {
    runtime::ChatMessage& message = messages[i];
    if (message.role == "assistant")
      message.content = std::string(without_thought(message.content));
  }
}

}  // namespace lar::server
