// Filters on sequences: length, first, join, batch, slice and so on.
#include <fmt/format.h>

#include <algorithm>

#include "chat/jinja/arguments.h"
#include "chat/jinja/filters/families.h"
#include "chat/jinja/objects.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/strings.h"

namespace lar::chat::jinja {
namespace {

Result<Value> do_length(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("len", args, {}, 0));
  LAR_TRY(const int64_t result, length(renderer, input));
  return Value::integer(result);
}

Value undefined_because(std::string_view hint) {
  return Value::undefined(new UndefinedReason(std::string(hint)));
}

Result<Value> do_first(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_first", args, {}, 0));
  LAR_TRY(const Ref<Iterator> iterator, renderer.iterate(input));
  Value item;
  LAR_TRY(const bool found, iterator->next(renderer, &item));
  return found ? item : undefined_because("No first item, sequence was empty.");
}

// The items in reverse; an error for what Python cannot reverse.
Result<std::vector<Value>> reversed_items(Renderer& renderer, const Value& input) {
  const bool reversible =
      !input.is_object() || as<RangeObject>(input) != nullptr || as<DictView>(input) != nullptr;
  if (!reversible || input.is_undefined()) {
    if (input.is_undefined()) return std::vector<Value>();
    return type_error(fmt::format("'{}' object is not reversible", type_name(input)));
  }
  LAR_TRY(std::vector<Value> items, renderer.to_vector(input));
  std::ranges::reverse(items);
  return items;
}

Result<Value> do_last(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_last", args, {}, 0));
  if (input.is_sequence() && !input.items().empty()) return input.items().back();
  LAR_TRY(const std::vector<Value> items, reversed_items(renderer, input));
  return items.empty() ? undefined_because("No last item, sequence was empty.") : items[0];
}

Result<Value> do_reverse(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_reverse", args, {}, 0));
  if (input.is_string()) {
    TextBuilder out(renderer.meter());
    const std::string_view text = input.text();
    for (size_t end = text.size(); end > 0;) {
      size_t begin = end - 1;
      while (begin > 0 && (text[begin] & 0xC0) == 0x80) --begin;
      out.append_slice(input, begin, end);
      end = begin;
      if (!renderer.meter()->work(1)) break;
    }
    return out.finish(input.string_data().markup);
  }
  LAR_TRY(std::vector<Value> items, renderer.to_vector(input));
  std::ranges::reverse(items);
  const bool is_iterator =
      input.is_object() && as<RangeObject>(input) == nullptr && as<DictView>(input) == nullptr;
  LAR_TRY(Value list, renderer.list(std::move(items)));
  if (is_iterator) return list;
  return iterator_value(renderer, new SequenceIterator(list, "list_reverseiterator"));
}

Result<Value> do_list(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_list", args, {}, 0));
  if (input.is_list()) return input;
  LAR_TRY(std::vector<Value> items, renderer.to_vector(input));
  return renderer.list(std::move(items));
}

Result<Value> do_join(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("sync_do_join", args, {"d", "attribute"}, 0));
  LAR_TRY(const AttributePath path, AttributePath::parse(bound.get(1), renderer.meter()));
  Meter* meter = renderer.meter();
  Value separator = bound.get(0) != nullptr ? *bound.get(0) : renderer.text("", Origin::kTemplate);
  LAR_TRY(std::vector<Value> items, renderer.to_vector(input));
  bool markup = false;
  for (Value& item : items) {
    LAR_TRY(item, path.get(renderer, std::move(item)));
    markup = markup || (item.is_string() && item.string_data().markup);
  }
  const auto is_markup = [](const Value& value) {
    return value.is_string() && value.string_data().markup;
  };
  markup = renderer.autoescape() && (markup || is_markup(separator));
  separator = markup ? escape(separator, meter) : to_str(separator, meter);
  TextBuilder out(meter);
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out.append(separator);
    if (markup) {
      out.append(escape(items[i], meter));
    } else {
      append_str(out, items[i]);
    }
    if (!meter->work(1)) return renderer.out_of_limits();
  }
  return out.finish(markup);
}

Result<Value> do_items(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_items", args, {}, 0));
  if (input.is_undefined()) {
    return iterator_value(renderer, new SequenceIterator(Value::list({})));
  }
  if (!input.is_dict()) return type_error("Can only get item pairs from a mapping.");
  return iterator_value(renderer, new DictIterator(input, DictPart::kItems, renderer.meter()));
}

Result<Value> do_batch(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_batch", args, {"linecount", "fill_with"}, 1));
  LAR_TRY(const int64_t size, to_index(*bound.get(0)));
  LAR_TRY(const std::vector<Value> items, renderer.to_vector(input));
  std::vector<Value> batches;
  std::vector<Value> batch;
  const auto flush = [&]() -> Result<void> {
    LAR_TRY(Value list, renderer.list(std::exchange(batch, {})));
    batches.push_back(std::move(list));
    return {};
  };
  for (const Value& item : items) {
    if (static_cast<int64_t>(batch.size()) == size) LAR_TRY(flush());
    batch.push_back(item);
  }
  if (!batch.empty()) {
    if (const Value* fill = bound.given(1)) {
      const int64_t missing = size - static_cast<int64_t>(batch.size());
      if (missing > 0) {
        const auto count = static_cast<uint64_t>(missing);
        if (count > kRangeMax || !renderer.meter()->work(count)) return renderer.out_of_limits();
        batch.insert(batch.end(), count, *fill);
      }
    }
    LAR_TRY(flush());
  }
  LAR_TRY(const Value list, renderer.list(std::move(batches)));
  return iterator_value(renderer, new SequenceIterator(list));
}

Result<Value> do_slice(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("sync_do_slice", args, {"slices", "fill_with"}, 1));
  LAR_TRY(const int64_t slices, to_index(*bound.get(0)));
  LAR_TRY(const std::vector<Value> items, renderer.to_vector(input));
  if (slices == 0) return value_error("integer division or modulo by zero");
  const auto size = static_cast<int64_t>(items.size());
  std::vector<Value> parts;
  if (slices > kRangeMax) return renderer.out_of_limits();
  int64_t begin = 0;
  for (int64_t i = 0; i < slices; ++i) {
    const bool extra = i < size % slices;
    const int64_t end = begin + size / slices + (extra ? 1 : 0);
    std::vector<Value> part(items.begin() + begin, items.begin() + end);
    if (bound.given(1) != nullptr && !extra) part.push_back(*bound.given(1));
    begin = end;
    LAR_TRY(Value list, renderer.list(std::move(part)));
    parts.push_back(std::move(list));
  }
  LAR_TRY(const Value list, renderer.list(std::move(parts)));
  return iterator_value(renderer, new SequenceIterator(list));
}

// Without a source of chance that would make renderings differ: always the middle item.
Result<Value> do_random(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_random", args, {}, 0));
  LAR_TRY(const int64_t size, length(renderer, input));
  if (size == 0) return undefined_because("No random item, sequence was empty.");
  return renderer.item(input, Value::integer(size / 2));
}

constexpr NamedFunction kFilters[] = {
    {"batch", do_batch},   {"count", do_length},    {"first", do_first},   {"items", do_items},
    {"join", do_join},     {"last", do_last},       {"length", do_length}, {"list", do_list},
    {"random", do_random}, {"reverse", do_reverse}, {"slice", do_slice},
};

}  // namespace

std::span<const NamedFunction> sequence_filters() {
  return kFilters;
}

}  // namespace lar::chat::jinja
