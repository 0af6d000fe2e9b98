// The parser's view of the tokens: the current one, one ahead, and errors that name them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chat/jinja/lexer.h"

namespace lar::chat::jinja {

class TokenStream {
 public:
  // `source` is normalized, and stays the caller's.
  TokenStream(std::string_view source, LexerOptions options)
      : source_(source), lexer_(source, options) {}

  Result<void> start() { return read(&current_); }

  const Token& current() const { return current_; }
  // The token behind the current one; valid until advance().
  Result<const Token*> ahead();
  Result<void> advance();

  // Advances if the current token is this.
  Result<bool> skip_operator(std::string_view symbol);
  Result<bool> skip_name(std::string_view name);
  Result<void> expect_operator(std::string_view symbol);
  Result<void> expect(TokenKind kind);
  Result<Token> expect_name();

  std::unexpected<Error> error(std::string_view message) const {
    return template_error(source_, current_.offset, message);
  }
  std::unexpected<Error> error_at(uint32_t offset, std::string_view message) const {
    return template_error(source_, offset, message);
  }

 private:
  Result<void> read(Token* token);
  std::unexpected<Error> expected(std::string_view what) const;

  std::string_view source_;
  Lexer lexer_;
  Token current_;
  std::optional<Token> ahead_;
};

// "end of template", "'foo'": for messages.
std::string describe(const Token& token);

}  // namespace lar::chat::jinja
