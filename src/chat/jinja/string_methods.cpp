// The methods of str that return strings and lists; string_tests.cpp has those that ask.
#include <fmt/format.h>

#include "chat/jinja/arguments.h"
#include "chat/jinja/method_tables.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"
#include "chat/jinja/str_format.h"
#include "chat/jinja/strings.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

Result<void> no_arguments(std::string_view method, const CallArgs& args) {
  if (args.positional.empty() && args.named.empty()) return {};
  return type_error(fmt::format("str.{}() takes no arguments", method));
}

Result<std::string_view> string_argument(const Value& value) {
  if (value.is_string()) return value.text();
  if (value.is_undefined()) return undefined_error(value);
  return type_error(fmt::format("must be str, not {}", type_name(value)));
}

template <std::string (*Map)(std::string_view)>
Result<Value> mapped(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(no_arguments("method", args));
  return map_text(self, Map, renderer.meter());
}

// For mappings where one character depends on its neighbours.
template <std::string (*Map)(std::string_view)>
Result<Value> mapped_whole(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(no_arguments("method", args));
  if (!renderer.meter()->work(self.text().size() / 16)) return renderer.out_of_limits();
  return like(self, Map(self.text()), renderer.meter());
}

template <Side Which>
Result<Value> strip_method(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("strip", args, {"chars"}, 0, 1));
  std::optional<std::string_view> chars;
  if (const Value* given = bound.given(0)) {
    LAR_TRY(chars, string_argument(*given));
  }
  renderer.meter()->work(self.text().size() / 64);
  return strip(self, chars, Which, renderer.meter());
}

template <bool Right>
Result<Value> split_method(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("split", args, {"sep", "maxsplit"}, 0));
  std::optional<std::string_view> separator;
  if (const Value* given = bound.given(0)) {
    LAR_TRY(separator, string_argument(*given));
    if (separator->empty()) return value_error("empty separator");
  }
  LAR_TRY(const int64_t splits_max, bound.integer(1, -1));
  return renderer.list(Right ? split_right(self, separator, splits_max, renderer.meter())
                             : split(self, separator, splits_max, renderer.meter()));
}

Result<Value> splitlines(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("splitlines", args, {"keepends"}, 0));
  LAR_TRY(const bool keep_ends, bound.truth(0, false));
  return renderer.list(split_lines(self, keep_ends, renderer.meter()));
}

Result<Value> replace_method(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("str.replace", args, {"old", "new", "count"}, 2, 3));
  LAR_TRY(const std::string_view old_text, string_argument(*bound.get(0)));
  const bool markup = self.string_data().markup;
  if (!markup) LAR_TRY(string_argument(*bound.get(1)));
  const Value new_text = markup ? escape(*bound.get(1), renderer.meter()) : *bound.get(1);
  LAR_TRY(const int64_t count, bound.integer(2, -1));
  renderer.meter()->work(self.text().size() / 64);
  return replace(self, old_text, new_text, count, markup, renderer.meter());
}

Result<Value> join(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("str.join", args, {"iterable"}, 1, 1));
  LAR_TRY(const std::vector<Value> items, renderer.to_vector(*bound.get(0)));
  const bool markup = self.string_data().markup;
  TextBuilder out(renderer.meter());
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out.append(self);
    if (markup) {
      out.append(escape(items[i], renderer.meter()));
    } else if (items[i].is_string()) {
      out.append(items[i]);
    } else {
      return type_error(
          fmt::format("sequence item {}: expected str instance, {} found", i, type_name(items[i])));
    }
  }
  return out.finish(markup);
}

template <Side TextSide>
Result<Value> pad_method(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("str.center", args, {"width", "fillchar"}, 1, 2));
  LAR_TRY(const int64_t width, to_index(*bound.get(0)));
  Value fill = bound.get(1) != nullptr ? *bound.get(1) : renderer.text(" ", Origin::kTemplate);
  LAR_TRY(const std::string_view fill_text, string_argument(fill));
  if (count_chars(fill_text) != 1) {
    return type_error("The fill character must be exactly one character long");
  }
  if (self.string_data().markup) fill = escape(fill, renderer.meter());
  return pad(self, width, fill, TextSide, renderer.meter());
}

Result<Value> zfill(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("str.zfill", args, {"width"}, 1, 1));
  LAR_TRY(const int64_t width, to_index(*bound.get(0)));
  const std::string_view text = self.text();
  const auto length = static_cast<int64_t>(count_chars(text));
  const size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  TextBuilder out(renderer.meter());
  out.append_slice(self, 0, sign);
  if (width > length) {
    out.append_repeated("0", static_cast<uint64_t>(width - length), origin_of(self));
  }
  out.append_slice(self, sign, text.size());
  return out.finish(self.string_data().markup);
}

Result<Value> expandtabs(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("expandtabs", args, {"tabsize"}, 0));
  LAR_TRY(const int64_t tab, bound.integer(0, 8));
  TextBuilder out(renderer.meter());
  const std::string_view text = self.text();
  Chars walk(text);
  int64_t column = 0;
  char32_t c = 0;
  for (size_t begin = 0; walk.next(&c); begin = walk.position()) {
    if (c == '\t') {
      if (tab <= 0) continue;
      const int64_t blanks = tab - column % tab;
      out.append_repeated(" ", static_cast<uint64_t>(blanks), self.string_data().origin_at(begin));
      column += blanks;
    } else {
      out.append_slice(self, begin, walk.position());
      column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
    if (!renderer.meter()->work(1)) break;
  }
  return out.finish(self.string_data().markup);
}

template <bool Right>
Result<Value> partition(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("str.partition", args, {"sep"}, 1, 1));
  LAR_TRY(const std::string_view separator, string_argument(*bound.get(0)));
  if (separator.empty()) return value_error("empty separator");
  const std::string_view text = self.text();
  const size_t found = Right ? text.rfind(separator) : text.find(separator);
  const auto part = [&](size_t begin, size_t end) {
    return slice_string(self, begin, end, renderer.meter());
  };
  const size_t size = text.size();
  if (found == std::string_view::npos) {
    return Right ? renderer.tuple({part(0, 0), part(0, 0), self})
                 : renderer.tuple({self, part(size, size), part(size, size)});
  }
  const size_t behind = found + separator.size();
  return renderer.tuple({part(0, found), part(found, behind), part(behind, size)});
}

Result<Value> removeprefix(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("str.removeprefix", args, {"prefix"}, 1, 1));
  LAR_TRY(const std::string_view prefix, string_argument(*bound.get(0)));
  if (!self.text().starts_with(prefix)) return self;
  return slice_string(self, prefix.size(), self.text().size(), renderer.meter());
}

Result<Value> removesuffix(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("str.removesuffix", args, {"suffix"}, 1, 1));
  LAR_TRY(const std::string_view suffix, string_argument(*bound.get(0)));
  if (!self.text().ends_with(suffix)) return self;
  return slice_string(self, 0, self.text().size() - suffix.size(), renderer.meter());
}

Result<Value> format_method(Renderer& renderer, const Value& self, CallArgs& args) {
  return str_format(renderer, self, args);
}

Result<Value> format_map(Renderer& renderer, const Value& self, CallArgs& args) {
  if (!args.named.empty()) return type_error("format_map() takes no keyword arguments");
  if (args.positional.size() != 1) {
    return type_error(
        fmt::format("format_map() takes exactly one argument ({} given)", args.positional.size()));
  }
  CallArgs fields;
  if (args.positional[0].is_dict()) {
    for (const auto& [key, value] : args.positional[0].entries().entries()) {
      if (key.is_string()) fields.named.emplace_back(key.text(), value);
    }
  }
  return str_format(renderer, self, fields);
}

constexpr NamedFunction kMethods[] = {
    {"capitalize", mapped_whole<capitalize>},
    {"casefold", mapped<casefold>},
    {"center", pad_method<Side::kBoth>},
    {"expandtabs", expandtabs},
    {"format", format_method},
    {"format_map", format_map},
    {"join", join},
    {"ljust", pad_method<Side::kLeft>},
    {"lower", mapped_whole<lower>},
    {"lstrip", strip_method<Side::kLeft>},
    {"partition", partition<false>},
    {"removeprefix", removeprefix},
    {"removesuffix", removesuffix},
    {"replace", replace_method},
    {"rjust", pad_method<Side::kRight>},
    {"rpartition", partition<true>},
    {"rsplit", split_method<true>},
    {"rstrip", strip_method<Side::kRight>},
    {"split", split_method<false>},
    {"splitlines", splitlines},
    {"strip", strip_method<Side::kBoth>},
    {"swapcase", mapped<swap_case>},
    {"title", mapped_whole<title_case>},
    {"upper", mapped<upper>},
    {"zfill", zfill},
};

}  // namespace

std::span<const NamedFunction> string_methods() {
  return kMethods;
}

}  // namespace lar::chat::jinja
