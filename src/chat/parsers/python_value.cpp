#include "chat/parsers/python_value.h"

#include <fmt/format.h>
#include <string_view>

#include "base/utf8.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/tool_set.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A number as Python writes it, as JSON; empty if it is none.
std::string number_text(std::string_view word) {
  std::string text;
  for (const char c : word) {
    if (c != '_') text += c;
  }
  if (text.starts_with('+')) text.erase(0, 1);
  const size_t sign = text.starts_with('-') ? 1 : 0;
  if (text.size() <= sign) return {};
  if (text[sign] == '.') text.insert(sign, "0");
  if (text.ends_with('.')) text += '0';
  if ((text[sign] < '0' || text[sign] > '9') || !is_json(text)) return {};
  return text;
}

}  // namespace

PythonValue::Step PythonValue::push(char c, std::string& out) {
  switch (state_) {
    case State::kValue:
    case State::kKey: return value_byte(c, out);
    case State::kColon:
      if (is_ascii_space(c)) return Step::kMore;
      if (c != ':') return Step::kBad;
      out += ':';
      state_ = State::kValue;
      key_ = false;
      return Step::kMore;
    case State::kAfter: return after_byte(c, out);
    case State::kString: return string_byte(c, out);
    case State::kEscape: return escape_byte(c, out);
    case State::kDigits: return digit_byte(c, out);
    case State::kWord: break;
  }
  if ((c == '"' || c == '\'') && prefix_.size() <= 2 &&
      prefix_.find_first_not_of("rRbBuUfF") == std::string::npos) {
    raw_ = prefix_.find_first_of("rR") != std::string::npos;
    prefix_.clear();
    begin_string(c, out);
    return Step::kMore;
  }
  const bool ends = std::string_view(",]})\n").contains(c) || (key_ && c == ':');
  if (!ends) {
    prefix_ += c;
    return prefix_.size() > kCallBytesMax ? Step::kBad : Step::kMore;
  }
  end_word(out);
  value_ended();
  return push(c, out);
}

PythonValue::Step PythonValue::value_byte(char c, std::string& out) {
  if (is_ascii_space(c)) return Step::kMore;
  if (!levels_.empty() && c == levels_.back().close) return after_byte(c, out);
  if (c == ',' || c == ')' || c == ']' || c == '}' || c == ':') return Step::kBad;
  begin_item(out);
  if (c == '"' || c == '\'') {
    raw_ = false;
    begin_string(c, out);
    return Step::kMore;
  }
  if (!key_ && (c == '{' || c == '[' || c == '(')) {
    if (levels_.size() == kArgumentsDepthMax) return Step::kBad;
    levels_.push_back({c == '{' ? '}' : c == '[' ? ']' : ')', c == '{', 0});
    out += c == '{' ? '{' : '[';
    state_ = c == '{' ? State::kKey : State::kValue;
    key_ = c == '{';
    return Step::kMore;
  }
  prefix_ = std::string(1, c);
  state_ = State::kWord;
  return Step::kMore;
}

void PythonValue::begin_string(char quote, std::string& out) {
  quote_ = quote;
  quotes_ = 0;
  long_ = false;
  empty_string_ = true;
  state_ = State::kString;
  out += '"';
}

// A comma is written only when an item follows it.
void PythonValue::begin_item(std::string& out) {
  if (levels_.empty() || (levels_.back().dict && !key_)) return;
  if (levels_.back().items++ > 0) out += ',';
}

PythonValue::Step PythonValue::after_byte(char c, std::string& out) {
  if (levels_.empty()) {
    if (c == ' ' || c == '\t' || c == '\r') return Step::kMore;
    return Step::kEndBefore;
  }
  if (is_ascii_space(c)) return Step::kMore;
  if (c == ',') {
    key_ = levels_.back().dict;
    state_ = key_ ? State::kKey : State::kValue;
    return Step::kMore;
  }
  if (c != levels_.back().close) return Step::kBad;
  out += levels_.back().dict ? '}' : ']';
  levels_.pop_back();
  key_ = false;
  state_ = State::kAfter;
  return Step::kMore;
}

PythonValue::Step PythonValue::string_byte(char c, std::string& out) {
  // Three quotes in a row begin a long string; two are an empty one.
  if (!long_ && quotes_ == 2) {
    quotes_ = 0;
    if (c == quote_) {
      long_ = true;
      return Step::kMore;
    }
    out += '"';
    value_ended();
    return push(c, out);
  }
  if (c == quote_ && !long_) {
    if (empty_string_) {
      quotes_ = 2;
      return Step::kMore;
    }
    out += '"';
    value_ended();
    return Step::kMore;
  }
  if (c == quote_) {
    if (++quotes_ < 3) return Step::kMore;
    out += '"';
    quotes_ = 0;
    value_ended();
    return Step::kMore;
  }
  for (; long_ && quotes_ > 0; --quotes_) put(quote_, out);
  empty_string_ = false;
  if (c == '\\' && !raw_) {
    state_ = State::kEscape;
    return Step::kMore;
  }
  put(c, out);
  return Step::kMore;
}

PythonValue::Step PythonValue::escape_byte(char c, std::string& out) {
  state_ = State::kString;
  switch (c) {
    case 'n': out += "\\n"; return Step::kMore;
    case 't': out += "\\t"; return Step::kMore;
    case 'r': out += "\\r"; return Step::kMore;
    case 'b': out += "\\b"; return Step::kMore;
    case 'f': out += "\\f"; return Step::kMore;
    case '\n': return Step::kMore;
    case '\\':
    case '\'':
    case '"':
    case '/': put(c, out); return Step::kMore;
    case 'x':
    case 'u':
    case 'U':
      digits_left_ = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      code_ = 0;
      state_ = State::kDigits;
      return Step::kMore;
    default:
      put('\\', out);
      put(c, out);
      return Step::kMore;
  }
}

PythonValue::Step PythonValue::digit_byte(char c, std::string& out) {
  const int digit = hex_digit(c);
  if (digit < 0) return Step::kBad;
  code_ = code_ * 16 + static_cast<uint32_t>(digit);
  if (--digits_left_ > 0) return Step::kMore;
  state_ = State::kString;
  put_code(code_, out);
  return Step::kMore;
}

void PythonValue::put_code(uint32_t code, std::string& out) {
  if (code >= 0xD800 && code < 0xE000) {
    out += fmt::format("\\u{:04x}", code);  // JSON joins the halves of a pair itself
    return;
  }
  std::string text;
  utf8_append(text, code > 0x10FFFF ? char32_t{0xFFFD} : static_cast<char32_t>(code));
  for (const char c : text) put(c, out);
}

void PythonValue::put(char c, std::string& out) const {
  const auto code = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (code < 0x20) {
    out += fmt::format("\\u{:04x}", code);
  } else {
    out += c;
  }
}

void PythonValue::end_word(std::string& out) {
  const std::string word(trim(prefix_));
  prefix_.clear();
  if (!key_) {
    if (word == "True" || word == "true") {
      out += "true";
      return;
    }
    if (word == "False" || word == "false") {
      out += "false";
      return;
    }
    if (word == "None" || word == "null") {
      out += "null";
      return;
    }
    if (const std::string number = number_text(word); !number.empty()) {
      out += number;
      return;
    }
  }
  out += json_string(word);
}

}  // namespace lar::chat
