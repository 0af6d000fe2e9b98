// Finds literal tags in a stream of bytes and holds back what may yet become one.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lar::chat {

// Of several tags that fit, the longest counts. Work and memory for a byte are bounded by the
// lengths of the tags.
class TagMatcher {
 public:
  TagMatcher() = default;
  explicit TagMatcher(std::vector<std::string> tags);

  struct Match {
    std::optional<size_t> tag;  // the tag that the held bytes are
    std::string released;       // bytes that are ordinary text
    std::string again;          // bytes to be pushed again, to this matcher or its successor
  };
  // One more byte.
  Match push(char c);
  // One more byte where nothing changes but the text: what belongs to no tag is appended to `text`.
  // For tags of which none is the begin of another.
  std::optional<size_t> push(char c, std::string& text);
  // No byte follows: what is held is a tag or text.
  Match flush();

  bool holding() const { return !held_.empty(); }
  // Whether nothing but a begin of a tag is held, for those who must know that text came first.
  std::string_view held() const { return held_; }

 private:
  Match settle(bool more_may_come);

  std::vector<std::string> tags_;
  bool first_[256] = {};  // bytes that begin a tag
  std::string held_;
};

}  // namespace lar::chat
