// What a Go template works on: a value and its Go type. The type decides which fields a value has,
// whether it is true, how it prints and what it is as JSON. Storage is a chat::Value, so that text
// keeps its origins: a struct is a tuple of its fields in order, a map a dictionary with sorted
// keys, a slice a list, nil is null.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "chat/value.h"

namespace lar::chat::gotemplate {

enum class TypeKind : uint8_t { kAny, kBool, kInt, kFloat, kString, kSlice, kMap, kStruct };

// Which String() method a type has.
enum class Stringer : uint8_t {
  kNone,
  kJson,       // the value as JSON
  kJsonMap,    // the same, "{}" for nil
  kOneOrMany,  // one string as itself, others as a Go slice
};

struct Type;

struct Field {
  std::string_view name;
  const Type* type = nullptr;
  std::string_view json;    // its name in JSON; empty: `name`
  bool omit_empty = false;  // in JSON
};

struct Type {
  TypeKind kind = TypeKind::kAny;
  std::string_view name;          // as Go prints it
  const Type* element = nullptr;  // of kSlice and kMap
  std::span<const Field> fields;  // of kStruct; of a kMap with named entries of several types
  Stringer stringer = Stringer::kNone;
  bool is_pointer = false;   // to the struct
  bool is_property = false;  // has the method ToTypeScriptType
};

extern const Type kAnyType;
extern const Type kBoolType;
extern const Type kIntType;
extern const Type kFloatType;
extern const Type kStringType;
extern const Type kAnySliceType;
extern const Type kAnyMapType;
extern const Type kStringSliceType;

struct Item {
  const Type* type = nullptr;  // null: Go's invalid value, which a missing entry gives
  Value value;

  bool valid() const { return type != nullptr; }
};

inline Item text_item(Value string) {
  return {&kStringType, std::move(string)};
}
inline Item bool_item(bool value) {
  return {&kBoolType, Value::boolean(value)};
}
inline Item int_item(int64_t value) {
  return {&kIntType, Value::integer(value)};
}

// What an interface holds, with its own type; invalid for a nil interface. Others as they are.
Item concrete(const Item& item);

// Elements of a slice or a map (its values), in order.
size_t item_length(const Item& item);

// Go's truth.
bool truthy(const Item& item);

// The string, number, boolean or nil of either type; a `nil` of Go.
bool is_nil(const Item& item);

}  // namespace lar::chat::gotemplate
