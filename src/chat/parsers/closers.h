// The literals that may stand behind a call's arguments ("}" is over, "</tool_call>" follows), with
// white space before each of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lar::chat {

class Closers {
 public:
  // `last` ends the call; `others` may come before it. All are optional.
  Closers(const std::vector<std::string>& others, const std::vector<std::string>& last)
      : others_(others), last_(last) {}

  enum class State : uint8_t {
    kMore,    // the byte may belong to a closer
    kClosed,  // a last closer is complete; take() gives bytes read beyond it
    kOther,   // take() is none of a closer
  };
  State push(char c);
  // Whether nothing but white space came since the last complete closer.
  bool blank() const { return text_.empty(); }
  // White space and text since the last complete closer.
  std::string take();

 private:
  std::vector<std::string> others_;
  std::vector<std::string> last_;
  std::string spaces_;
  std::string text_;  // behind the spaces
};

}  // namespace lar::chat
