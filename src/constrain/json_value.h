// JSON text as a tree that keeps what a schema needs and most readers drop: the order of members
// and the exact text of numbers. Not a general JSON library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lar::constrain {

constexpr size_t kMaxJsonDepth = 256;
constexpr size_t kMaxJsonBytes = size_t{16} << 20;
constexpr size_t kMaxNumberChars = 1024;

struct JsonMember;

struct JsonValue {
  enum class Kind : uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  std::string text;                 // a string's UTF-8, or a number as it was written
  std::vector<JsonValue> items;     // of an array
  std::vector<JsonMember> members;  // of an object, in order; of equal names the last one is kept

  bool is(Kind k) const { return kind == k; }
  bool is_bool() const { return kind == Kind::kFalse || kind == Kind::kTrue; }
  // The member of that name, or nullptr (also where this is no object).
  const JsonValue* find(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

// Errors: invalid_argument with the byte offset; resource_exhausted over the limits above.
Result<JsonValue> parse_json(std::string_view text);

}  // namespace lar::constrain
