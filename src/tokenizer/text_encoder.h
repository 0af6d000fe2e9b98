// The part of a tokenizer that turns ordinary text (what stands between special tokens) into ids.
// Implementations are immutable and shared between threads.
#pragma once

#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace lar::tokenizer {

// Where a stretch of text stands.
enum class Position : uint8_t {
  kStart,         // first, or after a special token
  kContinuation,  // directly after other ordinary text
};

class TextEncoder {
 public:
  virtual ~TextEncoder() = default;

  // Appends the ids of `text`, which is at most Limits::kMaxTextBytes long. Any bytes are allowed.
  virtual void encode(std::string_view text,
                      Position position,
                      std::vector<TokenId>& out) const = 0;
};

}  // namespace lar::tokenizer
