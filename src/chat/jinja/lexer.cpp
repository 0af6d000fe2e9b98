#include "chat/jinja/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/utf8.h"
#include "chat/jinja/string_literal.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

// Longest first, so that "//" is not read as two "/".
constexpr std::array<std::string_view, 26> kOperators = {
    "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
    "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};

constexpr size_t kBracketsMax = 4096;

bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

// Digits with single underscores between them; returns the end.
template <class IsDigit>
size_t scan_digits(std::string_view source, size_t at, IsDigit is_digit_char) {
  while (at < source.size()) {
    if (is_digit_char(source[at])) {
      ++at;
    } else if (source[at] == '_' && at + 1 < source.size() && is_digit_char(source[at + 1])) {
      at += 2;
    } else {
      break;
    }
  }
  return at;
}

char closing(char open) {
  return open == '(' ? ')' : open == '[' ? ']' : '}';
}

bool is_sign(char c) {
  return c == '-' || c == '+';
}

}  // namespace

Position position_of(std::string_view source, size_t offset) {
  const std::string_view before = source.substr(0, std::min(offset, source.size()));
  const auto line = 1 + std::ranges::count(before, '\n');
  const size_t newline = before.rfind('\n');
  const size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  return {static_cast<uint32_t>(line),
          static_cast<uint32_t>(1 + count_chars(before.substr(start)))};
}

std::unexpected<Error> template_error(std::string_view source,
                                      size_t offset,
                                      std::string_view message) {
  const Position where = position_of(source, offset);
  return fail(Code::kInvalidArgument,
              fmt::format("line {}, column {}: {}", where.line, where.column, message));
}

std::string normalize_source(std::string_view source) {
  std::string text = utf8_sanitize(source);
  if (text.find('\r') != std::string::npos) {
    std::string out;
    out.reserve(text.size());
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\r') {
        out.push_back(text[i]);
      } else {
        out.push_back('\n');
        if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
      }
    }
    text = std::move(out);
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::unexpected<Error> Lexer::error_at(size_t offset, std::string message) const {
  return template_error(source_, offset, message);
}

size_t Lexer::skip_one_newline(size_t offset) const {
  return options_.trim_blocks && at(offset, "\n") ? offset + 1 : offset;
}

Result<Token> Lexer::next() {
  while (mode_ != Mode::kData) {
    Token token;
    LAR_TRY(const bool found, next_in_tag(&token));
    if (found) return token;
  }
  return next_data();
}

// The text in front of a tag, after "-" or lstrip_blocks have taken their share.
Token Lexer::data_before(size_t text_begin, size_t tag, char sign, bool is_variable) const {
  std::string_view text = source_.substr(text_begin, tag - text_begin);
  if (sign == '-') {
    text = text.substr(0, trim_end(text));
  } else if (sign != '+' && options_.lstrip_blocks && !is_variable) {
    const size_t newline = text.rfind('\n');
    const size_t line = newline == std::string_view::npos ? 0 : newline + 1;
    if ((line > 0 || line_starting_) && skip_space(text, line) == text.size()) {
      text = text.substr(0, line);
    }
  }
  Token token;
  token.kind = TokenKind::kData;
  token.offset = static_cast<uint32_t>(text_begin);
  token.text = text;
  return token;
}

Result<Token> Lexer::next_data() {
  for (;;) {
    size_t tag = position_;
    for (; tag < source_.size(); ++tag) {
      tag = source_.find('{', tag);
      if (tag == std::string_view::npos || tag + 1 >= source_.size()) {
        tag = source_.size();
        break;
      }
      const char kind = source_[tag + 1];
      if (kind == '{' || kind == '%' || kind == '#') break;
    }
    if (tag >= source_.size()) {
      Token token;
      token.offset = static_cast<uint32_t>(position_);
      if (position_ < source_.size()) {
        token.kind = TokenKind::kData;
        token.text = source_.substr(position_);
        position_ = source_.size();
      }
      return token;
    }
    const char kind = source_[tag + 1];
    const char sign = tag + 2 < source_.size() && is_sign(source_[tag + 2]) ? source_[tag + 2] : 0;
    if (kind == '%') {
      size_t after = skip_space(source_, tag + 2 + (sign != 0 ? 1 : 0));
      if (at(after, "raw")) {
        after = skip_space(source_, after + 3);
        const bool trim = at(after, "-%}");
        if (trim || at(after, "%}")) {
          Token data = data_before(position_, tag, sign, false);
          const size_t body = trim ? skip_space(source_, after + 3) : after + 2;
          line_starting_ = source_[body - 1] == '\n';
          if (!data.text.empty()) {
            // Hand out the text first; the raw body is found again from the tag.
            if (!pending_) {
              pending_ = true;
              position_ = tag;
              line_starting_ = false;
              return data;
            }
          }
          pending_ = false;
          return finish_raw(body);
        }
      }
    }
    if (!pending_) {
      Token data = data_before(position_, tag, sign, kind == '{');
      position_ = tag;
      pending_ = true;
      if (!data.text.empty()) return data;
    }
    pending_ = false;
    line_starting_ = false;
    if (kind == '#') {
      LAR_TRY(skip_comment(tag));
      continue;
    }
    Token token;
    token.kind = kind == '%' ? TokenKind::kBlockBegin : TokenKind::kVariableBegin;
    token.offset = static_cast<uint32_t>(tag);
    token.text = source_.substr(tag, 2);
    position_ = tag + 2 + (sign != 0 ? 1 : 0);
    mode_ = kind == '%' ? Mode::kBlock : Mode::kVariable;
    open_brackets_.clear();
    return token;
  }
}

Result<void> Lexer::skip_comment(size_t tag) {
  // A sign after "{#" belongs to the opening mark.
  const size_t body = tag + 2 + (tag + 2 < source_.size() && is_sign(source_[tag + 2]) ? 1 : 0);
  const size_t end = source_.find("#}", body);
  if (end == std::string_view::npos) return error_at(tag, "missing end of comment tag");
  const char sign = end > body && is_sign(source_[end - 1]) ? source_[end - 1] : '\0';
  position_ = end + 2;
  if (sign == '-') position_ = skip_space(source_, position_);
  if (sign == 0) position_ = skip_one_newline(position_);
  line_starting_ = source_[position_ - 1] == '\n';
  return {};
}

// From the first byte after the opening raw tag to behind {% endraw %}.
Result<Token> Lexer::finish_raw(size_t body) {
  for (size_t tag = source_.find("{%", body); tag != std::string_view::npos;
       tag = source_.find("{%", tag + 1)) {
    const char sign = tag + 2 < source_.size() && is_sign(source_[tag + 2]) ? source_[tag + 2] : 0;
    size_t after = skip_space(source_, tag + 2 + (sign != 0 ? 1 : 0));
    if (!at(after, "endraw")) continue;
    after = skip_space(source_, after + 6);
    size_t end = 0;
    if (at(after, "+%}")) {
      end = after + 3;
    } else if (at(after, "-%}")) {
      end = skip_space(source_, after + 3);
    } else if (at(after, "%}")) {
      end = skip_one_newline(after + 2);
    } else {
      continue;
    }
    Token token = data_before(body, tag, sign, false);
    position_ = end;
    line_starting_ = source_[end - 1] == '\n';
    return token;
  }
  return error_at(body, "missing end of raw directive");
}

// The end of the tag we are in, if that is what comes next.
bool Lexer::end_tag(Token* token) {
  if (!open_brackets_.empty()) return false;
  const bool block = mode_ == Mode::kBlock;
  const std::string_view mark = block ? "%}" : "}}";
  size_t end = 0;
  if (at(position_, mark)) {
    end = position_ + 2;
    if (block) end = skip_one_newline(end);
  } else if (at(position_, "-") && at(position_ + 1, mark)) {
    end = skip_space(source_, position_ + 3);
  } else if (block && at(position_, "+") && at(position_ + 1, mark)) {
    end = position_ + 3;
  } else {
    return false;
  }
  token->kind = block ? TokenKind::kBlockEnd : TokenKind::kVariableEnd;
  token->offset = static_cast<uint32_t>(position_);
  token->text = source_.substr(position_, 2);
  line_starting_ = source_[end - 1] == '\n';
  position_ = end;
  mode_ = Mode::kData;
  return true;
}

Result<bool> Lexer::next_in_tag(Token* token) {
  if (end_tag(token)) return true;
  const size_t after = skip_space(source_, position_);
  if (after != position_) {
    position_ = after;
    return false;
  }
  if (position_ >= source_.size()) {
    mode_ = Mode::kData;
    return false;
  }
  const char first = source_[position_];
  if (is_ascii_digit(first)) {
    LAR_TRY(*token, lex_number());
    return true;
  }
  if (first == '\'' || first == '"') {
    LAR_TRY(*token, lex_string());
    return true;
  }
  Chars chars(source_.substr(position_));
  size_t length = 0;
  bool identifier = true;
  for (char32_t c = 0; chars.next(&c) && (is_word(c) || is_identifier_part(c));) {
    if (length == 0) identifier = is_identifier_start(c);
    length = chars.position();
  }
  if (length > 0) {
    if (!identifier) return error_at(position_, "invalid character in identifier");
    token->kind = TokenKind::kName;
    token->offset = static_cast<uint32_t>(position_);
    token->text = source_.substr(position_, length);
    position_ += length;
    return true;
  }
  LAR_TRY(*token, lex_operator());
  return true;
}

Result<Token> Lexer::lex_operator() {
  Token token;
  token.kind = TokenKind::kOperator;
  token.offset = static_cast<uint32_t>(position_);
  const auto* found = std::ranges::find_if(
      kOperators, [&](std::string_view symbol) { return at(position_, symbol); });
  if (found == kOperators.end()) {
    const Utf8Char c = utf8_next(source_.substr(position_));
    return error_at(position_,
                    fmt::format("unexpected char '{}'", source_.substr(position_, c.bytes)));
  }
  token.text = source_.substr(position_, found->size());
  const char symbol = token.text[0];
  if (symbol == '(' || symbol == '[' || symbol == '{') {
    if (open_brackets_.size() >= kBracketsMax) return error_at(position_, "too many brackets");
    open_brackets_.push_back(closing(symbol));
  } else if (symbol == ')' || symbol == ']' || symbol == '}') {
    if (open_brackets_.empty()) return error_at(position_, fmt::format("unexpected '{}'", symbol));
    if (open_brackets_.back() != symbol) {
      return error_at(position_,
                      fmt::format("unexpected '{}', expected '{}'", symbol, open_brackets_.back()));
    }
    open_brackets_.pop_back();
  }
  position_ += token.text.size();
  return token;
}

Result<Token> Lexer::lex_number() {
  Token token;
  token.offset = static_cast<uint32_t>(position_);
  const auto decimal = [](char c) { return is_ascii_digit(c); };

  // A float: digits with a fraction, an exponent or both; not directly behind a ".".
  size_t end = scan_digits(source_, position_, decimal);
  bool is_float = false;
  if (end + 1 < source_.size() && source_[end] == '.' && is_ascii_digit(source_[end + 1])) {
    end = scan_digits(source_, end + 1, decimal);
    is_float = true;
  }
  if (end < source_.size() && (source_[end] == 'e' || source_[end] == 'E')) {
    size_t exponent = end + 1;
    if (exponent < source_.size() && is_sign(source_[exponent])) ++exponent;
    if (exponent < source_.size() && is_ascii_digit(source_[exponent])) {
      end = scan_digits(source_, exponent, decimal);
      is_float = true;
    }
  }
  if (is_float && (position_ == 0 || source_[position_ - 1] != '.')) {
    std::string digits(source_.substr(position_, end - position_));
    std::erase(digits, '_');
    token.kind = TokenKind::kFloat;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), token.number);
    if (parsed.ec != std::errc()) {
      return error_at(position_, "the number is out of range");
    }
    token.text = source_.substr(position_, end - position_);
    position_ = end;
    return token;
  }

  int base = 10;
  size_t digits_begin = position_;
  end = scan_digits(source_, position_, decimal);
  if (source_[position_] == '0') {
    const char mark = position_ + 1 < source_.size() ? source_[position_ + 1] : '\0';
    const int marked = mark == 'b' || mark == 'B'   ? 2
                       : mark == 'o' || mark == 'O' ? 8
                       : mark == 'x' || mark == 'X' ? 16
                                                    : 10;
    const auto is_marked_digit = [marked](char c) {
      if (marked == 16) {
        return is_ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      }
      return c >= '0' && c < '0' + marked;
    };
    const size_t marked_end =
        marked == 10 ? 0 : scan_digits(source_, position_ + 2, is_marked_digit);
    if (marked_end > position_ + 2) {
      base = marked;
      digits_begin = position_ + 2;
      end = marked_end;
    } else {
      end = scan_digits(source_, position_, [](char c) { return c == '0'; });
    }
  }
  std::string digits(source_.substr(digits_begin, end - digits_begin));
  std::erase(digits, '_');
  const auto parsed =
      std::from_chars(digits.data(), digits.data() + digits.size(), token.integer, base);
  if (parsed.ec != std::errc()) return error_at(position_, "the number does not fit 64 bits");
  token.kind = TokenKind::kInteger;
  token.text = source_.substr(position_, end - position_);
  position_ = end;
  return token;
}

Result<Token> Lexer::lex_string() {
  const char quote = source_[position_];
  size_t end = position_ + 1;
  while (end < source_.size() && source_[end] != quote) {
    end += source_[end] == '\\' ? size_t{2} : size_t{1};
  }
  if (end >= source_.size()) {
    return error_at(position_, fmt::format("unexpected char '{}': the string does not end", quote));
  }
  Token token;
  token.kind = TokenKind::kString;
  token.offset = static_cast<uint32_t>(position_);
  token.text = source_.substr(position_, end + 1 - position_);
  auto value = unescape_literal(source_.substr(position_ + 1, end - position_ - 1));
  if (!value) return error_at(position_, std::move(value).error().message);
  token.string = std::move(*value);
  position_ = end + 1;
  return token;
}

}  // namespace lar::chat::jinja
