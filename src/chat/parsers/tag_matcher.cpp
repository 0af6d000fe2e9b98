#include "chat/parsers/tag_matcher.h"

#include <utility>

namespace lar::chat {

TagMatcher::TagMatcher(std::vector<std::string> tags) : tags_(std::move(tags)) {
  std::erase_if(tags_, [](const std::string& tag) { return tag.empty(); });
  for (const std::string& tag : tags_) first_[static_cast<unsigned char>(tag.front())] = true;
}

TagMatcher::Match TagMatcher::push(char c) {
  if (held_.empty() && !first_[static_cast<unsigned char>(c)]) return {{}, std::string(1, c), {}};
  held_ += c;
  return settle(true);
}

std::optional<size_t> TagMatcher::push(char c, std::string& text) {
  std::string bytes(1, c);
  while (!bytes.empty()) {
    Match match = push(bytes.front());
    text += match.released;
    bytes.replace(0, 1, match.again);
    if (match.tag) return match.tag;
  }
  return std::nullopt;
}

TagMatcher::Match TagMatcher::flush() {
  return held_.empty() ? Match{} : settle(false);
}

TagMatcher::Match TagMatcher::settle(bool more_may_come) {
  std::optional<size_t> longest;
  for (size_t i = 0; i < tags_.size(); ++i) {
    const std::string& tag = tags_[i];
    if (more_may_come && tag.size() > held_.size() && tag.starts_with(held_)) return {};
    if (held_.starts_with(tag) && (!longest || tag.size() > tags_[*longest].size())) longest = i;
  }
  Match match;
  const size_t taken = longest ? tags_[*longest].size() : 1;
  match.tag = longest;
  if (!longest) match.released = held_.substr(0, 1);
  match.again = held_.substr(taken);
  held_.clear();
  return match;
}

}  // namespace lar::chat
