// Filters that lay out text: center, indent, truncate, wordwrap.
#include <fmt/format.h>

#include <algorithm>

#include "chat/jinja/arguments.h"
#include "chat/jinja/filters/families.h"
#include "chat/jinja/filters/word_wrap.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/strings.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

Result<Value> require_string(const Value& value) {
  if (value.is_string()) return value;
  if (value.is_undefined()) return undefined_error(value);
  return type_error(fmt::format("'{}' object is not a string", type_name(value)));
}

Result<Value> do_center(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_center", args, {"width"}, 0));
  LAR_TRY(const int64_t width, bound.integer(0, 80));
  return pad(soft_str(input, renderer.meter()), width, renderer.text(" ", Origin::kTemplate),
             Side::kBoth, renderer.meter());
}

Result<Value> do_indent(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_indent", args, {"width", "first", "blank"}, 0));
  LAR_TRY(const Value text, require_string(input));
  Meter* meter = renderer.meter();
  Value indention;
  if (const Value* width = bound.get(0); width != nullptr && width->is_string()) {
    indention = *width;
  } else {
    LAR_TRY(const int64_t count, bound.integer(0, 4));
    TextBuilder blanks(meter);
    blanks.append_repeated(" ", static_cast<uint64_t>(std::max<int64_t>(count, 0)),
                           Origin::kTemplate);
    indention = blanks.finish();
  }
  LAR_TRY(const bool first, bound.truth(1, false));
  LAR_TRY(const bool blank, bound.truth(2, false));
  // The filter adds a newline before it splits, so that a trailing one is kept.
  TextBuilder ended(meter);
  ended.append(text);
  ended.append("\n", Origin::kTemplate);
  const std::vector<Value> lines = split_lines(ended.finish(), false, meter);
  TextBuilder out(meter);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out.append("\n", Origin::kTemplate);
    const bool indented = i == 0 ? first : blank || !lines[i].text().empty();
    if (indented) out.append(indention);
    out.append(lines[i]);
  }
  return out.finish(text.string_data().markup);
}

Result<Value> do_truncate(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound,
          bind("do_truncate", args, {"length", "killwords", "end", "leeway"}, 0));
  Meter* meter = renderer.meter();
  LAR_TRY(const int64_t length, bound.integer(0, 255));
  LAR_TRY(const bool kill_words, bound.truth(1, false));
  const Value end =
      bound.get(2) != nullptr ? *bound.get(2) : renderer.text("...", Origin::kTemplate);
  LAR_TRY(require_string(end));
  int64_t leeway = 5;
  if (bound.given(3) != nullptr) {
    LAR_TRY(leeway, bound.integer(3, 5));
  }
  const auto end_length = static_cast<int64_t>(count_chars(end.text()));
  if (length < end_length) {
    return value_error(fmt::format("expected length >= {}, got {}", end_length, length));
  }
  if (leeway < 0) return value_error(fmt::format("expected leeway >= 0, got {}", leeway));
  // Anything short enough passes, whatever it is.
  LAR_TRY(const int64_t size, jinja::length(renderer, input));
  if (size - leeway <= length) return input;
  LAR_TRY(const Value text, require_string(input));
  const size_t cut = offset_of_char(text.text(), static_cast<size_t>(length - end_length));
  size_t stop = cut;
  if (!kill_words) {
    const size_t blank = text.text().substr(0, cut).rfind(' ');
    if (blank != std::string_view::npos) stop = blank;
  }
  TextBuilder out(meter);
  out.append_slice(text, 0, stop);
  out.append(end);
  return out.finish(text.string_data().markup);
}

Result<Value> do_wordwrap(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound,
          bind("do_wordwrap", args, {"width", "break_long_words", "wrapstring", "break_on_hyphens"},
               0));
  LAR_TRY(const Value text, require_string(input));
  Meter* meter = renderer.meter();
  meter->work(text.text().size() / 4);
  WordWrap wrap;
  LAR_TRY(wrap.width, bound.integer(0, 79));
  LAR_TRY(wrap.break_long_words, bound.truth(1, true));
  LAR_TRY(wrap.break_on_hyphens, bound.truth(3, true));
  if (wrap.width <= 0)
    return value_error(fmt::format("invalid width {} (must be > 0)", wrap.width));
  const Value* given = bound.given(2);
  const Value separator = given != nullptr ? *given : renderer.text("\n", Origin::kTemplate);
  LAR_TRY(require_string(separator));
  TextBuilder out(meter);
  bool first_line = true;
  for (const Value& line : split_lines(text, false, meter)) {
    if (!first_line) out.append(separator);
    first_line = false;
    bool first_part = true;
    for (const Value& part : word_wrap(line, wrap, meter)) {
      if (!first_part) out.append(separator);
      first_part = false;
      out.append(part);
    }
  }
  return out.finish(text.string_data().markup);
}

constexpr NamedFunction kFilters[] = {
    {"center", do_center},
    {"indent", do_indent},
    {"truncate", do_truncate},
    {"wordwrap", do_wordwrap},
};

}  // namespace

std::span<const NamedFunction> layout_filters() {
  return kFilters;
}

}  // namespace lar::chat::jinja
