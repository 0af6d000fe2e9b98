#include "chat/jinja/strings.h"

#include <algorithm>

#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

bool in_set(std::optional<std::string_view> chars, char32_t c) {
  if (!chars) return is_space(c);
  Chars set(*chars);
  for (char32_t member = 0; set.next(&member);) {
    if (member == c) return true;
  }
  return false;
}

size_t strip_left(std::string_view text, std::optional<std::string_view> chars) {
  Chars walk(text);
  size_t begin = 0;
  for (char32_t c = 0; walk.next(&c) && in_set(chars, c);) begin = walk.position();
  return begin;
}

size_t strip_right(std::string_view text, size_t begin, std::optional<std::string_view> chars) {
  size_t end = text.size();
  while (end > begin) {
    size_t start = 0;
    if (!in_set(chars, char_before(text, end, &start))) break;
    end = start;
  }
  return end;
}

// Begin of the next character that is (not) white space, from `at`.
size_t find_space(std::string_view text, size_t at, bool space) {
  Chars walk(text.substr(at));
  size_t begin = at;
  for (char32_t c = 0; walk.next(&c); begin = at + walk.position()) {
    if (is_space(c) == space) return begin;
  }
  return text.size();
}

}  // namespace

Value like(const Value& source, std::string text, Meter* meter) {
  TextBuilder out(meter);
  out.append(text, origin_of(source));
  return out.finish(source.string_data().markup);
}

Value map_text(const Value& string, std::string (*map)(std::string_view), Meter* meter) {
  const StringData& data = string.string_data();
  TextBuilder out(meter);
  const std::string_view text = data.text;
  if (meter != nullptr && !meter->work(text.size() / 16)) return out.finish();
  size_t begin = 0;
  for (const Run& run : data.runs) {
    out.append(map(text.substr(begin, run.end - begin)), run.origin);
    begin = run.end;
  }
  if (data.runs.empty()) out.append(map(text), data.origin);
  return out.finish(data.markup);
}

Value strip(const Value& string, std::optional<std::string_view> chars, Side side, Meter* meter) {
  const std::string_view text = string.text();
  const size_t begin = side == Side::kRight ? 0 : strip_left(text, chars);
  const size_t end = side == Side::kLeft ? text.size() : strip_right(text, begin, chars);
  return slice_string(string, begin, end, meter);
}

std::vector<Value> split(const Value& string,
                         std::optional<std::string_view> separator,
                         int64_t splits_max,
                         Meter* meter) {
  const std::string_view text = string.text();
  std::vector<Value> parts;
  const auto add = [&](size_t begin, size_t end) {
    parts.push_back(slice_string(string, begin, end, meter));
    return meter->work(1);
  };
  if (separator) {
    size_t begin = 0;
    while (splits_max != 0) {
      const size_t found = text.find(*separator, begin);
      if (found == std::string_view::npos || !add(begin, found)) break;
      begin = found + separator->size();
      --splits_max;
    }
    add(begin, text.size());
    return parts;
  }
  size_t begin = find_space(text, 0, false);
  while (begin < text.size()) {
    if (splits_max == 0) {
      add(begin, text.size());
      break;
    }
    const size_t end = find_space(text, begin, true);
    if (!add(begin, end)) break;
    begin = find_space(text, end, false);
    --splits_max;
  }
  return parts;
}

std::vector<Value> split_right(const Value& string,
                               std::optional<std::string_view> separator,
                               int64_t splits_max,
                               Meter* meter) {
  if (splits_max < 0) return split(string, separator, -1, meter);
  const std::string_view text = string.text();
  std::vector<Value> parts;
  const auto add = [&](size_t begin, size_t end) {
    parts.push_back(slice_string(string, begin, end, meter));
    return meter->work(1);
  };
  if (separator) {
    size_t end = text.size();
    while (splits_max-- > 0) {
      const size_t found =
          end < separator->size() ? std::string_view::npos : text.substr(0, end).rfind(*separator);
      if (found == std::string_view::npos || !add(found + separator->size(), end)) break;
      end = found;
    }
    add(0, end);
  } else {
    size_t end = trim_end(text);
    while (end > 0) {
      if (splits_max-- == 0) {
        add(0, end);
        break;
      }
      size_t begin = end;
      for (size_t start = 0; begin > 0 && !is_space(char_before(text, begin, &start));) {
        begin = start;
      }
      if (!add(begin, end)) break;
      end = trim_end(text.substr(0, begin));
    }
  }
  std::ranges::reverse(parts);
  return parts;
}

std::vector<Value> split_lines(const Value& string, bool keep_ends, Meter* meter) {
  const std::string_view text = string.text();
  std::vector<Value> lines;
  Chars walk(text);
  size_t begin = 0;
  char32_t c = 0;
  for (size_t at = 0; walk.next(&c); at = walk.position()) {
    if (!is_line_break(c)) continue;
    size_t end = walk.position();
    if (c == '\r' && end < text.size() && text[end] == '\n') {
      walk.next(&c);
      ++end;
    }
    lines.push_back(slice_string(string, begin, keep_ends ? end : at, meter));
    if (!meter->work(1)) return lines;
    begin = end;
  }
  if (begin < text.size()) lines.push_back(slice_string(string, begin, text.size(), meter));
  return lines;
}

Value replace(const Value& string,
              std::string_view old_text,
              const Value& new_text,
              int64_t count,
              bool markup,
              Meter* meter) {
  const std::string_view text = string.text();
  TextBuilder out(meter);
  if (old_text.empty()) {
    // Between all characters, and at both ends.
    Chars walk(text);
    size_t begin = 0;
    char32_t c = 0;
    while (count != 0) {
      if (!meter->work(1)) break;
      out.append(new_text);
      --count;
      if (!walk.next(&c)) break;
      out.append_slice(string, begin, walk.position());
      begin = walk.position();
    }
    out.append_slice(string, begin, text.size());
    return out.finish(markup);
  }
  size_t begin = 0;
  while (count != 0) {
    const size_t found = text.find(old_text, begin);
    if (found == std::string_view::npos || !meter->work(1)) break;
    out.append_slice(string, begin, found);
    out.append(new_text);
    begin = found + old_text.size();
    --count;
  }
  if (begin == 0 && markup == string.string_data().markup) return string;
  out.append_slice(string, begin, text.size());
  return out.finish(markup);
}

Value pad(const Value& string, int64_t width, const Value& fill, Side text_side, Meter* meter) {
  const auto length = static_cast<int64_t>(count_chars(string.text()));
  if (width <= length) return string;
  const int64_t missing = width - length;
  int64_t left = 0;
  if (text_side == Side::kRight) left = missing;
  // CPython's str.center: the odd blank goes left if the width is odd.
  if (text_side == Side::kBoth) left = missing / 2 + (missing & width & 1);
  TextBuilder out(meter);
  const Origin origin = origin_of(fill);
  out.append_repeated(fill.text(), static_cast<uint64_t>(left), origin);
  out.append(string);
  out.append_repeated(fill.text(), static_cast<uint64_t>(missing - left), origin);
  return out.finish(string.string_data().markup);
}

std::string title_case(std::string_view text) {
  std::string out;
  Chars walk(text);
  bool in_word = false;
  for (char32_t c = 0; walk.next(&c);) {
    const bool cased = is_lower(c) || is_upper(c) || is_title(c);
    if (in_word) {
      append_lower(out, c);
    } else {
      append_title(out, c);
    }
    in_word = cased;
  }
  return out;
}

std::string capitalize(std::string_view text) {
  std::string out;
  Chars walk(text);
  char32_t c = 0;
  if (!walk.next(&c)) return out;
  append_title(out, c);
  return out + lower(text.substr(walk.position()));
}

std::string swap_case(std::string_view text) {
  std::string out;
  Chars walk(text);
  for (char32_t c = 0; walk.next(&c);) {
    if (is_upper(c)) {
      append_lower(out, c);
    } else {
      append_upper(out, c);
    }
  }
  return out;
}

}  // namespace lar::chat::jinja
