// Python's operators on values.
#pragma once

#include <string_view>

#include "base/result.h"
#include "chat/jinja/tree.h"
#include "chat/value.h"

namespace lar::chat::jinja {

class Renderer;

bool truthy(const Value& value);
bool is_number(const Value& value);  // int, float or bool
double to_double(const Value& number);

Result<Value> binary(Renderer& renderer, BinaryOp op, const Value& left, const Value& right);
Result<Value> negate(const Value& value);
Result<Value> plus(const Value& value);

// ==, with engine objects and undefined values.
bool equals(Renderer& renderer, const Value& left, const Value& right);
// <0, 0 or >0; `symbol` is for the message where the two have no order. Not for NaN.
Result<int> order(Renderer& renderer,
                  const Value& left,
                  const Value& right,
                  std::string_view symbol);
Result<bool> compare(Renderer& renderer, CompareOp op, const Value& left, const Value& right);
Result<bool> contains(Renderer& renderer, const Value& container, const Value& item);

// len(); an error where there is none.
Result<int64_t> length(Renderer& renderer, const Value& value);

}  // namespace lar::chat::jinja
