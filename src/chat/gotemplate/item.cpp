#include "chat/gotemplate/item.h"

namespace lar::chat::gotemplate {

constexpr Type kAnyType{.kind = TypeKind::kAny, .name = "interface {}"};
constexpr Type kBoolType{.kind = TypeKind::kBool, .name = "bool"};
constexpr Type kIntType{.kind = TypeKind::kInt, .name = "int"};
constexpr Type kFloatType{.kind = TypeKind::kFloat, .name = "float64"};
constexpr Type kStringType{.kind = TypeKind::kString, .name = "string"};
constexpr Type kAnySliceType{
    .kind = TypeKind::kSlice, .name = "[]interface {}", .element = &kAnyType};
constexpr Type kAnyMapType{
    .kind = TypeKind::kMap, .name = "map[string]interface {}", .element = &kAnyType};
constexpr Type kStringSliceType{
    .kind = TypeKind::kSlice, .name = "[]string", .element = &kStringType};

Item concrete(const Item& item) {
  if (item.type != &kAnyType) return item;
  switch (item.value.kind()) {
    case Kind::kBool: return {&kBoolType, item.value};
    // encoding/json reads every number as a float64.
    case Kind::kInt: return {&kFloatType, Value::number(static_cast<double>(item.value.as_int()))};
    case Kind::kDouble: return {&kFloatType, item.value};
    case Kind::kString: return {&kStringType, item.value};
    case Kind::kList:
    case Kind::kTuple: return {&kAnySliceType, item.value};
    case Kind::kDict: return {&kAnyMapType, item.value};
    case Kind::kUndefined:
    case Kind::kNull:
    case Kind::kObject: break;
  }
  return {};
}

size_t item_length(const Item& item) {
  if (item.value.is_dict()) return item.value.entries().size();
  if (item.value.is_list()) return item.value.items().size();
  return 0;
}

bool truthy(const Item& item) {
  const Item held = concrete(item);
  if (!held.valid()) return false;
  switch (held.type->kind) {
    case TypeKind::kBool: return held.value.as_bool();
    case TypeKind::kInt: return held.value.as_int() != 0;
    case TypeKind::kFloat: return held.value.as_double() != 0;
    case TypeKind::kString: return !held.value.text().empty();
    case TypeKind::kSlice: return item_length(held) > 0;
    case TypeKind::kMap: return held.value.is_tuple() || item_length(held) > 0;
    case TypeKind::kStruct: return !held.type->is_pointer || !held.value.is_null();
    case TypeKind::kAny: break;
  }
  return false;
}

bool is_nil(const Item& item) {
  const Item held = concrete(item);
  return !held.valid() || held.value.is_null();
}

}  // namespace lar::chat::gotemplate
