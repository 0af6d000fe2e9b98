// The beginning of an answer in the prompt: a last message of the assistant, which the model
// continues.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "chat/message.h"

namespace lar::chat {

// The tags around thoughts that templates are known to write.
struct ThinkingPair {
  std::string_view open;
  std::string_view close;
};
std::span<const ThinkingPair> thinking_pairs();

// Text of the assistant, nothing that it has called.
bool is_begun_answer(std::span<const Message> messages);

// What stands between `prompt`, which ends as an answer begins, and the text of that answer: the
// end of the thought that the prompt opened, unless the answer brings its own, or the header of
// harmony's final channel.
std::string answer_header(std::string_view prompt, std::string_view answer, bool harmony);

}  // namespace lar::chat
