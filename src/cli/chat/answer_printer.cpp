#include "cli/chat/answer_printer.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/terminal/table.h"

namespace lar::cli {
namespace {

constexpr size_t kMargin = 5;
constexpr std::string_view kGrey = "\x1b[38;5;245m";
constexpr std::string_view kPlain = "\x1b[0m";

// The length of the UTF-8 character at the front of `text`.
size_t character_bytes(std::string_view text) {
  size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) {
    ++length;
  }
  return length;
}

}  // namespace

size_t wrap_columns(bool stdout_is_terminal) {
  winsize size{};
  if (!stdout_is_terminal || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col > 2 * kMargin ? size.ws_col - kMargin : 0;
}

Result<void> AnswerPrinter::write(std::string_view text) {
  return style_.wrap_columns == 0 ? write_stdout(text) : write_wrapped(text);
}

// A word that passes the edge is taken back and begins the next line.
Result<void> AnswerPrinter::write_wrapped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view c = text.substr(0, character_bytes(text));
    text.remove_prefix(c.size());
    if (c == "\n") {
      word_.clear();
      column_ = 0;
      out += c;
      continue;
    }
    const size_t width = display_width(c);
    if (column_ + width > style_.wrap_columns) {
      const size_t word = display_width(word_);
      if (c == " ") {
        out += "\n";
        word_.clear();
        column_ = 0;
        continue;
      }
      if (word > 0 && word < style_.wrap_columns) {
        out += fmt::format("\x1b[{}D\x1b[K\n{}", word, word_);
        column_ = word;
      } else {
        out += "\n";
        word_.clear();
        column_ = 0;
      }
    }
    out += c;
    column_ += width;
    if (c == " " || c == "\t") {
      word_.clear();
    } else {
      word_ += c;
    }
  }
  return write_stdout(out);
}

Result<void> AnswerPrinter::thinking(std::string_view text) {
  thoughts_ += text;
  if (style_.hide_thinking || text.empty()) return {};
  if (!in_thoughts_) {
    in_thoughts_ = true;
    LAR_TRY(write("Thinking...\n"));
    if (style_.escapes) LAR_TRY(write_stdout(kGrey));
  }
  return write(text);
}

Result<void> AnswerPrinter::end_thinking() {
  if (!in_thoughts_) return {};
  in_thoughts_ = false;
  if (!thoughts_.ends_with('\n')) LAR_TRY(write("\n"));
  if (style_.escapes) LAR_TRY(write_stdout(kPlain));
  return write("...done thinking.\n\n");
}

Result<void> AnswerPrinter::content(std::string_view text) {
  if (text.empty()) return {};
  LAR_TRY(end_thinking());
  text_ += text;
  return write(text);
}

Result<void> AnswerPrinter::finish() {
  return end_thinking();
}

}  // namespace lar::cli
