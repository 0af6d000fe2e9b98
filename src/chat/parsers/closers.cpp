#include "chat/parsers/closers.h"

#include "chat/parsers/output_parser.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {

std::string Closers::take() {
  std::string all = std::exchange(spaces_, {});
  return all += std::exchange(text_, {});
}

Closers::State Closers::push(char c) {
  if (text_.empty() && is_ascii_space(c)) {
    spaces_ += c;
    return spaces_.size() < kHeldSpaceBytesMax ? State::kMore : State::kOther;
  }
  text_ += c;
  // The longest that fits counts: "```json" is not "```" and a word.
  bool may_come = false;
  size_t longest = 0;
  bool is_last = false;
  const auto look = [&](const std::vector<std::string>& closers, bool last) {
    for (const std::string& closer : closers) {
      may_come = may_come || (closer.size() > text_.size() && closer.starts_with(text_));
      if (closer.size() <= longest || !text_.starts_with(closer)) continue;
      longest = closer.size();
      is_last = last;
    }
  };
  look(last_, true);
  look(others_, false);
  if (may_come) return State::kMore;
  if (longest == 0) return State::kOther;
  spaces_.clear();
  text_.erase(0, longest);
  if (is_last) return State::kClosed;
  const std::string rest = std::exchange(text_, {});
  State state = State::kMore;
  for (const char next : rest) {
    if (state == State::kMore) {
      state = push(next);
    } else {
      text_ += next;
    }
  }
  return state;
}

}  // namespace lar::chat
