// str() and repr() of values, to the letter as CPython prints them.
#pragma once

#include <string>
#include <string_view>

#include "chat/text_builder.h"
#include "chat/value.h"

namespace lar::chat::jinja {

std::string float_repr(double number);
// "dict", "str", "NoneType" ...: type(value).__name__.
std::string_view type_name(const Value& value);
// "dict object", "None": as Jinja's UndefinedError describes an object.
std::string described_type(const Value& value);

void append_str(TextBuilder& out, const Value& value);
void append_repr(TextBuilder& out, const Value& value, uint32_t level = 0);
// repr of a string: 'it''s' with Python's choice of quotes and escapes.
std::string quote(std::string_view text);

Value to_str(const Value& value, Meter* meter);
std::string repr_text(const Value& value, Meter* meter);

// & < > " ' as character references: markupsafe.escape. Markup stays as it is.
Value escape(const Value& value, Meter* meter);

}  // namespace lar::chat::jinja
