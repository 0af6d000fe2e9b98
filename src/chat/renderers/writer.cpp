#include "chat/renderers/writer.h"

#include <algorithm>

#include "base/utf8.h"
#include "chat/gotemplate/print.h"
#include "chat/jinja/unicode.h"
#include "chat/json.h"

namespace lar::chat {
namespace {

// Go's unicode.IsSpace: Python's without the separators of ASCII.
bool is_space(char32_t c) {
  return jinja::is_space(c) && (c < 0x1C || c > 0x1F);
}

size_t first_text(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size()) {
    const Utf8Char c = utf8_next(text.substr(begin));
    if (!c.valid || !is_space(c.code_point)) break;
    begin += c.bytes;
  }
  return begin;
}

size_t last_text(std::string_view text) {
  size_t end = text.size();
  while (end > 0) {
    size_t begin = end - 1;
    while (begin > 0 && end - begin < 4 && (static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) {
      --begin;
    }
    const Utf8Char c = utf8_next(text.substr(begin, end - begin));
    if (!c.valid || c.bytes != end - begin || !is_space(c.code_point)) break;
    end = begin;
  }
  return end;
}

}  // namespace

std::string json_text(const Value& value, JsonForm form) {
  TextBuilder out(nullptr);
  gotemplate::append_json(
      out, {&gotemplate::kAnyType, value},
      {.escape_html = form != JsonForm::kSpacedPlain, .spaces = form != JsonForm::kCompact});
  return out.take_text();
}

PromptWriter& PromptWriter::json(const Value& value, JsonForm form) {
  return text(json_text(value, form));
}

std::string indented_json(const Value& value) {
  const std::string compact = json_text(value, JsonForm::kCompact);
  std::string out;
  size_t level = 0;
  bool in_string = false;
  const auto new_line = [&] { out += "\n" + std::string(4 * level, ' '); };
  for (size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[i];
    if (in_string) {
      out += c;
      if (c == '\\') out += compact[++i];
      in_string = c != '"';
      continue;
    }
    const bool opens = c == '{' || c == '[';
    const bool is_empty = opens && (compact[i + 1] == '}' || compact[i + 1] == ']');
    if (c == '}' || c == ']') {
      --level;
      new_line();
    }
    out += c;
    if (is_empty) {
      out += compact[++i];
    } else if (opens) {
      ++level;
      new_line();
    } else if (c == ',') {
      new_line();
    } else if (c == ':') {
      out += ' ';
    }
    in_string = c == '"';
  }
  return out;
}

std::string go_text(const Value& value) {
  TextBuilder out(nullptr);
  gotemplate::print_item(out, {&gotemplate::kAnyType, value});
  return out.take_text();
}

std::string argument_text(const Value& value) {
  if (value.is_null() || value.is_undefined()) return "null";
  if (value.is_string()) return std::string(value.text());
  if (value.is_dict() || value.is_sequence()) return json_text(value, JsonForm::kCompact);
  return go_text(value);
}

std::vector<std::pair<std::string, Value>> arguments_in_order(const ToolCall& call) {
  std::vector<std::pair<std::string, Value>> list;
  Value object = call.arguments;
  if (object.is_string()) object = parse_json(object.text()).value_or(Value());
  if (!object.is_dict()) return list;
  for (const auto& [name, value] : object.entries().entries()) {
    if (name.is_string()) list.emplace_back(std::string(name.text()), sorted_keys(value));
  }
  return list;
}

std::vector<std::pair<std::string, Value>> arguments_sorted(const ToolCall& call) {
  auto list = arguments_in_order(call);
  std::ranges::sort(list, {}, &std::pair<std::string, Value>::first);
  return list;
}

Value arguments_object(const ToolCall& call) {
  Dict dict;
  for (auto& [name, value] : arguments_in_order(call)) dict.set(name, std::move(value));
  return Value::dict(std::move(dict));
}

std::string_view trimmed_right(std::string_view text) {
  return text.substr(0, last_text(text));
}

std::string_view trimmed(std::string_view text) {
  const std::string_view rest = trimmed_right(text);
  return rest.substr(first_text(rest));
}

std::string_view without_newlines(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of('\n'), text.size()));
}

Value trimmed(const Value& text) {
  const std::string_view bytes = text.text();
  const size_t end = last_text(bytes);
  return slice_string(text, std::min(first_text(bytes), end), end, nullptr);
}

std::string upper_case(std::string_view text) {
  return jinja::upper(text);
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  while (true) {
    const size_t found = text.find(from);
    out += text.substr(0, found);
    if (found == std::string_view::npos) return out;
    out += to;
    text.remove_prefix(found + from.size());
  }
}

}  // namespace lar::chat
