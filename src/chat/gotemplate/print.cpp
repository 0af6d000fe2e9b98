#include "chat/gotemplate/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "chat/gotemplate/limits.h"
#include "chat/gotemplate/number.h"
#include "chat/gotemplate/ollama_types.h"
#include "chat/gotemplate/quote.h"

namespace lar::chat::gotemplate {
namespace {

void plain(TextBuilder& out, std::string_view text) {
  out.append(text, Origin::kTemplate);
}

void print_slice(TextBuilder& out, const Item& slice, uint32_t level) {
  plain(out, "[");
  bool first = true;
  if (slice.value.is_sequence()) {
    for (const Value& element : slice.value.items()) {
      if (!first) plain(out, " ");
      first = false;
      print_item(out, {slice.type->element, element}, level);
    }
  }
  plain(out, "]");
}

void print_map(TextBuilder& out, const Item& map, uint32_t level) {
  if (map.type->is_pointer) return plain(out, map.value.is_null() ? "<nil>" : "0xc000000000");
  plain(out, "map[");
  bool first = true;
  const auto entry = [&](const Value& key, const Item& value) {
    if (!first) plain(out, " ");
    first = false;
    out.append(key);
    plain(out, ":");
    print_item(out, value, level);
  };
  for (const auto& [key, item] : map_entries(map)) entry(key, item);
  plain(out, "]");
}

void print_struct(TextBuilder& out, const Item& item, uint32_t level) {
  if (item.value.is_null()) return plain(out, "<nil>");
  if (item.type->is_pointer && level > 1) return plain(out, "0xc000000000");
  plain(out, "{");
  for (size_t i = 0; i < item.type->fields.size(); ++i) {
    if (i > 0) plain(out, " ");
    print_item(out, {item.type->fields[i].type, item.value.items()[i]}, level);
  }
  plain(out, "}");
}

// What String() gives; false where the type has none.
bool print_by_method(TextBuilder& out, const Item& item) {
  switch (item.type->stringer) {
    case Stringer::kNone: return false;
    case Stringer::kJsonMap:
      if (item.value.is_null()) {
        plain(out, "{}");
        return true;
      }
      [[fallthrough]];
    case Stringer::kJson: append_json(out, item); return true;
    case Stringer::kOneOrMany:
      if (item_length(item) == 1) {
        out.append(item.value.items()[0]);
      } else if (item_length(item) > 1) {
        print_slice(out, item, 1);
      }
      return true;
  }
  return false;
}

// One directive of a format string.
struct Directive {
  bool minus = false;
  bool plus = false;
  bool sharp = false;
  bool zero = false;
  bool space = false;
  int width = -1;
  int precision = -1;
};

Value built(TextBuilder& builder) {
  return builder.finish();
}

// The argument under a verb; false where the verb is wrong for its type.
bool print_verb(TextBuilder& out, char32_t verb, const Directive& how, const Item& argument) {
  const Item item = concrete(argument);
  if (verb == 'v') {
    if (how.sharp && item.valid() && item.type->kind == TypeKind::kString) {
      out.append(quote(item.value.text()), origin_of(item.value));
    } else {
      print_operand(out, item);
    }
    return true;
  }
  if (verb == 'T') {
    plain(out, item.valid() ? item.type->name : "<nil>");
    return true;
  }
  if (!item.valid()) return false;
  if ((verb == 's' || verb == 'q' || verb == 'x' || verb == 'X') &&
      (item.type->stringer != Stringer::kNone || item.type->kind == TypeKind::kString)) {
    TextBuilder text(out.meter());
    if (!print_by_method(text, item)) text.append(item.value);
    Value string = built(text);
    if (verb == 's') {
      if (how.precision >= 0) {
        size_t end = 0;
        const std::string_view bytes = string.text();
        for (int i = 0; i < how.precision && end < bytes.size(); ++i) {
          do ++end;
          while (end < bytes.size() && (static_cast<uint8_t>(bytes[end]) & 0xC0) == 0x80);
        }
        out.append_slice(string, 0, end);
      } else {
        out.append(string);
      }
      return true;
    }
    // Both look at every byte and make several of it.
    if (out.meter() != nullptr && !out.meter()->work(string.text().size() / 2)) return true;
    std::string shown;
    if (verb == 'q') {
      shown = quote(string.text());
    } else {
      for (const char c : string.text()) {
        const std::string_view digits = verb == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
        shown += digits[static_cast<uint8_t>(c) >> 4];
        shown += digits[static_cast<uint8_t>(c) & 15];
      }
    }
    out.append(shown, origin_of(string));
    return true;
  }
  const auto number = [&](std::string text, bool negative) {
    if (!negative && how.plus) text = "+" + text;
    if (!negative && !how.plus && how.space) text = " " + text;
    plain(out, text);
    return true;
  };
  if (item.type->kind == TypeKind::kInt) {
    const int64_t value = item.value.as_int();
    const uint64_t size =
        value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    const std::string sign = value < 0 ? "-" : "";
    switch (verb) {
      case 'd': return number(sign + fmt::format("{}", size), value < 0);
      case 'b': return number(sign + fmt::format("{:b}", size), value < 0);
      case 'o': return number(sign + (how.sharp ? "0" : "") + fmt::format("{:o}", size), value < 0);
      case 'O': return number(sign + "0o" + fmt::format("{:o}", size), value < 0);
      case 'x':
        return number(sign + (how.sharp ? "0x" : "") + fmt::format("{:x}", size), value < 0);
      case 'X':
        return number(sign + (how.sharp ? "0X" : "") + fmt::format("{:X}", size), value < 0);
      case 'U': plain(out, fmt::format("U+{:04X}", size)); return true;
      case 'c': {
        std::string text;
        utf8_append(text, size <= 0x10FFFF ? static_cast<char32_t>(size) : 0xFFFD);
        plain(out, text);
        return true;
      }
      case 'q': {
        std::string text;
        utf8_append(text, size <= 0x10FFFF ? static_cast<char32_t>(size) : 0xFFFD);
        text = quote(text);
        plain(out, "'" + text.substr(1, text.size() - 2) + "'");
        return true;
      }
      default: return false;
    }
  }
  if (item.type->kind == TypeKind::kFloat) {
    const double value = item.value.as_double();
    switch (verb) {
      case 'f':
      case 'F':
        return number(format_float_digits(value, 'f', how.precision < 0 ? 6 : how.precision),
                      value < 0);
      case 'e':
      case 'E':
        return number(format_float_digits(value, static_cast<char>(verb),
                                          how.precision < 0 ? 6 : how.precision),
                      value < 0);
      case 'g':
      case 'G':
        return number(how.precision < 0
                          ? format_float(value, 'g')
                          : format_float_digits(value, static_cast<char>(verb), how.precision),
                      value < 0);
      default: return false;
    }
  }
  if (item.type->kind == TypeKind::kBool && verb == 't') {
    plain(out, item.value.as_bool() ? "true" : "false");
    return true;
  }
  if (item.type->kind == TypeKind::kSlice && item.value.is_sequence()) {
    // Go applies the verb to each element.
    plain(out, "[");
    bool first = true;
    for (const Value& element : item.value.items()) {
      if (!first) plain(out, " ");
      first = false;
      const Item each{item.type->element, element};
      if (!print_verb(out, verb, how, each)) print_item(out, each, 1);
    }
    plain(out, "]");
    return true;
  }
  if (verb == 's' && (item.type->kind == TypeKind::kMap || item.type->kind == TypeKind::kStruct)) {
    print_item(out, item);
    return true;
  }
  return false;
}

// "%!d(string=hi)"
void print_bad_verb(TextBuilder& out, std::string_view verb, const Item& argument) {
  const Item item = concrete(argument);
  plain(out, "%!");
  plain(out, verb);
  plain(out, "(");
  if (item.valid()) {
    plain(out, item.type->name);
    plain(out, "=");
    print_item(out, item);
  } else {
    plain(out, "<nil>");
  }
  plain(out, ")");
}

size_t characters(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (static_cast<uint8_t>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

void print_padded(TextBuilder& out, const Directive& how, const Value& text, bool is_number) {
  const size_t length = characters(text.text());
  const auto width = static_cast<size_t>(how.width);
  if (how.width < 0 || length >= width) return out.append(text);
  const size_t missing = width - length;
  if (how.minus) {
    out.append(text);
    out.append_repeated(" ", missing, Origin::kTemplate);
    return;
  }
  if (how.zero) {
    size_t sign = 0;
    if (is_number && !text.text().empty() && (text.text()[0] == '-' || text.text()[0] == '+')) {
      sign = 1;
    }
    out.append_slice(text, 0, sign);
    out.append_repeated("0", missing, Origin::kTemplate);
    out.append_slice(text, sign, text.text().size());
    return;
  }
  out.append_repeated(" ", missing, Origin::kTemplate);
  out.append(text);
}

// The largest width and precision that fmt takes.
constexpr int kWidthMax = 1'000'000;

// "*": the width is the next argument, a negative one to the left.
void take_width(TextBuilder& out, std::span<const Item> arguments, size_t* used, Directive* how) {
  const Item width = *used < arguments.size() ? concrete(arguments[(*used)++]) : Item{};
  const int64_t value =
      width.valid() && width.type->kind == TypeKind::kInt ? width.value.as_int() : INT64_MAX;
  if (value > kWidthMax || value < -kWidthMax) return plain(out, "%!(BADWIDTH)");
  how->width = static_cast<int>(value < 0 ? -value : value);
  how->minus = how->minus || value < 0;
  how->zero = how->zero && !how->minus;
}

int read_number(std::string_view format, size_t* at) {
  int value = -1;
  while (*at < format.size() && format[*at] >= '0' && format[*at] <= '9') {
    value = std::max(value, 0) * 10 + (format[*at] - '0');
    if (value > kWidthMax) return -1;
    ++*at;
  }
  return value;
}

}  // namespace

void print_item(TextBuilder& out, const Item& item, uint32_t level) {
  const Item held = concrete(item);
  if (!held.valid()) return plain(out, "<nil>");
  if (level > kValueDepthMax) return plain(out, "...");
  if (out.meter() != nullptr && !out.meter()->work(1)) return;
  if (print_by_method(out, held)) return;
  switch (held.type->kind) {
    case TypeKind::kBool: return plain(out, held.value.as_bool() ? "true" : "false");
    case TypeKind::kInt: return plain(out, fmt::format("{}", held.value.as_int()));
    case TypeKind::kFloat: {
      const std::string text = format_float(held.value.as_double(), 'g');
      return out.append(text, Origin::kContent);
    }
    case TypeKind::kString: return out.append(held.value);
    case TypeKind::kSlice: return print_slice(out, held, level + 1);
    case TypeKind::kMap: return print_map(out, held, level + 1);
    case TypeKind::kStruct: return print_struct(out, held, level + 1);
    case TypeKind::kAny: break;
  }
}

void print_operand(TextBuilder& out, const Item& item) {
  const Item held = concrete(item);
  const bool points = held.valid() && held.type->kind == TypeKind::kStruct && held.type->is_pointer;
  if (points && !held.value.is_null()) plain(out, "&");
  print_item(out, held);
}

void print_formatted(TextBuilder& out, const Value& format, std::span<const Item> arguments) {
  const std::string_view text = format.text();
  size_t used = 0;

  size_t at = 0;
  while (at < text.size()) {
    const size_t percent = std::min(text.find('%', at), text.size());
    out.append_slice(format, at, percent);
    if (percent == text.size()) break;
    at = percent + 1;
    if (out.meter() != nullptr && !out.meter()->work(1)) return;
    Directive how;
    for (; at < text.size(); ++at) {
      if (text[at] == '-') {
        how.minus = true;
        how.zero = false;
      } else if (text[at] == '+') {
        how.plus = true;
      } else if (text[at] == '#') {
        how.sharp = true;
      } else if (text[at] == '0') {
        how.zero = !how.minus;
      } else if (text[at] == ' ') {
        how.space = true;
      } else {
        break;
      }
    }
    if (at < text.size() && text[at] == '*') {
      ++at;
      take_width(out, arguments, &used, &how);
    } else {
      how.width = read_number(text, &at);
    }
    if (at < text.size() && text[at] == '.') {
      ++at;
      how.precision = std::max(0, read_number(text, &at));
    }
    if (at >= text.size()) {
      plain(out, "%!(NOVERB)");
      break;
    }
    const Utf8Char verb = utf8_next(text.substr(at));
    const std::string_view spelled = text.substr(at, verb.bytes);
    at += verb.bytes;
    if (spelled == "%") {
      plain(out, "%");
      continue;
    }
    if (used >= arguments.size()) {
      plain(out, "%!");
      plain(out, spelled);
      plain(out, "(MISSING)");
      continue;
    }
    const Item& argument = arguments[used++];
    TextBuilder piece(out.meter());
    if (!print_verb(piece, verb.code_point, how, argument)) {
      piece.take_text();
      TextBuilder bad(out.meter());
      print_bad_verb(bad, spelled, argument);
      out.append(built(bad));
      continue;
    }
    const Item held = concrete(argument);
    const bool is_number =
        held.valid() && (held.type->kind == TypeKind::kInt || held.type->kind == TypeKind::kFloat);
    print_padded(out, how, built(piece), is_number);
  }
  if (used >= arguments.size()) return;
  plain(out, "%!(EXTRA ");
  for (size_t i = used; i < arguments.size(); ++i) {
    if (i > used) plain(out, ", ");
    const Item held = concrete(arguments[i]);
    if (!held.valid()) {
      plain(out, "<nil>");
      continue;
    }
    plain(out, held.type->name);
    plain(out, "=");
    print_item(out, held);
  }
  plain(out, ")");
}

}  // namespace lar::chat::gotemplate
