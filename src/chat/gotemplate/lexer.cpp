#include "chat/gotemplate/lexer.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/utf8.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::gotemplate {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::string_view kLeft = "{{";
constexpr std::string_view kRight = "}}";

constexpr std::array<std::pair<std::string_view, TokenKind>, 13> kWords{{
    {"block", TokenKind::kBlock},
    {"break", TokenKind::kBreak},
    {"continue", TokenKind::kContinue},
    {"define", TokenKind::kDefine},
    {"else", TokenKind::kElse},
    {"end", TokenKind::kEndKeyword},
    {"false", TokenKind::kBool},
    {"if", TokenKind::kIf},
    {"nil", TokenKind::kNil},
    {"range", TokenKind::kRange},
    {"template", TokenKind::kTemplate},
    {"true", TokenKind::kBool},
    {"with", TokenKind::kWith},
}};

bool is_space(char c) {
  return kSpaces.find(c) != std::string_view::npos;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
// "- " after a left delimiter, " -" before a right one.
bool left_trims(std::string_view rest) {
  return rest.size() >= 2 && rest[0] == '-' && is_space(rest[1]);
}
bool right_trims(std::string_view rest) {
  return rest.size() >= 2 && is_space(rest[0]) && rest[1] == '-';
}

// Bytes of the letter, digit or underscore that `rest` begins with; 0 if it is none.
size_t word_character(std::string_view rest) {
  if (rest.empty()) return 0;
  const Utf8Char c = utf8_next(rest);
  if (!c.valid) return 0;
  const bool is =
      c.code_point == '_' || jinja::is_alpha(c.code_point) || jinja::is_decimal(c.code_point);
  return is ? c.bytes : 0;
}

}  // namespace

Token Lexer::take(TokenKind kind) {
  const Token token{kind, static_cast<uint32_t>(start_),
                    source_.substr(start_, position_ - start_)};
  start_ = position_;
  return token;
}

Token Lexer::error(std::string message) {
  failed_ = true;
  message_ = std::move(message);
  error_offset_ = static_cast<uint32_t>(start_);
  return {TokenKind::kError, error_offset_, message_};
}

Token Lexer::bad_character() {
  const Utf8Char c = position_ < source_.size() ? utf8_next(source_.substr(position_)) : Utf8Char{};
  return error(fmt::format("bad character U+{:04X}", static_cast<uint32_t>(c.code_point)));
}

Token Lexer::next() {
  if (failed_) return {TokenKind::kError, error_offset_, message_};
  return inside_action_ ? inside() : text();
}

Token Lexer::text() {
  while (true) {
    const size_t found = source_.find(kLeft, position_);
    if (found == std::string_view::npos) {
      position_ = source_.size();
      return take(position_ > start_ ? TokenKind::kText : TokenKind::kEnd);
    }
    if (found > start_) {
      size_t end = found;
      if (left_trims(source_.substr(found + kLeft.size()))) {
        while (end > start_ && is_space(source_[end - 1])) --end;
      }
      position_ = end;
      const Token token = take(TokenKind::kText);
      start_ = position_ = found;
      if (!token.text.empty()) return token;
    }
    position_ = found;
    Token failure;
    if (!skip_comment(&failure)) return failed_ ? failure : left_delim();
  }
}

// True where a whole comment stood here and is behind now.
bool Lexer::skip_comment(Token* failure) {
  size_t begin = position_ + kLeft.size();
  if (left_trims(source_.substr(begin))) begin += 2;
  if (!source_.substr(begin).starts_with("/*")) return false;
  start_ = begin;
  const size_t close = source_.find("*/", begin + 2);
  if (close == std::string_view::npos) {
    *failure = error("unclosed comment");
    return false;
  }
  position_ = close + 2;
  bool trims = false;
  if (!at_right_delim(&trims)) {
    *failure = error("comment ends before closing delimiter");
    return false;
  }
  position_ += (trims ? 2 : 0) + kRight.size();
  if (trims) accept_run(kSpaces);
  start_ = position_;
  return true;
}

Token Lexer::left_delim() {
  position_ += kLeft.size();
  const Token token = take(TokenKind::kLeftDelim);
  if (left_trims(source_.substr(position_))) position_ += 2;
  start_ = position_;
  inside_action_ = true;
  parens_ = 0;
  return token;
}

bool Lexer::at_right_delim(bool* trims) const {
  const std::string_view rest = source_.substr(position_);
  *trims = right_trims(rest) && rest.substr(2).starts_with(kRight);
  return *trims || rest.starts_with(kRight);
}

Token Lexer::right_delim() {
  bool trims = false;
  at_right_delim(&trims);
  if (trims) position_ += 2;
  start_ = position_;
  position_ += kRight.size();
  const Token token = take(TokenKind::kRightDelim);
  if (trims) accept_run(kSpaces);
  start_ = position_;
  inside_action_ = false;
  return token;
}

Token Lexer::inside() {
  start_ = position_;
  bool trims = false;
  if (at_right_delim(&trims)) {
    return parens_ == 0 ? right_delim() : error("unclosed left paren");
  }
  if (position_ >= source_.size()) return error("unclosed action");
  const char c = source_[position_];
  if (is_space(c)) return space();
  if (c == '.' && !is_digit(at(position_ + 1))) {
    ++position_;
    return name(TokenKind::kField);
  }
  if (c == '+' || c == '-' || c == '.' || is_digit(c)) return number();
  if (word_character(source_.substr(position_)) != 0) return word();
  ++position_;
  switch (c) {
    case '=': return take(TokenKind::kAssign);
    case '|': return take(TokenKind::kPipe);
    case ',': return take(TokenKind::kComma);
    case '"': return quoted('"', TokenKind::kString, "unterminated quoted string");
    case '\'': return quoted('\'', TokenKind::kCharacter, "unterminated character constant");
    case '`': return raw_string();
    case '$': return name(TokenKind::kVariable);
    case ':':
      if (at(position_) != '=') return error("expected :=");
      ++position_;
      return take(TokenKind::kDeclare);
    case '(': ++parens_; return take(TokenKind::kLeftParen);
    case ')':
      if (parens_ == 0) return error("unexpected right paren");
      --parens_;
      return take(TokenKind::kRightParen);
    default: break;
  }
  if (c > ' ' && c < 0x7F) return take(TokenKind::kOther);
  --position_;
  const Utf8Char shown = utf8_next(source_.substr(position_));
  return error(fmt::format("unrecognized character in action: U+{:04X}",
                           static_cast<uint32_t>(shown.code_point)));
}

Token Lexer::space() {
  size_t end = position_;
  while (is_space(at(end)) && end < source_.size()) ++end;
  // The last space may belong to a trimming right delimiter.
  const std::string_view rest = source_.substr(end - 1);
  if (right_trims(rest) && rest.substr(2).starts_with(kRight)) {
    --end;
    if (end == position_) return parens_ == 0 ? right_delim() : error("unclosed left paren");
  }
  position_ = end;
  return take(TokenKind::kSpace);
}

size_t Lexer::word_end(size_t from) const {
  while (from < source_.size()) {
    const size_t bytes = word_character(source_.substr(from));
    if (bytes == 0) break;
    from += bytes;
  }
  return from;
}

bool Lexer::at_terminator() const {
  if (position_ >= source_.size()) return true;
  const char c = source_[position_];
  if (is_space(c)) return true;
  if (c == '.' || c == ',' || c == '|' || c == ':' || c == ')' || c == '(') return true;
  return source_.substr(position_).starts_with(kRight);
}

Token Lexer::word() {
  position_ = word_end(position_);
  if (!at_terminator()) return bad_character();
  const std::string_view spelled = source_.substr(start_, position_ - start_);
  for (const auto& [keyword, kind] : kWords) {
    if (spelled == keyword) return take(kind);
  }
  return take(TokenKind::kIdentifier);
}

// After "." or "$".
Token Lexer::name(TokenKind kind) {
  if (at_terminator()) {
    return take(kind == TokenKind::kVariable ? TokenKind::kVariable : TokenKind::kDot);
  }
  position_ = word_end(position_);
  return at_terminator() ? take(kind) : bad_character();
}

bool Lexer::accept(std::string_view set) {
  if (position_ >= source_.size() || set.find(source_[position_]) == std::string_view::npos) {
    return false;
  }
  ++position_;
  return true;
}

void Lexer::accept_run(std::string_view set) {
  while (accept(set)) {
  }
}

bool Lexer::scan_number() {
  accept("+-");
  std::string_view digits = "0123456789_";
  bool hex = false;
  bool decimal = true;
  if (accept("0")) {
    if (accept("xX")) {
      digits = "0123456789abcdefABCDEF_";
      hex = true;
      decimal = false;
    } else if (accept("oO")) {
      digits = "01234567_";
      decimal = false;
    } else if (accept("bB")) {
      digits = "01_";
      decimal = false;
    }
  }
  accept_run(digits);
  if (accept(".")) accept_run(digits);
  if ((decimal && accept("eE")) || (hex && accept("pP"))) {
    accept("+-");
    accept_run("0123456789_");
  }
  if (word_character(source_.substr(position_)) != 0) {
    position_ += word_character(source_.substr(position_));
    return false;
  }
  return true;
}

Token Lexer::number() {
  if (scan_number()) return take(TokenKind::kNumber);
  return error(
      fmt::format("bad number syntax: \"{}\"", source_.substr(start_, position_ - start_)));
}

Token Lexer::quoted(char quote, TokenKind kind, std::string_view message) {
  while (position_ < source_.size() && source_[position_] != '\n') {
    const char c = source_[position_++];
    if (c == quote) return take(kind);
    if (c != '\\') continue;
    if (position_ >= source_.size() || source_[position_] == '\n') break;
    ++position_;
  }
  return error(std::string(message));
}

Token Lexer::raw_string() {
  const size_t end = source_.find('`', position_);
  if (end == std::string_view::npos) return error("unterminated raw quoted string");
  position_ = end + 1;
  return take(TokenKind::kRawString);
}

}  // namespace lar::chat::gotemplate
