// JSON trees back to text, as tests need it.
#pragma once

#include <string>

#include "base/utf8.h"
#include "constrain/json_value.h"

namespace lar::test {

inline std::string quote_json(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr char kHex[] = "0123456789abcdef";
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

inline std::string to_json(const constrain::JsonValue& value) {
  using Kind = constrain::JsonValue::Kind;
  std::string out;
  switch (value.kind) {
    case Kind::kNull: return "null";
    case Kind::kTrue: return "true";
    case Kind::kFalse: return "false";
    case Kind::kNumber: return value.text;
    case Kind::kString: return quote_json(value.text);
    case Kind::kArray:
      for (const auto& item : value.items) out += (out.empty() ? "" : ", ") + to_json(item);
      return "[" + out + "]";
    case Kind::kObject:
      for (const auto& member : value.members) {
        out += (out.empty() ? "" : ", ") + quote_json(member.name) + ": " + to_json(member.value);
      }
      return "{" + out + "}";
  }
  return out;
}

}  // namespace lar::test
