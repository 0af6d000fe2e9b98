// Filling of lines as Python's textwrap does it with expand_tabs and replace_whitespace off.
#pragma once

#include <vector>

#include "chat/value.h"

namespace lar::chat::jinja {

struct WordWrap {
  int64_t width = 79;
  bool break_long_words = true;
  bool break_on_hyphens = true;
};

// The lines that `text` (which has no line breaks) is folded into.
std::vector<Value> word_wrap(const Value& text, const WordWrap& options, Meter* meter);

}  // namespace lar::chat::jinja
