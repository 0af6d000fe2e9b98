#include "chat/gotemplate/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "chat/gotemplate/compare.h"
#include "chat/gotemplate/escape.h"
#include "chat/gotemplate/ollama_types.h"
#include "chat/gotemplate/print.h"

namespace lar::chat::gotemplate {
namespace {

using Arguments = std::span<const Item>;

std::unexpected<Error> refuse(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

Result<Item> finished(TextBuilder& out) {
  return text_item(out.finish());
}

bool is_string(const Item& item) {
  return item.valid() && item.type->kind == TypeKind::kString;
}

// Sprint puts a space between two operands of which neither is a string.
void print_all(TextBuilder& out,
               Arguments arguments,
               bool always_space,
               void (*print)(TextBuilder&, const Item&) = print_operand) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Item item = concrete(arguments[i]);
    if (i > 0 && (always_space || (!is_string(item) && !is_string(concrete(arguments[i - 1]))))) {
      out.append(" ", Origin::kTemplate);
    }
    print(out, item);
  }
}

Result<Item> print(const Surroundings& around, Arguments arguments) {
  TextBuilder out(around.meter);
  print_all(out, arguments, false);
  return finished(out);
}

Result<Item> println(const Surroundings& around, Arguments arguments) {
  TextBuilder out(around.meter);
  print_all(out, arguments, true);
  out.append("\n", Origin::kTemplate);
  return finished(out);
}

Result<Item> printf(const Surroundings& around, Arguments arguments) {
  TextBuilder out(around.meter);
  print_formatted(out, arguments[0].value, arguments.subspan(1));
  return finished(out);
}

using Escape = std::string (*)(std::string_view);

Result<Item> escaped(const Surroundings& around, Arguments arguments, Escape escape) {
  std::vector<Item> shown(arguments.begin(), arguments.end());
  for (Item& item : shown) {
    if (!concrete(item).valid()) item = text_item(Value::string("<no value>", Origin::kTemplate));
  }
  TextBuilder printed(around.meter);
  print_all(printed, shown, false,
            [](TextBuilder& out, const Item& item) { print_item(out, item); });
  const Value text = printed.finish();
  // Escaping works byte by byte.
  if (!around.meter->work(text.text().size() / 8)) return refuse("too much text");
  TextBuilder out(around.meter);
  out.append(escape(text.text()), origin_of(text));
  return finished(out);
}

Result<Item> html(const Surroundings& around, Arguments arguments) {
  return escaped(around, arguments, escape_html);
}
Result<Item> js(const Surroundings& around, Arguments arguments) {
  return escaped(around, arguments, escape_javascript);
}
Result<Item> urlquery(const Surroundings& around, Arguments arguments) {
  return escaped(around, arguments, escape_query);
}

// The place `item` tells, from 0 to `most`.
Result<size_t> place_of(const Item& item, size_t most) {
  const Item index = concrete(item);
  if (!index.valid()) return refuse("cannot index slice/array with nil");
  if (index.type->kind != TypeKind::kInt) {
    return refuse(fmt::format("cannot index slice/array with type {}", index.type->name));
  }
  const int64_t place = index.value.as_int();
  if (place < 0 || static_cast<uint64_t>(place) > most) {
    return refuse(fmt::format("index out of range: {}", place));
  }
  return static_cast<size_t>(place);
}

Result<Item> index_map(const Item& map, const Item& argument) {
  const Item key = concrete(argument);
  if (!is_string(key)) {
    return key.valid() ? refuse(fmt::format("value has type {}; should be string", key.type->name))
                       : refuse("value is nil; should be of type string");
  }
  return map_entry(map, key.value.text());
}

Result<Item> index(const Surroundings&, Arguments arguments) {
  Item item = concrete(arguments[0]);
  if (!item.valid()) return refuse("index of untyped nil");
  for (const Item& argument : arguments.subspan(1)) {
    item = concrete(item);
    if (!item.valid()) return refuse("index of nil pointer");
    if (item.type->kind == TypeKind::kMap) {
      LAR_TRY(item, index_map(item, argument));
      continue;
    }
    const bool text = item.type->kind == TypeKind::kString;
    if (!text && item.type->kind != TypeKind::kSlice) {
      return refuse(fmt::format("can't index item of type {}", item.type->name));
    }
    const size_t length = text ? item.value.text().size() : item_length(item);
    LAR_TRY(const size_t place, place_of(argument, length));
    if (place == length) return refuse("reflect: slice index out of range");
    item = text ? int_item(static_cast<uint8_t>(item.value.text()[place]))
                : Item{item.type->element, item.value.items()[place]};
  }
  return item;
}

Result<Item> slice(const Surroundings& around, Arguments arguments) {
  const Item item = concrete(arguments[0]);
  if (!item.valid()) return refuse("slice of untyped nil");
  const Arguments places = arguments.subspan(1);
  if (places.size() > 3) return refuse(fmt::format("too many slice indexes: {}", places.size()));
  const bool text = item.type->kind == TypeKind::kString;
  if (text && places.size() == 3) return refuse("cannot 3-index slice a string");
  if (!text && item.type->kind != TypeKind::kSlice) {
    return refuse(fmt::format("can't slice item of type {}", item.type->name));
  }
  const size_t length = text ? item.value.text().size() : item_length(item);
  std::array<size_t, 3> bounds{0, length, length};
  for (size_t i = 0; i < places.size(); ++i) {
    LAR_TRY(bounds[i], place_of(places[i], length));
  }
  if (bounds[0] > bounds[1]) {
    return refuse(fmt::format("invalid slice index: {} > {}", bounds[0], bounds[1]));
  }
  if (bounds[1] > bounds[2]) {
    return refuse(fmt::format("invalid slice index: {} > {}", bounds[1], bounds[2]));
  }
  if (text) return text_item(slice_string(item.value, bounds[0], bounds[1], around.meter));
  if (length == 0) return item;
  const auto& items = item.value.items();
  if (around.meter != nullptr && !around.meter->work((bounds[1] - bounds[0]) / 4)) return Item{};
  return Item{item.type, Value::list({items.begin() + static_cast<ptrdiff_t>(bounds[0]),
                                      items.begin() + static_cast<ptrdiff_t>(bounds[1])},
                                     around.meter)};
}

Result<Item> len(const Surroundings&, Arguments arguments) {
  const Item item = concrete(arguments[0]);
  if (!item.valid()) return refuse("len of nil pointer");
  switch (item.type->kind) {
    case TypeKind::kString: return int_item(static_cast<int64_t>(item.value.text().size()));
    case TypeKind::kSlice: return int_item(static_cast<int64_t>(item_length(item)));
    case TypeKind::kMap: return int_item(static_cast<int64_t>(map_entries(item).size()));
    default: return refuse(fmt::format("len of type {}", item.type->name));
  }
}

Result<Item> call(const Surroundings&, Arguments arguments) {
  const Item function = concrete(arguments[0]);
  if (!function.valid()) return refuse("call of nil");
  return refuse(fmt::format("non-function of type {}", function.type->name));
}

Result<Item> logical_not(const Surroundings&, Arguments arguments) {
  return bool_item(!truthy(arguments[0]));
}

Result<Item> eq(const Surroundings&, Arguments arguments) {
  if (arguments.size() == 1) return refuse("missing argument for comparison");
  for (const Item& other : arguments.subspan(1)) {
    LAR_TRY(const bool same, equal_items(arguments[0], other));
    if (same) return bool_item(true);
  }
  return bool_item(false);
}

Result<Item> ne(const Surroundings&, Arguments arguments) {
  LAR_TRY(const bool same, equal_items(arguments[0], arguments[1]));
  return bool_item(!same);
}

Result<Item> lt(const Surroundings&, Arguments arguments) {
  LAR_TRY(const bool is, less(arguments[0], arguments[1]));
  return bool_item(is);
}

Result<Item> le(const Surroundings&, Arguments arguments) {
  LAR_TRY(const bool is_less, less(arguments[0], arguments[1]));
  if (is_less) return bool_item(true);
  LAR_TRY(const bool same, equal_items(arguments[0], arguments[1]));
  return bool_item(same);
}

Result<Item> gt(const Surroundings& around, Arguments arguments) {
  LAR_TRY(const Item at_most, le(around, arguments));
  return bool_item(!at_most.value.as_bool());
}

Result<Item> ge(const Surroundings& around, Arguments arguments) {
  LAR_TRY(const Item is_less, lt(around, arguments));
  return bool_item(!is_less.value.as_bool());
}

Result<Item> json(const Surroundings& around, Arguments arguments) {
  TextBuilder out(around.meter);
  append_json(out, arguments[0]);
  return finished(out);
}

Item date_item(const jinja::DateTime& date) {
  return text_item(Value::string(fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day),
                                 Origin::kTemplate));
}

Result<Item> current_date(const Surroundings& around, Arguments) {
  return date_item(around.now);
}

Result<Item> yesterday_date(const Surroundings& around, Arguments) {
  return date_item(day_before(around.now));
}

Result<Item> typescript_type(const Surroundings&, Arguments arguments) {
  const Item property = concrete(arguments[0]);
  const bool known = property.valid() && property.type->is_property;
  return text_item(Value::string(known ? to_typescript(property) : "any", Origin::kTemplate));
}

// String() of a type that has it.
Result<Item> string_method(const Surroundings& around, Arguments arguments) {
  TextBuilder out(around.meter);
  print_item(out, arguments[0]);
  return finished(out);
}

constexpr std::array<Function, 23> kFunctions{{
    {.name = "and", .arguments_min = 1, .variadic = true},
    {.name = "call", .arguments_min = 1, .variadic = true, .run = call},
    {.name = "currentDate", .variadic = true, .rest = Parameter::kString, .run = current_date},
    {.name = "eq", .arguments_min = 1, .variadic = true, .run = eq},
    {.name = "ge", .arguments_min = 2, .run = ge},
    {.name = "gt", .arguments_min = 2, .run = gt},
    {.name = "html", .variadic = true, .run = html},
    {.name = "index", .arguments_min = 1, .variadic = true, .run = index},
    {.name = "js", .variadic = true, .run = js},
    {.name = "json", .arguments_min = 1, .run = json},
    {.name = "le", .arguments_min = 2, .run = le},
    {.name = "len", .arguments_min = 1, .run = len},
    {.name = "lt", .arguments_min = 2, .run = lt},
    {.name = "ne", .arguments_min = 2, .run = ne},
    {.name = "not", .arguments_min = 1, .run = logical_not},
    {.name = "or", .arguments_min = 1, .variadic = true},
    {.name = "print", .variadic = true, .run = print},
    {.name = "printf",
     .arguments_min = 1,
     .variadic = true,
     .first = Parameter::kString,
     .run = printf},
    {.name = "println", .variadic = true, .run = println},
    {.name = "slice", .arguments_min = 1, .variadic = true, .run = slice},
    {.name = "toTypeScriptType", .arguments_min = 1, .run = typescript_type},
    {.name = "urlquery", .variadic = true, .run = urlquery},
    {.name = "yesterdayDate", .variadic = true, .rest = Parameter::kString, .run = yesterday_date},
}};

constexpr Function kString{.name = "String", .run = string_method};
constexpr Function kToTypeScriptType{.name = "ToTypeScriptType", .run = typescript_type};

}  // namespace

const Function* find_function(std::string_view name) {
  const auto found = std::ranges::find(kFunctions, name, &Function::name);
  return found == kFunctions.end() || name.empty() ? nullptr : &*found;
}

const Function* find_method(const Type& type, std::string_view name) {
  if (name == kString.name && type.stringer != Stringer::kNone) return &kString;
  if (name == kToTypeScriptType.name && type.is_property) return &kToTypeScriptType;
  return nullptr;
}

jinja::DateTime day_before(jinja::DateTime date) {
  if (--date.day > 0) return date;
  if (--date.month == 0) {
    date.month = 12;
    --date.year;
  }
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (date.year % 4 == 0 && date.year % 100 != 0) || date.year % 400 == 0;
  date.day = kDays[static_cast<size_t>(date.month - 1)] + (date.month == 2 && leap ? 1 : 0);
  return date;
}

}  // namespace lar::chat::gotemplate
