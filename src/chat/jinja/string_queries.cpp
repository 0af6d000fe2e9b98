// The methods of str that answer a question: where, how often, of which kind.
#include <fmt/format.h>

#include <algorithm>

#include "chat/jinja/arguments.h"
#include "chat/jinja/method_tables.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

// Bytes [begin, end) of the text that optional start and stop arguments choose, as slices do.
struct Window {
  size_t begin = 0;
  size_t end = 0;
  bool valid = true;  // start is not behind the end of the text
};

Result<Window> window_of(std::string_view text, const Bound& bound, size_t first) {
  Window window{0, text.size(), true};
  if (bound.given(first) == nullptr && bound.given(first + 1) == nullptr) return window;
  const auto size = static_cast<int64_t>(count_chars(text));
  const auto position = [&](size_t parameter, int64_t fallback) -> Result<int64_t> {
    if (bound.given(parameter) == nullptr) return fallback;
    LAR_TRY(const int64_t index, to_index(*bound.given(parameter)));
    return index < 0 ? std::max<int64_t>(index + size, 0) : index;
  };
  LAR_TRY(const int64_t start, position(first, 0));
  LAR_TRY(int64_t stop, position(first + 1, size));
  stop = std::min(stop, size);
  window.valid = start <= size && start <= stop;
  if (!window.valid) return window;
  window.begin = offset_of_char(text, static_cast<size_t>(start));
  window.end = offset_of_char(text, static_cast<size_t>(stop));
  return window;
}

enum class Edge : uint8_t { kStart, kEnd };

template <Edge Which>
Result<Value> has_edge(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("startswith", args, {"prefix", "start", "end"}, 1, 3));
  LAR_TRY(const Window window, window_of(self.text(), bound, 1));
  if (!window.valid) return Value::boolean(false);
  const std::string_view text = self.text().substr(window.begin, window.end - window.begin);
  const auto matches = [&](const Value& edge) {
    return Which == Edge::kStart ? text.starts_with(edge.text()) : text.ends_with(edge.text());
  };
  const Value& edges = *bound.get(0);
  if (edges.is_string()) return Value::boolean(matches(edges));
  if (edges.is_undefined()) return undefined_error(edges);
  const std::string_view method = Which == Edge::kStart ? "startswith" : "endswith";
  if (!edges.is_tuple()) {
    return type_error(fmt::format("{} first arg must be str or a tuple of str, not {}", method,
                                  type_name(edges)));
  }
  for (const Value& edge : edges.items()) {
    if (!edge.is_string()) {
      return type_error(
          fmt::format("tuple for {} must only contain str, not {}", method, type_name(edge)));
    }
    if (matches(edge)) return Value::boolean(true);
  }
  return Value::boolean(false);
}

template <bool Right, bool Throws>
Result<Value> find(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("find", args, {"sub", "start", "end"}, 1, 3));
  if (!bound.get(0)->is_string()) {
    return type_error(fmt::format("must be str, not {}", type_name(*bound.get(0))));
  }
  const std::string_view needle = bound.get(0)->text();
  LAR_TRY(const Window window, window_of(self.text(), bound, 1));
  renderer.meter()->work(self.text().size() / 64);
  size_t found = std::string_view::npos;
  if (window.valid) {
    const std::string_view text = self.text().substr(window.begin, window.end - window.begin);
    found = Right ? text.rfind(needle) : text.find(needle);
  }
  if (found == std::string_view::npos) {
    if (Throws) return value_error("substring not found");
    return Value::integer(-1);
  }
  return Value::integer(
      static_cast<int64_t>(count_chars(self.text().substr(0, window.begin + found))));
}

Result<Value> count(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("count", args, {"sub", "start", "end"}, 1, 3));
  if (!bound.get(0)->is_string()) {
    return type_error(fmt::format("must be str, not {}", type_name(*bound.get(0))));
  }
  const std::string_view needle = bound.get(0)->text();
  LAR_TRY(const Window window, window_of(self.text(), bound, 1));
  if (!window.valid) return Value::integer(0);
  renderer.meter()->work(self.text().size() / 64);
  const std::string_view text = self.text().substr(window.begin, window.end - window.begin);
  if (needle.empty()) return Value::integer(static_cast<int64_t>(count_chars(text)) + 1);
  int64_t times = 0;
  for (size_t at = text.find(needle); at != std::string_view::npos;
       at = text.find(needle, at + needle.size())) {
    ++times;
  }
  return Value::integer(times);
}

// Whether the text is not empty and all its characters are of a kind.
template <bool (*Is)(char32_t)>
Result<Value> all_are(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(bind("str method", args, {}, 0));
  Chars walk(self.text());
  for (char32_t c = 0; walk.next(&c);) {
    if (!Is(c)) return Value::boolean(false);
  }
  return Value::boolean(!self.text().empty());
}

Result<Value> is_ascii(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(bind("str method", args, {}, 0));
  return Value::boolean(std::ranges::all_of(self.text(), [](char c) { return (c & 0x80) == 0; }));
}

Result<Value> is_printable_text(Renderer& renderer, const Value& self, CallArgs& args) {
  LAR_TRY(bind("str method", args, {}, 0));
  if (self.text().empty()) return Value::boolean(true);
  return all_are<is_printable>(renderer, self, args);
}

template <bool Upper>
Result<Value> is_case(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(bind("str method", args, {}, 0));
  return Value::boolean(Upper ? text_is_upper(self.text()) : text_is_lower(self.text()));
}

Result<Value> istitle(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(bind("str method", args, {}, 0));
  Chars walk(self.text());
  bool any = false;
  bool in_word = false;
  for (char32_t c = 0; walk.next(&c);) {
    if (is_upper(c) || is_title(c)) {
      if (in_word) return Value::boolean(false);
      any = in_word = true;
    } else if (is_lower(c)) {
      if (!in_word) return Value::boolean(false);
    } else {
      in_word = false;
    }
  }
  return Value::boolean(any);
}

Result<Value> isidentifier(Renderer&, const Value& self, CallArgs& args) {
  LAR_TRY(bind("str method", args, {}, 0));
  Chars walk(self.text());
  char32_t c = 0;
  if (!walk.next(&c) || !is_identifier_start(c)) return Value::boolean(false);
  while (walk.next(&c)) {
    if (!is_identifier_part(c)) return Value::boolean(false);
  }
  return Value::boolean(true);
}

constexpr NamedFunction kMethods[] = {
    {"count", count},
    {"endswith", has_edge<Edge::kEnd>},
    {"find", find<false, false>},
    {"index", find<false, true>},
    {"isalnum", all_are<is_alnum>},
    {"isalpha", all_are<is_alpha>},
    {"isascii", is_ascii},
    {"isdecimal", all_are<is_decimal>},
    {"isdigit", all_are<is_digit>},
    {"isidentifier", isidentifier},
    {"islower", is_case<false>},
    {"isnumeric", all_are<is_numeric>},
    {"isprintable", is_printable_text},
    {"isspace", all_are<is_space>},
    {"istitle", istitle},
    {"isupper", is_case<true>},
    {"rfind", find<true, false>},
    {"rindex", find<true, true>},
    {"startswith", has_edge<Edge::kStart>},
};

}  // namespace

std::span<const NamedFunction> string_queries() {
  return kMethods;
}

}  // namespace lar::chat::jinja
