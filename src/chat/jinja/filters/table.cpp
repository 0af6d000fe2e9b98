#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "chat/jinja/arguments.h"
#include "chat/jinja/builtins.h"
#include "chat/jinja/filters/families.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/strings.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {

Function find_filter(std::string_view name) {
  for (const auto family :
       {text_filters(), layout_filters(), markup_filters(), number_filters(), sequence_filters(),
        order_filters(), select_filters(), json_filters(), pprint_filters()}) {
    const auto found = std::ranges::find(family, name, &NamedFunction::name);
    if (found != family.end()) return found->function;
  }
  return nullptr;
}

Value soft_str(const Value& value, Meter* meter) {
  return value.is_string() ? value : to_str(value, meter);
}

Value ignore_case(const Value& value, Meter* meter) {
  return value.is_string() ? map_text(value, lower, meter) : value;
}

Result<AttributePath> AttributePath::parse(const Value* attribute, Meter* meter) {
  AttributePath path;
  if (attribute == nullptr || attribute->is_null()) return path;
  if (!attribute->is_string()) {
    path.parts_.push_back(*attribute);
    return path;
  }
  for (const Value& part : split(*attribute, ".", -1, meter)) {
    const std::string_view text = part.text();
    const bool number = !text.empty() && text.size() < 18 &&
                        std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    int64_t index = 0;
    for (const char c : text) index = number ? index * 10 + (c - '0') : 0;
    path.parts_.push_back(number ? Value::integer(index) : part);
  }
  return path;
}

Result<std::vector<AttributePath>> AttributePath::parse_many(const Value* attribute, Meter* meter) {
  std::vector<AttributePath> paths;
  if (attribute != nullptr && attribute->is_string()) {
    for (const Value& part : split(*attribute, ",", -1, meter)) {
      LAR_TRY(AttributePath path, parse(&part, meter));
      paths.push_back(std::move(path));
    }
    return paths;
  }
  LAR_TRY(AttributePath path, parse(attribute, meter));
  paths.push_back(std::move(path));
  return paths;
}

Result<Value> AttributePath::get(Renderer& renderer, Value item, const Value* fallback) const {
  for (const Value& part : parts_) {
    LAR_TRY(item, renderer.item(item, part));
    if (fallback != nullptr && item.is_undefined()) item = *fallback;
  }
  return item;
}

Result<Value> iterator_value(Renderer& renderer, Iterator* iterator) {
  Value value = Value::object(iterator);
  if (iterator->depth() > kValueDepthMax) return renderer.out_of_limits();
  return value;
}

}  // namespace lar::chat::jinja
