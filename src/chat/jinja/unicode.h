// Python's view of characters: classes and case mappings of str methods, and positions counted in
// characters rather than bytes. Text is valid UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lar::chat::jinja {

bool is_space(char32_t c);       // str.isspace
bool is_alpha(char32_t c);       // str.isalpha
bool is_decimal(char32_t c);     // str.isdecimal
bool is_digit(char32_t c);       // str.isdigit
bool is_numeric(char32_t c);     // str.isnumeric
bool is_alnum(char32_t c);       // str.isalnum
bool is_lower(char32_t c);       // str.islower
bool is_upper(char32_t c);       // str.isupper
bool is_title(char32_t c);       // a titlecase letter such as U+01C5
bool is_printable(char32_t c);   // str.isprintable
bool is_word(char32_t c);        // \w of a regular expression
bool is_line_break(char32_t c);  // str.splitlines
bool is_identifier_start(char32_t c);
bool is_identifier_part(char32_t c);

// Full case mappings: one character may become several.
void append_upper(std::string& out, char32_t c);
void append_lower(std::string& out, char32_t c);
void append_title(std::string& out, char32_t c);
std::string upper(std::string_view text);
std::string lower(std::string_view text);
std::string casefold(std::string_view text);

// str.isupper and str.islower: there are cased characters, and all are of that case.
bool text_is_upper(std::string_view text);
bool text_is_lower(std::string_view text);

size_t count_chars(std::string_view text);
// Byte offset of character `index` (the length of `text` if there are fewer).
size_t offset_of_char(std::string_view text, size_t index);

// One past the last leading, and the first trailing, white space.
size_t skip_space(std::string_view text, size_t from);
size_t trim_end(std::string_view text);

// Walks over characters; `next` returns false at the end.
class Chars {
 public:
  explicit Chars(std::string_view text) : text_(text) {}
  bool next(char32_t* c);
  size_t position() const { return position_; }

 private:
  std::string_view text_;
  size_t position_ = 0;
};

// The character that ends before byte `end` (> 0).
char32_t char_before(std::string_view text, size_t end, size_t* begin);

}  // namespace lar::chat::jinja
