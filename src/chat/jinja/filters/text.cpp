// Filters from a string to a string, and default.
#include <fmt/format.h>

#include "chat/jinja/arguments.h"
#include "chat/jinja/filters/families.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/percent_format.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/strings.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

template <std::string (*Map)(std::string_view)>
Result<Value> mapped(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("filter", args, {}, 0));
  return map_text(soft_str(input, renderer.meter()), Map, renderer.meter());
}

Result<Value> do_capitalize(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_capitalize", args, {}, 0));
  const Value text = soft_str(input, renderer.meter());
  return like(text, capitalize(text.text()), renderer.meter());
}

// Words begin behind white space and any of -({[<.
Result<Value> do_title(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_title", args, {}, 0));
  const Value text = soft_str(input, renderer.meter());
  std::string out;
  std::string rest;
  bool at_start = true;
  Chars walk(text.text());
  const auto flush = [&] {
    out += lower(rest);
    rest.clear();
  };
  char32_t c = 0;
  for (size_t begin = 0; walk.next(&c); begin = walk.position()) {
    const bool splits = is_space(c) || c == '-' || c == '(' || c == '{' || c == '[' || c == '<';
    if (splits) {
      flush();
      out += text.text().substr(begin, walk.position() - begin);
    } else if (at_start) {
      append_upper(out, c);
    } else {
      rest += text.text().substr(begin, walk.position() - begin);
    }
    at_start = splits;
  }
  flush();
  return like(text, std::move(out), renderer.meter());
}

Result<Value> do_trim(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_trim", args, {"chars"}, 0));
  const Value text = soft_str(input, renderer.meter());
  std::optional<std::string_view> chars;
  if (const Value* given = bound.given(0)) {
    if (!given->is_string()) return type_error("strip arg must be None or str");
    chars = given->text();
  }
  return strip(text, chars, Side::kBoth, renderer.meter());
}

Result<Value> do_string(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("soft_str", args, {}, 0));
  return soft_str(input, renderer.meter());
}

Result<Value> do_replace(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_replace", args, {"old", "new", "count"}, 2));
  int64_t count = -1;
  if (bound.given(2) != nullptr) {
    LAR_TRY(count, bound.integer(2, -1));
  }
  Meter* meter = renderer.meter();
  const Value old_text = to_str(*bound.get(0), meter);
  Value new_text = to_str(*bound.get(1), meter);
  Value text = to_str(input, meter);
  bool markup = false;
  if (renderer.autoescape()) {
    const auto is_markup = [](const Value& value) {
      return value.is_string() && value.string_data().markup;
    };
    text = is_markup(*bound.get(0)) || (is_markup(*bound.get(1)) && !is_markup(input))
               ? escape(input, meter)
               : soft_str(input, meter);
    markup = is_markup(text);
    if (markup) new_text = escape(*bound.get(1), meter);
  }
  meter->work(text.text().size() / 64);
  return replace(text, old_text.text(), new_text, count, markup, meter);
}

Result<Value> do_format(Renderer& renderer, const Value& input, CallArgs& args) {
  if (!args.positional.empty() && !args.named.empty()) {
    return type_error("can't handle positional and keyword arguments at the same time");
  }
  Value values;
  if (args.named.empty()) {
    LAR_TRY(values, renderer.tuple(std::move(args.positional)));
  } else {
    Dict named;
    for (const auto& [name, value] : args.named) named.set(name, value);
    LAR_TRY(values, renderer.dict(std::move(named)));
  }
  return percent_format(renderer, soft_str(input, renderer.meter()), values);
}

Result<Value> do_default(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_default", args, {"default_value", "boolean"}, 0));
  LAR_TRY(const bool boolean, bound.truth(1, false));
  if (!input.is_undefined() && !(boolean && !truthy(input))) return input;
  return bound.get(0) != nullptr ? *bound.get(0) : renderer.text("", Origin::kTemplate);
}

Result<Value> do_wordcount(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_wordcount", args, {}, 0));
  const Value text = soft_str(input, renderer.meter());
  int64_t words = 0;
  bool in_word = false;
  Chars walk(text.text());
  for (char32_t c = 0; walk.next(&c);) {
    const bool word = is_word(c);
    if (word && !in_word) ++words;
    in_word = word;
  }
  return Value::integer(words);
}

constexpr NamedFunction kFilters[] = {
    {"capitalize", do_capitalize}, {"d", do_default},           {"default", do_default},
    {"format", do_format},         {"lower", mapped<lower>},    {"replace", do_replace},
    {"string", do_string},         {"title", do_title},         {"trim", do_trim},
    {"upper", mapped<upper>},      {"wordcount", do_wordcount},
};

}  // namespace

std::span<const NamedFunction> text_filters() {
  return kFilters;
}

}  // namespace lar::chat::jinja
