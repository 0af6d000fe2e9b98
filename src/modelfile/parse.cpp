#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/utf8.h"
#include "modelfile/commands.h"
#include "modelfile/modelfile.h"
#include "modelfile/text.h"

namespace lar::modelfile {
namespace {

constexpr std::string_view kBadCommand =
    "command must be one of \"from\", \"license\", \"template\", \"system\", \"adapter\", "
    "\"draft\", \"renderer\", \"parser\", \"parameter\", \"message\", or \"requires\"";
constexpr std::string_view kBadRole =
    "message role must be one of \"system\", \"user\", or \"assistant\"";

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
constexpr bool is_newline(char c) {
  return c == '\n' || c == '\r';
}
constexpr bool is_name_char(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Modelfile> run() {
    if (const size_t nul = text_.find('\0'); nul != std::string_view::npos) {
      while (at_ < nul) advance();
      return error("a Modelfile has no NUL characters");
    }
    while (skip_to_command()) LAR_TRY(instruction());
    if (std::ranges::none_of(file_.instructions,
                             [](const Instruction& i) { return i.command == Command::kFrom; })) {
      return fail(Code::kInvalidArgument, "no FROM line");
    }
    return std::move(file_);
  }

 private:
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return text_[at_]; }

  // One byte on; CRLF counts as one line.
  void advance() {
    const char c = text_[at_++];
    if (c == '\n' || (c == '\r' && (at_end() || peek() != '\n'))) ++line_;
  }

  void end_line() {
    for (const size_t line = line_; line == line_;) advance();
  }

  std::unexpected<Error> error(std::string_view message) const {
    return fail(Code::kInvalidArgument, fmt::format("(line {}): {}", line_, message));
  }

  static std::unexpected<Error> unexpected_end(std::string_view after = "") {
    return fail(Code::kInvalidArgument,
                after.empty() ? "unexpected EOF" : fmt::format("unexpected EOF: {}", after));
  }

  // Over spaces, empty lines and comments; false at the end.
  bool skip_to_command() {
    while (!at_end()) {
      if (peek() == '#') {
        while (!at_end() && !is_newline(peek())) advance();
      } else if (is_blank(peek()) || is_newline(peek())) {
        advance();
      } else {
        return true;
      }
    }
    return false;
  }

  template <class Accept>
  std::string_view take_while(Accept accept) {
    const size_t begin = at_;
    while (!at_end() && accept(peek())) advance();
    return text_.substr(begin, at_ - begin);
  }

  Result<void> instruction() {
    if (file_.instructions.size() == kInstructionsMax) return error("too many instructions");
    const auto word = take_while(is_letter);
    if (at_end()) return unexpected_end();
    const auto command = find_command(word);
    if (!command || !is_blank(peek())) {
      // A line break in place of a blank is found on the line that it begins.
      if (is_newline(peek())) end_line();
      return error(kBadCommand);
    }
    take_while(is_blank);
    Instruction instruction{*command, "", ""};
    if (*command == Command::kParameter || *command == Command::kMessage) {
      LAR_TRY(instruction.name, name(*command));
    }
    LAR_TRY(instruction.value, value());
    file_.instructions.push_back(std::move(instruction));
    return {};
  }

  // The name of a parameter or the role of a message, and the blank after it.
  Result<std::string> name(Command command) {
    const auto text = take_while(is_name_char);
    if (at_end()) return unexpected_end();
    if (is_newline(peek())) return unexpected_end(text.empty() ? " " : text);
    if (!is_blank(peek()) && command == Command::kParameter) {
      return error("parameter names have letters, digits and underscores only");
    }
    const bool role = text == "system" || text == "user" || text == "assistant";
    if (command == Command::kMessage && (!role || !is_blank(peek()))) return error(kBadRole);
    return std::string(text);
  }

  Result<std::string> value() {
    skip_spaces();
    const size_t begin = at_;
    const size_t quotes = text_.substr(begin).starts_with("\"\"\"") ? 3
                          : text_.substr(begin).starts_with('"')    ? 1
                                                                    : 0;
    size_t end = begin;  // after the last character that is no space
    const auto closed = [&] {
      return quotes == 0 ||
             (end - begin >= 2 * quotes &&
              text_.substr(end - quotes, quotes) == std::string_view("\"\"\"").substr(0, quotes));
    };
    while (!at_end() && !(is_newline(peek()) && closed())) {
      const Utf8Char c = utf8_next(text_.substr(at_));
      if (is_newline(peek())) {
        advance();
      } else {
        at_ += c.bytes;
      }
      if (!is_space(c.code_point)) end = at_;
      if (end > begin + kValueBytesMax + 2 * quotes) return error("the value is longer than 4 MiB");
    }
    if (!closed()) return unexpected_end();
    return std::string(text_.substr(begin + quotes, end - begin - 2 * quotes));
  }

  // Over everything that trim() would remove, but for line breaks.
  void skip_spaces() {
    while (!at_end() && !is_newline(peek())) {
      const Utf8Char c = utf8_next(text_.substr(at_));
      if (!is_space(c.code_point)) return;
      at_ += c.bytes;
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  Modelfile file_;
};

}  // namespace

Result<Modelfile> parse(std::string_view bytes) {
  if (bytes.size() > kFileBytesMax) {
    return fail(Code::kInvalidArgument, "the Modelfile is longer than 64 MiB");
  }
  const std::string text = decode(bytes);
  return Parser(text).run();
}

}  // namespace lar::modelfile
