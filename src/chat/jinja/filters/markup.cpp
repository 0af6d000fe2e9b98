// Filters about HTML and URLs: escape, safe, striptags, urlencode, xmlattr.
#include <fmt/format.h>

#include <algorithm>

#include "chat/jinja/arguments.h"
#include "chat/jinja/filters/families.h"
#include "chat/jinja/filters/html_entities.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/strings.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

Result<Value> do_escape(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("escape", args, {}, 0));
  return escape(input, renderer.meter());
}

Result<Value> do_forceescape(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_forceescape", args, {}, 0));
  return escape(to_str(input, renderer.meter()), renderer.meter());
}

Result<Value> do_safe(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_mark_safe", args, {}, 0));
  TextBuilder out(renderer.meter());
  append_str(out, input);
  return out.finish(true);
}

Result<Value> do_striptags(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_striptags", args, {}, 0));
  const Value text = to_str(input, renderer.meter());
  const auto drop = [&](std::string_view from, std::string_view open, std::string_view close) {
    std::string kept;
    size_t at = 0;
    for (;;) {
      const size_t begin = from.find(open, at);
      const size_t end = begin == std::string_view::npos ? begin : from.find(close, begin);
      if (end == std::string_view::npos) break;
      kept += from.substr(at, begin - at);
      at = end + close.size();
    }
    return kept.append(from.substr(at));
  };
  renderer.meter()->work(text.text().size() / 8);
  const std::string without_comments = drop(text.text(), "<!--", "-->");
  const Value stripped = like(text, drop(without_comments, "<", ">"), renderer.meter());
  std::string out;
  for (const Value& word : split(stripped, std::nullopt, -1, renderer.meter())) {
    if (!out.empty()) out.push_back(' ');
    out += word.text();
  }
  return like(text, unescape_html(out), renderer.meter());
}

std::string url_quote(std::string_view text, bool query) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.' || c == '-' || c == '~' || (c == '/' && !query);
    if (plain) {
      out.push_back(c);
    } else if (c == ' ' && query) {
      out.push_back('+');
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Value quoted(Renderer& renderer, const Value& value, bool query) {
  const Value text = to_str(value, renderer.meter());
  renderer.meter()->work(text.text().size() / 4);
  return renderer.text(url_quote(text.text(), query), origin_of(text));
}

Result<Value> do_urlencode(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_urlencode", args, {}, 0));
  const bool iterable = input.is_dict() || input.is_sequence() || input.is_undefined() ||
                        (input.is_object() && engine_object(input)->iterable());
  if (!iterable) return quoted(renderer, input, false);
  std::vector<Value> pairs;
  if (input.is_dict()) {
    for (const auto& [key, value] : input.entries().entries()) {
      LAR_TRY(Value pair, renderer.tuple({key, value}));
      pairs.push_back(std::move(pair));
    }
  } else {
    LAR_TRY(pairs, renderer.to_vector(input));
  }
  TextBuilder out(renderer.meter());
  for (const Value& pair : pairs) {
    LAR_TRY(const std::vector<Value> parts, renderer.to_vector(pair));
    if (parts.size() != 2) return value_error("urlencode takes pairs of key and value");
    if (out.size() > 0) out.append("&", Origin::kTemplate);
    out.append(quoted(renderer, parts[0], true));
    out.append("=", Origin::kTemplate);
    out.append(quoted(renderer, parts[1], true));
  }
  return out.finish();
}

Result<Value> do_xmlattr(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_xmlattr", args, {"autospace"}, 0));
  LAR_TRY(const bool autospace, bound.truth(0, true));
  if (input.is_undefined()) return undefined_error(input);
  if (!input.is_dict()) {
    return type_error(fmt::format("{} has no attribute 'items'", quote(described_type(input))));
  }
  TextBuilder out(renderer.meter());
  for (const auto& [key, value] : input.entries().entries()) {
    if (value.is_null() || value.is_undefined()) continue;
    if (!key.is_string()) return type_error("expected string or bytes-like object");
    if (key.text().find_first_of(" \t\n\r\f\v/>=") != std::string_view::npos) {
      return value_error(fmt::format("Invalid character in attribute name: {}", quote(key.text())));
    }
    if (out.size() > 0 || autospace) out.append(" ", Origin::kTemplate);
    out.append(escape(key, renderer.meter()));
    out.append("=\"", Origin::kTemplate);
    out.append(escape(value, renderer.meter()));
    out.append("\"", Origin::kTemplate);
  }
  return out.finish(renderer.autoescape());
}

constexpr NamedFunction kFilters[] = {
    {"e", do_escape},        {"escape", do_escape},       {"forceescape", do_forceescape},
    {"safe", do_safe},       {"striptags", do_striptags}, {"urlencode", do_urlencode},
    {"xmlattr", do_xmlattr},
};

}  // namespace

std::span<const NamedFunction> markup_filters() {
  return kFilters;
}

}  // namespace lar::chat::jinja
