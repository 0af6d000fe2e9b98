// Operations on strings that methods and filters share. Positions are bytes; text is UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/text_builder.h"
#include "chat/value.h"

namespace lar::chat::jinja {

// `text` with the origin and markup of the string it was made from.
Value like(const Value& source, std::string text, Meter* meter);

// `map` applied to each part of one origin.
Value map_text(const Value& string, std::string (*map)(std::string_view), Meter* meter);

enum class Side : uint8_t { kBoth, kLeft, kRight };
// Without white space, or the characters of `chars`, at the ends.
Value strip(const Value& string, std::optional<std::string_view> chars, Side side, Meter* meter);

// str.split and str.rsplit; a negative `splits_max` is no limit. Without `separator`: at white
// space.
std::vector<Value> split(const Value& string,
                         std::optional<std::string_view> separator,
                         int64_t splits_max,
                         Meter* meter);
std::vector<Value> split_right(const Value& string,
                               std::optional<std::string_view> separator,
                               int64_t splits_max,
                               Meter* meter);
std::vector<Value> split_lines(const Value& string, bool keep_ends, Meter* meter);

// A negative `count` replaces all. `markup`: of the result.
Value replace(const Value& string,
              std::string_view old_text,
              const Value& new_text,
              int64_t count,
              bool markup,
              Meter* meter);

// Padded to `width` characters with `fill`, which is one character.
Value pad(const Value& string, int64_t width, const Value& fill, Side text_side, Meter* meter);

std::string title_case(std::string_view text);
std::string capitalize(std::string_view text);
std::string swap_case(std::string_view text);

}  // namespace lar::chat::jinja
