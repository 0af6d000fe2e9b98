#include "chat/gotemplate/compare.h"

#include <fmt/format.h>

namespace lar::chat::gotemplate {
namespace {

bool is_basic(const Item& item) {
  return item.valid() && item.type->kind >= TypeKind::kBool && item.type->kind <= TypeKind::kString;
}

std::unexpected<Error> incompatible(const Item& a, const Item& b) {
  return fail(Code::kInvalidArgument, fmt::format("incompatible types for comparison: {} and {}",
                                                  a.type->name, b.type->name));
}

}  // namespace

Result<bool> equal_items(const Item& left, const Item& right) {
  const Item a = concrete(left);
  const Item b = concrete(right);
  if (is_basic(a) != is_basic(b) || (is_basic(a) && a.type->kind != b.type->kind)) {
    if (a.valid() && b.valid()) return incompatible(a, b);
    return false;
  }
  if (!is_basic(a)) {
    if (is_nil(a) || is_nil(b)) return is_nil(a) == is_nil(b);
    if (a.type->kind != b.type->kind) {
      return fail(Code::kInvalidArgument,
                  fmt::format("non-comparable types {}, {}", a.type->name, b.type->name));
    }
    if (a.type->kind != TypeKind::kStruct) {
      return fail(Code::kInvalidArgument, fmt::format("non-comparable type {}", b.type->name));
    }
    return a.value.same(b.value);
  }
  switch (a.type->kind) {
    case TypeKind::kBool: return a.value.as_bool() == b.value.as_bool();
    case TypeKind::kInt: return a.value.as_int() == b.value.as_int();
    case TypeKind::kFloat: return a.value.as_double() == b.value.as_double();
    default: return a.value.text() == b.value.text();
  }
}

Result<bool> less(const Item& left, const Item& right) {
  const Item a = concrete(left);
  const Item b = concrete(right);
  if (!is_basic(a) || !is_basic(b)) {
    return fail(Code::kInvalidArgument, "invalid type for comparison");
  }
  if (a.type->kind != b.type->kind) return incompatible(a, b);
  switch (a.type->kind) {
    case TypeKind::kInt: return a.value.as_int() < b.value.as_int();
    case TypeKind::kFloat: return a.value.as_double() < b.value.as_double();
    case TypeKind::kString: return a.value.text() < b.value.text();
    default: return fail(Code::kInvalidArgument, "invalid type for comparison");
  }
}

}  // namespace lar::chat::gotemplate
