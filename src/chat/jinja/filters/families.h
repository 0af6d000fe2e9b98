// The families that find_filter() looks in, and what they share.
#pragma once

#include <span>

#include "base/result.h"
#include "chat/jinja/function.h"
#include "chat/jinja/renderer.h"

namespace lar::chat::jinja {

std::span<const NamedFunction> text_filters();
std::span<const NamedFunction> layout_filters();
std::span<const NamedFunction> markup_filters();
std::span<const NamedFunction> number_filters();
std::span<const NamedFunction> sequence_filters();
std::span<const NamedFunction> order_filters();
std::span<const NamedFunction> select_filters();
std::span<const NamedFunction> json_filters();
std::span<const NamedFunction> pprint_filters();

// str(value), but markup stays markup.
Value soft_str(const Value& value, Meter* meter);

// A path "address.0.city" (or an index, or None) as Jinja's filters follow it.
class AttributePath {
 public:
  static Result<AttributePath> parse(const Value* attribute, Meter* meter);
  // Several paths with commas in between: "age,name".
  static Result<std::vector<AttributePath>> parse_many(const Value* attribute, Meter* meter);

  Result<Value> get(Renderer& renderer, Value item, const Value* fallback = nullptr) const;

 private:
  std::vector<Value> parts_;
};

// Lower case if it is a string: how sorting ignores case.
Value ignore_case(const Value& value, Meter* meter);

// An iterator as a value, within the limit of depth.
Result<Value> iterator_value(Renderer& renderer, Iterator* iterator);

}  // namespace lar::chat::jinja
