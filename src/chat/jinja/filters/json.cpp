// tojson as transformers has it: json.dumps without ASCII or HTML escaping by default.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "chat/jinja/arguments.h"
#include "chat/jinja/filters/families.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

struct JsonStyle {
  bool ascii = false;
  bool sort_keys = false;
  std::optional<std::string> indent;
  std::string item_separator = ", ";
  std::string key_separator = ": ";
};

std::string json_quote(std::string_view text, bool ascii) {
  std::string out = "\"";
  Chars walk(text);
  char32_t c = 0;
  for (size_t begin = 0; walk.next(&c); begin = walk.position()) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        if (c < 0x20 || (ascii && c >= 0x7F && c < 0x10000 && c != 0x7F)) {
          out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
        } else if (ascii && c >= 0x10000) {
          const auto rest = static_cast<uint32_t>(c - 0x10000);
          out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
        } else {
          out += text.substr(begin, walk.position() - begin);
        }
    }
  }
  out.push_back('"');
  return out;
}

class JsonWriter {
 public:
  JsonWriter(Renderer& renderer, JsonStyle style)
      : renderer_(renderer), style_(std::move(style)), out_(renderer.meter()) {}

  Result<void> write(const Value& value, uint32_t level) {
    if (!renderer_.meter()->work(1)) return renderer_.out_of_limits();
    switch (value.kind()) {
      case Kind::kNull: put("null"); return {};
      case Kind::kBool: put(value.as_bool() ? "true" : "false"); return {};
      case Kind::kInt: put(std::to_string(value.as_int())); return {};
      case Kind::kDouble: put(number(value.as_double())); return {};
      case Kind::kString:
        if (!renderer_.meter()->work(value.text().size() / 16)) return renderer_.out_of_limits();
        out_.append(json_quote(value.text(), style_.ascii), origin_of(value));
        return {};
      case Kind::kList:
      case Kind::kTuple: return write_list(value, level);
      case Kind::kDict: return write_dict(value, level);
      default:
        return type_error(
            fmt::format("Object of type {} is not JSON serializable", type_name(value)));
    }
  }

  Value finish() { return out_.finish(); }

 private:
  void put(std::string_view text) { out_.append(text, Origin::kTemplate); }

  static std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    return float_repr(value);
  }

  void new_line(uint32_t level) {
    if (!style_.indent) return;
    put("\n");
    for (uint32_t i = 0; i < level; ++i) put(*style_.indent);
  }

  Result<void> write_list(const Value& value, uint32_t level) {
    if (value.items().empty()) {
      put("[]");
      return {};
    }
    put("[");
    bool first = true;
    for (const Value& item : value.items()) {
      if (!first) put(style_.item_separator);
      first = false;
      new_line(level + 1);
      LAR_TRY(write(item, level + 1));
    }
    new_line(level);
    put("]");
    return {};
  }

  Result<std::string> key_text(const Value& key) const {
    switch (key.kind()) {
      case Kind::kString: return std::string(key.text());
      case Kind::kNull: return std::string("null");
      case Kind::kBool: return std::string(key.as_bool() ? "true" : "false");
      case Kind::kInt: return std::to_string(key.as_int());
      case Kind::kDouble: return number(key.as_double());
      default:
        return type_error(
            fmt::format("keys must be str, int, float, bool or None, not {}", type_name(key)));
    }
  }

  Result<void> write_dict(const Value& value, uint32_t level) {
    const auto& entries = value.entries().entries();
    if (entries.empty()) {
      put("{}");
      return {};
    }
    std::vector<size_t> indexes(entries.size());
    std::iota(indexes.begin(), indexes.end(), size_t{0});
    if (style_.sort_keys) LAR_TRY(sort_keys(entries, &indexes));
    put("{");
    bool first = true;
    for (const size_t index : indexes) {
      const auto& [key, item] = entries[index];
      if (!first) put(style_.item_separator);
      first = false;
      new_line(level + 1);
      LAR_TRY(const std::string text, key_text(key));
      out_.append(json_quote(text, style_.ascii),
                  key.is_string() ? origin_of(key) : Origin::kTemplate);
      put(style_.key_separator);
      LAR_TRY(write(item, level + 1));
    }
    new_line(level);
    put("}");
    return {};
  }

  Result<void> sort_keys(const std::vector<Dict::Entry>& entries, std::vector<size_t>* indexes) {
    // All keys must be of one kind that has an order; then the order cannot fail.
    for (const auto& [key, value] : entries) {
      LAR_TRY(order(renderer_, key, entries[0].first, "<"));
    }
    std::ranges::sort(*indexes, [&](size_t a, size_t b) {
      const auto result = order(renderer_, entries[a].first, entries[b].first, "<");
      return result && *result < 0;
    });
    return {};
  }

  Renderer& renderer_;
  JsonStyle style_;
  TextBuilder out_;
};

Result<Value> do_tojson(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound,
          bind("tojson", args, {"ensure_ascii", "indent", "separators", "sort_keys"}, 0));
  JsonStyle style;
  LAR_TRY(style.ascii, bound.truth(0, false));
  LAR_TRY(style.sort_keys, bound.truth(3, false));
  if (const Value* indent = bound.given(1)) {
    if (indent->is_string()) {
      style.indent = std::string(indent->text());
    } else {
      LAR_TRY(const int64_t width, to_index(*indent));
      if (width > 1000) return renderer.out_of_limits();
      style.indent = std::string(static_cast<size_t>(std::max<int64_t>(width, 0)), ' ');
    }
    style.item_separator = ",";
  }
  if (const Value* separators = bound.given(2)) {
    LAR_TRY(const std::vector<Value> parts, renderer.to_vector(*separators));
    if (parts.size() != 2 || !parts[0].is_string() || !parts[1].is_string()) {
      return value_error("separators are a pair of strings");
    }
    style.item_separator = parts[0].text();
    style.key_separator = parts[1].text();
  }
  JsonWriter writer(renderer, std::move(style));
  LAR_TRY(writer.write(input, 0));
  return writer.finish();
}

constexpr NamedFunction kFilters[] = {{"tojson", do_tojson}};

}  // namespace

std::span<const NamedFunction> json_filters() {
  return kFilters;
}

}  // namespace lar::chat::jinja
