#include "chat/jinja/str_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "chat/jinja/arguments.h"
#include "chat/jinja/format_spec.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"

namespace lar::chat::jinja {
namespace {

std::optional<int64_t> as_index(std::string_view text) {
  int64_t index = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), index);
  if (text.empty() || text[0] == '-' || parsed.ec != std::errc() ||
      parsed.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return index;
}

class Formatter {
 public:
  Formatter(Renderer& renderer, const Value& format, const CallArgs& args)
      : renderer_(renderer), format_(format), args_(args), markup_(format.string_data().markup) {}

  Result<Value> run() {
    TextBuilder out(renderer_.meter());
    LAR_TRY(append(out, format_, 2));
    return out.finish(markup_);
  }

 private:
  // `depth`: how many levels of fields may still be opened.
  Result<void> append(TextBuilder& out, const Value& format, int depth) {
    if (depth == 0) return value_error("Max string recursion exceeded");
    const std::string_view text = format.text();
    size_t at = 0;
    while (at < text.size()) {
      const size_t mark = std::min(text.find_first_of("{}", at), text.size());
      out.append_slice(format, at, mark);
      if (mark == text.size()) break;
      if (mark + 1 < text.size() && text[mark + 1] == text[mark]) {
        out.append_slice(format, mark, mark + 1);
        at = mark + 2;
        continue;
      }
      if (text[mark] == '}') return value_error("Single '}' encountered in format string");
      LAR_TRY(at, append_field(out, format, mark + 1, depth));
    }
    return {};
  }

  // The field that begins behind its "{"; returns the place behind its "}".
  Result<size_t> append_field(TextBuilder& out, const Value& format, size_t begin, int depth) {
    const std::string_view text = format.text();
    size_t end = begin;
    for (int open = 1; end < text.size(); ++end) {
      if (text[end] == '{') ++open;
      if (text[end] == '}' && --open == 0) break;
      // Brackets may hold any character but "]".
      if (text[end] == '[' && open == 1) {
        end = std::min(text.find(']', end), text.size() - 1);
      }
    }
    if (end >= text.size()) {
      return value_error(begin == text.size() ? "Single '{' encountered in format string"
                                              : "expected '}' before end of string");
    }
    const std::string_view field = text.substr(begin, end - begin);
    size_t name_end = 0;
    while (name_end < field.size() && field[name_end] != '!' && field[name_end] != ':') {
      if (field[name_end] == '[') name_end = std::min(field.find(']', name_end), field.size() - 1);
      ++name_end;
    }
    LAR_TRY(Value value, find_field(field.substr(0, name_end)));
    size_t rest = name_end;
    if (rest < field.size() && field[rest] == '!') {
      if (rest + 1 >= field.size()) {
        return value_error("end of string while looking for conversion specifier");
      }
      const char conversion = field[rest + 1];
      if (conversion == 'r' || conversion == 'a') {
        TextBuilder text_out(renderer_.meter());
        append_repr(text_out, value);
        value = text_out.finish();
      } else if (conversion == 's') {
        value = to_str(value, renderer_.meter());
      } else {
        return value_error(fmt::format("Unknown conversion specifier {}", conversion));
      }
      rest += 2;
      if (rest < field.size() && field[rest] != ':') {
        return value_error("expected ':' after conversion specifier");
      }
    }
    TextBuilder spec(renderer_.meter());
    if (rest < field.size()) {
      const Value inner = slice_string(format, begin + rest + 1, end, renderer_.meter());
      LAR_TRY(append(spec, inner, depth - 1));
    }
    if (markup_) {
      TextBuilder formatted(renderer_.meter());
      LAR_TRY(append_formatted(renderer_, formatted, value, spec.text()));
      const bool escaped = value.is_string() && value.string_data().markup;
      out.append(escape(formatted.finish(escaped), renderer_.meter()));
    } else {
      LAR_TRY(append_formatted(renderer_, out, value, spec.text()));
    }
    return end + 1;
  }

  // "0", "name.attr[key]" or "" for the next argument.
  Result<Value> find_field(std::string_view field) {
    const size_t first_end = std::min(field.find_first_of(".["), field.size());
    LAR_TRY(Value value, find_argument(field.substr(0, first_end)));
    size_t at = first_end;
    while (at < field.size()) {
      if (field[at] == '.') {
        const size_t end = std::min(field.find_first_of(".[", at + 1), field.size());
        if (end == at + 1) return value_error("Empty attribute in format string");
        const Value name = renderer_.text(field.substr(at + 1, end - at - 1), Origin::kTemplate);
        LAR_TRY(value, renderer_.attribute(value, name));
        at = end;
      } else if (field[at] == '[') {
        const size_t end = field.find(']', at);
        if (end == std::string_view::npos) return value_error("Missing ']' in format string");
        const std::string_view key = field.substr(at + 1, end - at - 1);
        if (key.empty()) return value_error("Empty attribute in format string");
        const auto index = as_index(key);
        const Value key_value =
            index ? Value::integer(*index) : renderer_.text(key, Origin::kTemplate);
        LAR_TRY(value, renderer_.item(value, key_value));
        at = end + 1;
      } else {
        return value_error("Only '.' or '[' may follow ']' in format field specifier");
      }
    }
    return value;
  }

  Result<Value> find_argument(std::string_view name) {
    std::optional<int64_t> index = as_index(name);
    if (name.empty()) {
      if (manual_) {
        return value_error(
            "cannot switch from manual field specification to automatic field numbering");
      }
      automatic_ = true;
      index = next_++;
    } else if (index) {
      if (automatic_) {
        return value_error(
            "cannot switch from automatic field numbering to manual field specification");
      }
      manual_ = true;
    }
    if (index) {
      if (static_cast<size_t>(*index) >= args_.positional.size()) {
        return value_error(
            fmt::format("Replacement index {} out of range for positional args tuple", *index));
      }
      return args_.positional[static_cast<size_t>(*index)];
    }
    if (const Value* value = args_.find(name)) return *value;
    return value_error(quote(name));
  }

  Renderer& renderer_;
  const Value& format_;
  const CallArgs& args_;
  const bool markup_;
  bool automatic_ = false;
  bool manual_ = false;
  int64_t next_ = 0;
};

}  // namespace

Result<Value> str_format(Renderer& renderer, const Value& format, const CallArgs& args) {
  renderer.meter()->work(format.text().size() / 16);
  return Formatter(renderer, format, args).run();
}

}  // namespace lar::chat::jinja
