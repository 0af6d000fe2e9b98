#include "chat/parsers/closers.h"

#include <algorithm>

#include "chat/parsers/output_parser.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {

bool Closers::blank() const {
  return std::ranges::all_of(held_, [](char c) { return is_ascii_space(c); });
}

Closers::State Closers::push(char c) {
  held_ += c;
  size_t spaces = 0;
  while (spaces < held_.size() && is_ascii_space(held_[spaces])) ++spaces;
  const std::string_view text = std::string_view(held_).substr(spaces);
  if (text.empty()) return held_.size() < kHeldSpaceBytesMax ? State::kMore : State::kOther;
  // The longest that fits counts: "```json" is not "```" and a word.
  bool may_come = false;
  size_t longest = 0;
  bool is_last = false;
  const auto look = [&](const std::vector<std::string>& closers, bool last) {
    for (const std::string& closer : closers) {
      may_come = may_come || (closer.size() > text.size() && closer.starts_with(text));
      if (closer.size() <= longest || !text.starts_with(closer)) continue;
      longest = closer.size();
      is_last = last;
    }
  };
  look(last_, true);
  look(others_, false);
  if (may_come) return State::kMore;
  if (longest == 0) return State::kOther;
  held_.erase(0, spaces + longest);
  if (is_last) return State::kClosed;
  const std::string rest = std::exchange(held_, {});
  State state = State::kMore;
  for (const char next : rest) {
    if (state != State::kMore) {
      held_ += next;
    } else {
      state = push(next);
    }
  }
  return state;
}

}  // namespace lar::chat
