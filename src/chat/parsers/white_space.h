// White space of running text, as Unicode has it: what is held back until it is known whether text
// or a tag follows.
#pragma once

#include <string>
#include <string_view>

namespace lar::chat {

bool is_ascii_space(char c);

// Bytes of white space at the begin and at the end of `text`.
size_t leading_space(std::string_view text);
size_t trailing_space(std::string_view text);
std::string_view trim(std::string_view text);

// Keeps the white space at the end of what was pushed, and gives back everything before it.
class SpaceHolder {
 public:
  // Text that is not held any longer. Bytes of a character that may become a space are held too.
  std::string push(char c);
  std::string take();
  bool empty() const { return spaces_.empty() && begun_.empty(); }

 private:
  std::string spaces_;  // whole characters of white space
  std::string begun_;   // the first bytes of what may be one more
};

}  // namespace lar::chat
