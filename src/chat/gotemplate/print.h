// How Go prints values: fmt's %v and the verbs of Printf, and encoding/json.
#pragma once

#include <span>
#include <string_view>

#include "chat/gotemplate/item.h"
#include "chat/text_builder.h"

namespace lar::chat::gotemplate {

// %v; an invalid item is "<nil>".
void print_item(TextBuilder& out, const Item& item, uint32_t level = 0);

// %v of an operand of Print: a pointer to a struct shows that it is one.
void print_operand(TextBuilder& out, const Item& item);

// fmt.Sprintf. What the format string says keeps its origin, what an argument prints its own.
void print_formatted(TextBuilder& out, const Value& format, std::span<const Item> arguments);

struct JsonStyle {
  bool escape_html = true;  // "<" as "\u003c", as encoding/json does
  bool spaces = false;      // ", " and ": " between parts, as Python's json does
};

// The value as JSON text of content. Maps are written in the order they have; integers of JSON are
// Go's float64.
void append_json(TextBuilder& out,
                 const Item& item,
                 const JsonStyle& style = {},
                 uint32_t level = 0);

}  // namespace lar::chat::gotemplate
