#include "chat/jinja/unicode.h"

#include <utf8proc.h>

#include <algorithm>

#include "base/utf8.h"

namespace lar::chat::jinja {
namespace {

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

char32_t simple(utf8proc_int32_t (*map)(utf8proc_int32_t), char32_t c) {
  return static_cast<char32_t>(map(static_cast<utf8proc_int32_t>(c)));
}

struct LongCase {
  char32_t c;
  std::string_view upper;
  std::string_view title;
};

constexpr LongCase kLongCases[] = {
#include "chat/jinja/case_tables.inc"
};

const LongCase* find_long_case(char32_t c) {
  if (c < 0xDF) return nullptr;
  const auto* found = std::ranges::lower_bound(kLongCases, c, {}, &LongCase::c);
  return found != std::end(kLongCases) && found->c == c ? found : nullptr;
}

bool is_cased(char32_t c) {
  return is_lower(c) || is_upper(c) || is_title(c);
}

bool is_case_ignorable(char32_t c) {
  if (c == '\'' || c == '.' || c == ':' || c == 0xB7 || c == 0x2019 || c == '^' || c == '`' ||
      c == 0xA8 || c == 0xAD || c == 0xAF || c == 0xB4 || c == 0xB8) {
    return true;
  }
  switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK: return true;
    default: return false;
  }
}

// Greek sigma ends a word as U+03C2 (Unicode 15, section 3.13, Final_Sigma).
bool is_final_sigma(std::string_view text, size_t begin, size_t end) {
  bool after_letter = false;
  for (size_t at = begin; at > 0;) {
    size_t start = 0;
    const char32_t c = char_before(text, at, &start);
    at = start;
    if (is_case_ignorable(c)) continue;
    after_letter = is_cased(c);
    break;
  }
  if (!after_letter) return false;
  Chars rest(text.substr(end));
  char32_t c = 0;
  while (rest.next(&c)) {
    if (!is_case_ignorable(c)) return !is_cased(c);
  }
  return true;
}

}  // namespace

bool is_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_alpha(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  switch (category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO: return true;
    default: return false;
  }
}

bool is_decimal(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  return category(c) == UTF8PROC_CATEGORY_ND;
}

bool is_digit(char32_t c) {
  return is_decimal(c) || c == 0xB2 || c == 0xB3 || c == 0xB9 || c == 0x2070 ||
         (c >= 0x2074 && c <= 0x2079) || (c >= 0x2080 && c <= 0x2089) ||
         (c >= 0x2460 && c <= 0x2468) || (c >= 0x2474 && c <= 0x247C) ||
         (c >= 0x2488 && c <= 0x2490) || (c >= 0x1369 && c <= 0x1371);
}

bool is_numeric(char32_t c) {
  if (is_digit(c)) return true;
  if (c < 0x80) return false;
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_NL || kind == UTF8PROC_CATEGORY_NO;
}

bool is_alnum(char32_t c) {
  return is_alpha(c) || is_numeric(c);
}

bool is_lower(char32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z';
  return utf8proc_islower(static_cast<utf8proc_int32_t>(c)) != 0 || c == 0xAA || c == 0xBA;
}

bool is_upper(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  return !is_title(c) && utf8proc_isupper(static_cast<utf8proc_int32_t>(c)) != 0;
}

bool is_title(char32_t c) {
  return c >= 0x80 && category(c) == UTF8PROC_CATEGORY_LT;
}

bool is_printable(char32_t c) {
  if (c < 0x7F) return c >= 0x20;
  switch (category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_ZS: return false;
    default: return true;
  }
}

bool is_word(char32_t c) {
  return c == '_' || is_alnum(c);
}

bool is_line_break(char32_t c) {
  return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
         c == 0x2029;
}

bool is_identifier_start(char32_t c) {
  return c == '_' || is_alpha(c) || (c >= 0x80 && category(c) == UTF8PROC_CATEGORY_NL);
}

bool is_identifier_part(char32_t c) {
  if (is_identifier_start(c) || is_decimal(c)) return true;
  if (c < 0x80) return false;
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_MC ||
         kind == UTF8PROC_CATEGORY_PC;
}

void append_upper(std::string& out, char32_t c) {
  if (const LongCase* found = find_long_case(c)) {
    out.append(found->upper);
  } else {
    utf8_append(out, simple(utf8proc_toupper, c));
  }
}

void append_lower(std::string& out, char32_t c) {
  if (c == 0x130) {
    out.append("i\xCC\x87");
  } else {
    utf8_append(out, simple(utf8proc_tolower, c));
  }
}

void append_title(std::string& out, char32_t c) {
  if (const LongCase* found = find_long_case(c)) {
    out.append(found->title);
  } else {
    utf8_append(out, simple(utf8proc_totitle, c));
  }
}

std::string upper(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  Chars chars(text);
  for (char32_t c = 0; chars.next(&c);) append_upper(out, c);
  return out;
}

std::string lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  Chars chars(text);
  char32_t c = 0;
  for (size_t begin = 0; chars.next(&c); begin = chars.position()) {
    if (c == 0x3A3) {
      utf8_append(out, is_final_sigma(text, begin, chars.position()) ? 0x3C2 : 0x3C3);
    } else {
      append_lower(out, c);
    }
  }
  return out;
}

std::string casefold(std::string_view text) {
  std::string out;
  Chars chars(text);
  for (char32_t c = 0; chars.next(&c);) {
    utf8proc_int32_t folded[8];
    int boundary = 0;
    const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), folded, 8,
                                               UTF8PROC_CASEFOLD, &boundary);
    for (utf8proc_ssize_t i = 0; i < count && i < 8; ++i) {
      utf8_append(out, static_cast<char32_t>(folded[i]));
    }
  }
  return out;
}

bool text_is_upper(std::string_view text) {
  bool any = false;
  Chars chars(text);
  for (char32_t c = 0; chars.next(&c);) {
    if (is_lower(c) || is_title(c)) return false;
    any = any || is_upper(c);
  }
  return any;
}

bool text_is_lower(std::string_view text) {
  bool any = false;
  Chars chars(text);
  for (char32_t c = 0; chars.next(&c);) {
    if (is_upper(c) || is_title(c)) return false;
    any = any || is_lower(c);
  }
  return any;
}

size_t count_chars(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

size_t offset_of_char(std::string_view text, size_t index) {
  size_t at = 0;
  while (at < text.size()) {
    if ((text[at] & 0xC0) != 0x80) {
      if (index == 0) return at;
      --index;
    }
    ++at;
  }
  return at;
}

size_t skip_space(std::string_view text, size_t from) {
  Chars chars(text.substr(from));
  size_t end = from;
  for (char32_t c = 0; chars.next(&c) && is_space(c);) end = from + chars.position();
  return end;
}

size_t trim_end(std::string_view text) {
  size_t end = text.size();
  while (end > 0) {
    size_t begin = 0;
    if (!is_space(char_before(text, end, &begin))) break;
    end = begin;
  }
  return end;
}

bool Chars::next(char32_t* c) {
  if (position_ >= text_.size()) return false;
  const auto byte = static_cast<uint8_t>(text_[position_]);
  if (byte < 0x80) {
    *c = byte;
    ++position_;
    return true;
  }
  const Utf8Char next = utf8_next(text_.substr(position_));
  *c = next.code_point;
  position_ += next.bytes;
  return true;
}

char32_t char_before(std::string_view text, size_t end, size_t* begin) {
  size_t start = end - 1;
  while (start > 0 && end - start < 4 && (text[start] & 0xC0) == 0x80) --start;
  *begin = start;
  return utf8_next(text.substr(start, end - start)).code_point;
}

}  // namespace lar::chat::jinja
