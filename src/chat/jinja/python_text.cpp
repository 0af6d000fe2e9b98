#include "chat/jinja/python_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "chat/jinja/limits.h"
#include "chat/jinja/object.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

void append_list(TextBuilder& out, const Value& value, uint32_t level) {
  const bool tuple = value.is_tuple();
  out.append(tuple ? "(" : "[", Origin::kTemplate);
  bool first = true;
  for (const Value& item : value.items()) {
    if (out.meter() != nullptr && out.meter()->exceeded()) return;
    if (!first) out.append(", ", Origin::kTemplate);
    first = false;
    append_repr(out, item, level + 1);
  }
  if (tuple && value.items().size() == 1) out.append(",", Origin::kTemplate);
  out.append(tuple ? ")" : "]", Origin::kTemplate);
}

void append_dict(TextBuilder& out, const Value& value, uint32_t level) {
  out.append("{", Origin::kTemplate);
  bool first = true;
  for (const auto& [key, item] : value.entries().entries()) {
    if (out.meter() != nullptr && out.meter()->exceeded()) return;
    if (!first) out.append(", ", Origin::kTemplate);
    first = false;
    append_repr(out, key, level + 1);
    out.append(": ", Origin::kTemplate);
    append_repr(out, item, level + 1);
  }
  out.append("}", Origin::kTemplate);
}

}  // namespace

std::string float_repr(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  // The shortest digits that read back as the same number, and their exponent.
  char buffer[40];
  const auto written =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  std::string_view text(buffer, static_cast<size_t>(written.ptr - buffer));
  std::string out;
  if (text.starts_with('-')) {
    out = "-";
    text.remove_prefix(1);
  }
  const size_t mark = text.find('e');
  int exponent = 0;
  const std::string_view exponent_text = text.substr(mark + 1);
  std::from_chars(exponent_text.data() + (exponent_text[0] == '+' ? 1 : 0),
                  exponent_text.data() + exponent_text.size(), exponent);
  std::string digits(1, text[0]);
  if (mark > 2) digits += text.substr(2, mark - 2);
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    out += digits[0];
    if (count > 1) out += "." + digits.substr(1);
    return out + fmt::format("e{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  if (exponent < 0)
    return out + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  if (exponent + 1 >= count) {
    return out + digits + std::string(static_cast<size_t>(exponent + 1 - count), '0') + ".0";
  }
  const auto point = static_cast<size_t>(exponent + 1);
  return out + digits.substr(0, point) + "." + digits.substr(point);
}

std::string_view type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined: return "Undefined";
    case Kind::kNull: return "NoneType";
    case Kind::kBool: return "bool";
    case Kind::kInt: return "int";
    case Kind::kDouble: return "float";
    case Kind::kString: return value.string_data().markup ? "Markup" : "str";
    case Kind::kList: return "list";
    case Kind::kTuple: return "tuple";
    case Kind::kDict: return "dict";
    case Kind::kObject: return value.as_object()->type_name();
  }
  return "object";
}

std::string described_type(const Value& value) {
  if (value.is_null()) return "None";
  if (value.is_object()) return engine_object(value)->described_type();
  if (value.is_string() && value.string_data().markup) return "markupsafe.Markup object";
  return fmt::format("{} object", type_name(value));
}

std::string quote(std::string_view text) {
  const bool use_double =
      text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char mark = use_double ? '"' : '\'';
  std::string out(1, mark);
  Chars chars(text);
  char32_t c = 0;
  for (size_t begin = 0; chars.next(&c); begin = chars.position()) {
    if (c == static_cast<char32_t>(mark) || c == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (is_printable(c)) {
      out += text.substr(begin, chars.position() - begin);
    } else if (c < 0x100) {
      out += fmt::format("\\x{:02x}", static_cast<uint32_t>(c));
    } else if (c < 0x10000) {
      out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
    } else {
      out += fmt::format("\\U{:08x}", static_cast<uint32_t>(c));
    }
  }
  out.push_back(mark);
  return out;
}

void append_str(TextBuilder& out, const Value& value) {
  if (value.is_string()) {
    out.append(value);
  } else if (!value.is_undefined()) {
    append_repr(out, value);
  }
}

void append_repr(TextBuilder& out, const Value& value, uint32_t level) {
  if (level > kValueDepthMax) {
    out.append("...", Origin::kTemplate);
    return;
  }
  switch (value.kind()) {
    case Kind::kUndefined: out.append("Undefined", Origin::kTemplate); return;
    case Kind::kNull: out.append("None", Origin::kTemplate); return;
    case Kind::kBool: out.append(value.as_bool() ? "True" : "False", Origin::kTemplate); return;
    case Kind::kInt: out.append(std::to_string(value.as_int()), Origin::kTemplate); return;
    case Kind::kDouble: out.append(float_repr(value.as_double()), Origin::kTemplate); return;
    case Kind::kString: {
      const bool markup = value.string_data().markup;
      if (markup) out.append("Markup(", Origin::kTemplate);
      // Quoting looks at every character.
      if (Meter* meter = out.meter(); meter != nullptr && !meter->work(value.text().size() / 4)) {
        return;
      }
      out.append(quote(value.text()), origin_of(value));
      if (markup) out.append(")", Origin::kTemplate);
      return;
    }
    case Kind::kList:
    case Kind::kTuple: append_list(out, value, level); return;
    case Kind::kDict: append_dict(out, value, level); return;
    case Kind::kObject: engine_object(value)->append_repr(out, level); return;
  }
}

Value to_str(const Value& value, Meter* meter) {
  if (value.is_string() && !value.string_data().markup) return value;
  TextBuilder out(meter);
  append_str(out, value);
  return out.finish();
}

std::string repr_text(const Value& value, Meter* meter) {
  TextBuilder out(meter);
  append_repr(out, value);
  return out.take_text();
}

Value escape(const Value& value, Meter* meter) {
  const Value text = value.is_string() ? value : to_str(value, meter);
  if (text.string_data().markup) return text;
  const std::string_view bytes = text.text();
  TextBuilder out(meter);
  size_t done = 0;
  for (size_t i = bytes.find_first_of("&<>\"'"); i != std::string_view::npos;
       i = bytes.find_first_of("&<>\"'", i + 1)) {
    out.append_slice(text, done, i);
    const char c = bytes[i];
    const std::string_view reference = c == '&'   ? "&amp;"
                                       : c == '<' ? "&lt;"
                                       : c == '>' ? "&gt;"
                                       : c == '"' ? "&#34;"
                                                  : "&#39;";
    out.append(reference, text.string_data().origin_at(i));
    done = i + 1;
  }
  out.append_slice(text, done, bytes.size());
  return out.finish(true);
}

}  // namespace lar::chat::jinja
