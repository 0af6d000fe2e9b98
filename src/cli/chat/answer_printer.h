// Writes an answer as it comes: thoughts in grey between their two lines, words whole at the right
// edge of a terminal.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lar::cli {

struct AnswerStyle {
  size_t wrap_columns = 0;  // 0: no wrapping
  bool escapes = false;     // stdout is a terminal
  bool hide_thinking = false;
};

class AnswerPrinter {
 public:
  explicit AnswerPrinter(AnswerStyle style) : style_(style) {}

  // Errors: unavailable (stdout is closed).
  Result<void> thinking(std::string_view text);
  Result<void> content(std::string_view text);
  // Closes thoughts that nothing follows.
  Result<void> finish();

  const std::string& text() const { return text_; }  // the content so far
  const std::string& thoughts() const { return thoughts_; }

 private:
  Result<void> write(std::string_view text);
  Result<void> write_wrapped(std::string_view text);
  Result<void> end_thinking();

  AnswerStyle style_;
  std::string text_;
  std::string thoughts_;
  std::string word_;  // what stands on the screen since the last blank
  size_t column_ = 0;
  bool in_thoughts_ = false;
};

// Columns of stdout's terminal less a margin; 0 where it is no terminal.
size_t wrap_columns(bool stdout_is_terminal);

}  // namespace lar::cli
