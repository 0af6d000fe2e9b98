#include "store/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "base/utf8.h"

namespace lar::store {
namespace {

// How deep brackets nest, whether or not the text is valid otherwise.
size_t nesting(std::string_view text) {
  size_t depth = 0;
  size_t deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

void append_unicode_escape(std::string& out, uint32_t code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (unsigned shift = 16; shift > 0;) {
    shift -= 4;
    out += kHex[code >> shift & 15U];
  }
}

void append_char(std::string& out, std::string_view bytes, char32_t code) {
  switch (code) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  const bool escaped =
      code < 0x20 || code == '<' || code == '>' || code == '&' || code == 0x2028 || code == 0x2029;
  if (escaped) {
    append_unicode_escape(out, static_cast<uint32_t>(code));
  } else {
    out += bytes;
  }
}

void append_float(std::string& out, double value) {
  LAR_CHECK(std::isfinite(value));  // JSON has no other numbers
  const double size = std::abs(value);
  const bool scientific = size != 0 && (size < 1e-6 || size >= 1e21);
  std::array<char, 40> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                    scientific ? std::chars_format::scientific : std::chars_format::fixed);
  std::string text(buffer.data(), end.ptr);
  // A one-digit negative exponent has no leading zero: 1e-07 is written 1e-7.
  if (const size_t n = text.size();
      n >= 4 && text[n - 4] == 'e' && text[n - 3] == '-' && text[n - 2] == '0') {
    text.erase(n - 2, 1);
  }
  out += text;
}

// More than any parser of ours lets through, with what an answer puts around it.
constexpr size_t kWrittenDepthMax = 1'024;

void append(std::string& out, const nlohmann::ordered_json& value, size_t depth) {
  LAR_CHECK(depth <= kWrittenDepthMax);
  if (value.is_string()) {
    append_go_string(out, value.get_ref<const std::string&>());
  } else if (value.is_number_float()) {
    append_float(out, value.get<double>());
  } else if (value.is_array()) {
    out += '[';
    for (size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      append(out, value[i], depth + 1);
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    bool first = true;
    for (const auto& [key, field] : value.items()) {
      if (!first) out += ',';
      first = false;
      append_go_string(out, key);
      out += ':';
      append(out, field, depth + 1);
    }
    out += '}';
  } else {
    out += value.dump();  // null, true, false, integers
  }
}

}  // namespace

Result<nlohmann::ordered_json> parse_json(std::string_view text, size_t depth_max) {
  if (nesting(text) > depth_max) return fail(Code::kDataCorrupt, "JSON is nested too deep");
  auto value = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return fail(Code::kDataCorrupt, "invalid JSON");
  return value;
}

void append_go_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const Utf8Char c = utf8_next(text);
    if (c.valid) {
      append_char(out, text.substr(0, c.bytes), c.code_point);
    } else {
      out += "\\ufffd";
    }
    text.remove_prefix(c.bytes);
  }
  out += '"';
}

std::string go_json(const nlohmann::ordered_json& value) {
  std::string out;
  append(out, value, 0);
  return out;
}

}  // namespace lar::store
