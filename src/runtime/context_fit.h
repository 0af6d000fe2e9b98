// Which messages of a conversation fit into a context: the oldest go first, system messages and the
// last message stay. Finds what dropping one at a time would find, with a few renderings instead of
// one a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "base/result.h"

namespace lar::runtime {

struct FitMessage {
  bool is_system = false;
  size_t bytes = 0;  // of all its texts: about what it costs
};

struct ContextFit {
  size_t first = 0;       // messages before it are dropped, but for the system's
  uint32_t dropped = 0;   // how many that are
  uint32_t measured = 0;  // how often `tokens_from` was called
};

// Tokens of the whole prompt when the messages before `first` are dropped. An error stands for a
// conversation that the template refuses (one that begins with an answer, say): another is chosen.
using TokensFrom = std::function<Result<size_t>(size_t first)>;

// The least `first` for which the prompt has at most `context` tokens; the last message where none
// has. Errors: that of the whole conversation, where the template refuses even that one.
Result<ContextFit> fit_messages(std::span<const FitMessage> messages,
                                size_t context,
                                const TokensFrom& tokens_from);

}  // namespace lar::runtime
