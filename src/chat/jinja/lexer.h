// Splits template source into tokens, one at a time, with Jinja's rules for white space around
// tags. Only the source (UTF-8, newlines as "\n") is held; tokens are made when asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lar::chat::jinja {

struct LexerOptions {
  bool trim_blocks = true;
  bool lstrip_blocks = true;
};

enum class TokenKind : uint8_t {
  kEnd,
  kData,
  kVariableBegin,
  kVariableEnd,
  kBlockBegin,
  kBlockEnd,
  kName,
  kString,
  kInteger,
  kFloat,
  kOperator,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  uint32_t offset = 0;    // of its first byte in the source
  std::string_view text;  // of the source: name, operator, data
  std::string string;     // the value of a string literal
  int64_t integer = 0;
  double number = 0;

  bool is_operator(std::string_view symbol) const {
    return kind == TokenKind::kOperator && text == symbol;
  }
  bool is_name(std::string_view name) const { return kind == TokenKind::kName && text == name; }
};

struct Position {
  uint32_t line = 1;
  uint32_t column = 1;  // in characters
};
Position position_of(std::string_view source, size_t offset);

// The source as the lexer takes it: valid UTF-8, "\n" for every newline, the last one dropped.
std::string normalize_source(std::string_view source);

class Lexer {
 public:
  // `source` is normalized, and stays the caller's.
  Lexer(std::string_view source, LexerOptions options) : source_(source), options_(options) {}

  // The next token; kEnd for ever at the end. After an error the lexer is not to be used.
  Result<Token> next();

 private:
  enum class Mode : uint8_t { kData, kBlock, kVariable };

  Result<Token> next_data();
  Result<bool> next_in_tag(Token* token);
  Result<Token> enter_raw(size_t text_begin, size_t tag);
  Result<Token> finish_raw(size_t body);
  Result<void> skip_comment(size_t tag);
  Result<Token> lex_number();
  Result<Token> lex_string();
  Result<Token> lex_operator();
  bool end_tag(Token* token);
  Token data_before(size_t text_begin, size_t tag, char sign, bool is_variable) const;
  std::unexpected<Error> error_at(size_t offset, std::string message) const;
  bool at(size_t offset, std::string_view text) const {
    return source_.substr(offset).starts_with(text);
  }
  size_t skip_one_newline(size_t offset) const;

  std::string_view source_;
  LexerOptions options_;
  size_t position_ = 0;
  Mode mode_ = Mode::kData;
  bool line_starting_ = true;
  bool pending_ = false;  // a tag begins at position_, its text has been handed out
  std::vector<char> open_brackets_;
};

// An error of the template's author: "line 3, column 7: message".
std::unexpected<Error> template_error(std::string_view source,
                                      size_t offset,
                                      std::string_view message);

}  // namespace lar::chat::jinja
