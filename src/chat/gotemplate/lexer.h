// Tokens of a Go template: text, and what stands between "{{" and "}}".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lar::chat::gotemplate {

enum class TokenKind : uint8_t {
  kError,
  kEnd,
  kText,
  kLeftDelim,
  kRightDelim,
  kSpace,
  kAssign,   // =
  kDeclare,  // :=
  kPipe,
  kComma,
  kLeftParen,
  kRightParen,
  kDot,
  kField,     // .Name
  kVariable,  // $ or $name
  kIdentifier,
  kBool,
  kNil,
  kNumber,
  kCharacter,
  kString,
  kRawString,
  kOther,  // a printable character that means nothing
  kBlock,
  kBreak,
  kContinue,
  kDefine,
  kElse,
  kEndKeyword,
  kIf,
  kRange,
  kTemplate,
  kWith,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  uint32_t offset = 0;
  std::string_view text;  // of an error: its message
};

class Lexer {
 public:
  // `source` is the caller's and outlives the lexer.
  explicit Lexer(std::string_view source) : source_(source) {}

  // After an error or the end: that again.
  Token next();

 private:
  Token text();
  Token left_delim();
  Token right_delim();
  Token inside();
  Token space();
  Token word();
  Token name(TokenKind kind);
  Token number();
  Token quoted(char quote, TokenKind kind, std::string_view error);
  Token raw_string();
  Token take(TokenKind kind);
  Token error(std::string message);
  Token bad_character();

  bool skip_comment(Token* failure);
  bool at_right_delim(bool* trims) const;
  bool at_terminator() const;
  bool scan_number();
  bool accept(std::string_view set);
  void accept_run(std::string_view set);
  size_t word_end(size_t from) const;
  char at(size_t position) const { return position < source_.size() ? source_[position] : '\0'; }

  std::string_view source_;
  size_t position_ = 0;
  size_t start_ = 0;
  uint32_t parens_ = 0;
  bool inside_action_ = false;
  bool failed_ = false;
  std::string message_;
  uint32_t error_offset_ = 0;
};

}  // namespace lar::chat::gotemplate
