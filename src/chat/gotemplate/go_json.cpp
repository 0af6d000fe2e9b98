#include <fmt/format.h>

#include "base/utf8.h"
#include "chat/gotemplate/limits.h"
#include "chat/gotemplate/number.h"
#include "chat/gotemplate/ollama_types.h"
#include "chat/gotemplate/print.h"

namespace lar::chat::gotemplate {
namespace {

class JsonWriter {
 public:
  JsonWriter(TextBuilder& out, const JsonStyle& style) : out_(out), style_(style) {}

  void write(const Item& item, uint32_t level);

 private:
  void put(std::string_view text) { out_.append(text, Origin::kContent); }
  void string(std::string_view text);
  void slice(const Item& item, uint32_t level);
  void map(const Item& item, uint32_t level);
  void record(const Item& item, uint32_t level);
  void key(std::string_view name, bool* first) {
    if (!*first) put(style_.spaces ? ", " : ",");
    *first = false;
    string(name);
    put(style_.spaces ? ": " : ":");
  }

  TextBuilder& out_;
  const JsonStyle& style_;
};

// What json's omitempty leaves out; a struct never is.
bool is_empty(const Item& item) {
  if (item.type->kind == TypeKind::kStruct) return item.type->is_pointer && item.value.is_null();
  if (item.type->kind == TypeKind::kAny) return item.value.is_null() || item.value.is_undefined();
  return !truthy(item);
}

void JsonWriter::string(std::string_view text) {
  if (Meter* meter = out_.meter(); meter != nullptr && !meter->work(text.size() / 16)) return;
  std::string escaped = "\"";
  size_t kept = 0;  // begin of what is copied as it is
  size_t at = 0;
  const auto flush = [&](size_t end) { escaped += text.substr(kept, end - kept); };
  while (at < text.size()) {
    const auto c = static_cast<uint8_t>(text[at]);
    if (c < 0x80) {
      const bool html = style_.escape_html && (c == '<' || c == '>' || c == '&');
      if (c >= 0x20 && c != '"' && c != '\\' && !html) {
        ++at;
        continue;
      }
      flush(at);
      switch (c) {
        case '"': escaped += "\\\""; break;
        case '\\': escaped += "\\\\"; break;
        case '\b': escaped += "\\b"; break;
        case '\f': escaped += "\\f"; break;
        case '\n': escaped += "\\n"; break;
        case '\r': escaped += "\\r"; break;
        case '\t': escaped += "\\t"; break;
        default: escaped += fmt::format("\\u{:04x}", c);
      }
      kept = ++at;
      continue;
    }
    const Utf8Char next = utf8_next(text.substr(at));
    if (!next.valid || next.code_point == 0x2028 || next.code_point == 0x2029) {
      flush(at);
      escaped += next.valid ? fmt::format("\\u{:04x}", static_cast<uint32_t>(next.code_point))
                            : std::string("\\ufffd");
      kept = at + next.bytes;
    }
    at += next.bytes;
  }
  flush(text.size());
  escaped += '"';
  put(escaped);
}

void JsonWriter::slice(const Item& item, uint32_t level) {
  if (!item.value.is_sequence()) return put("null");
  // A property's type is written alone if it is one.
  if (item.type->stringer == Stringer::kOneOrMany && item.value.items().size() == 1) {
    return string(item.value.items()[0].text());
  }
  put("[");
  bool first = true;
  for (const Value& element : item.value.items()) {
    if (!first) put(style_.spaces ? ", " : ",");
    first = false;
    write({item.type->element, element}, level + 1);
  }
  put("]");
}

void JsonWriter::map(const Item& item, uint32_t level) {
  if (item.value.is_null()) return put("null");
  put("{");
  bool first = true;
  for (const auto& [name, value] : map_entries(item)) {
    key(name.is_string() ? name.text() : std::string_view(), &first);
    write(value, level + 1);
  }
  put("}");
}

void JsonWriter::record(const Item& item, uint32_t level) {
  if (item.value.is_null()) return put("null");
  put("{");
  bool first = true;
  for (size_t i = 0; i < item.type->fields.size(); ++i) {
    const Field& field = item.type->fields[i];
    const Item value{field.type, item.value.items()[i]};
    if (value.value.is_undefined() || (field.omit_empty && is_empty(value))) continue;
    key(field.json.empty() ? field.name : field.json, &first);
    write(value, level + 1);
  }
  put("}");
}

void JsonWriter::write(const Item& item, uint32_t level) {
  const Item held = concrete(item);
  if (!held.valid()) return put("null");
  if (level > kValueDepthMax) return put("null");
  if (Meter* meter = out_.meter(); meter != nullptr && !meter->work(1)) return;
  switch (held.type->kind) {
    case TypeKind::kBool: return put(held.value.as_bool() ? "true" : "false");
    case TypeKind::kInt: return put(fmt::format("{}", held.value.as_int()));
    case TypeKind::kFloat: return put(json_float(held.value.as_double()));
    case TypeKind::kString: return string(held.value.text());
    case TypeKind::kSlice: return slice(held, level);
    case TypeKind::kMap: return map(held, level);
    case TypeKind::kStruct: return record(held, level);
    case TypeKind::kAny: break;
  }
}

}  // namespace

void append_json(TextBuilder& out, const Item& item, const JsonStyle& style, uint32_t level) {
  JsonWriter(out, style).write(item, level);
}

}  // namespace lar::chat::gotemplate
