#include "chat/jinja/token_stream.h"

#include <fmt/format.h>

namespace lar::chat::jinja {
namespace {

std::string_view kind_name(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEnd: return "end of template";
    case TokenKind::kData: return "text";
    case TokenKind::kVariableBegin: return "begin of print statement";
    case TokenKind::kVariableEnd: return "end of print statement";
    case TokenKind::kBlockBegin: return "begin of statement block";
    case TokenKind::kBlockEnd: return "end of statement block";
    case TokenKind::kName: return "a name";
    case TokenKind::kString: return "a string";
    case TokenKind::kInteger:
    case TokenKind::kFloat: return "a number";
    case TokenKind::kOperator: return "an operator";
  }
  return "";
}

}  // namespace

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::kName:
    case TokenKind::kString:
    case TokenKind::kInteger:
    case TokenKind::kFloat:
    case TokenKind::kOperator: return fmt::format("'{}'", token.text.substr(0, 80));
    default: return std::string(kind_name(token.kind));
  }
}

Result<void> TokenStream::read(Token* token) {
  LAR_TRY(*token, lexer_.next());
  return {};
}

Result<const Token*> TokenStream::ahead() {
  if (!ahead_) {
    Token token;
    LAR_TRY(read(&token));
    ahead_ = std::move(token);
  }
  return &*ahead_;
}

Result<void> TokenStream::advance() {
  if (ahead_) {
    current_ = std::move(*ahead_);
    ahead_.reset();
    return {};
  }
  return read(&current_);
}

std::unexpected<Error> TokenStream::expected(std::string_view what) const {
  return error(fmt::format("expected {}, got {}", what, describe(current_)));
}

Result<bool> TokenStream::skip_operator(std::string_view symbol) {
  if (!current_.is_operator(symbol)) return false;
  LAR_TRY(advance());
  return true;
}

Result<bool> TokenStream::skip_name(std::string_view name) {
  if (!current_.is_name(name)) return false;
  LAR_TRY(advance());
  return true;
}

Result<void> TokenStream::expect_operator(std::string_view symbol) {
  if (!current_.is_operator(symbol)) return expected(fmt::format("'{}'", symbol));
  return advance();
}

Result<void> TokenStream::expect(TokenKind kind) {
  if (current_.kind != kind) return expected(kind_name(kind));
  return advance();
}

Result<Token> TokenStream::expect_name() {
  if (current_.kind != TokenKind::kName) return expected("a name");
  Token token = current_;
  LAR_TRY(advance());
  return token;
}

}  // namespace lar::chat::jinja
