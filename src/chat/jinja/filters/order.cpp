// Filters that compare: sort, dictsort, groupby, unique, min, max.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "chat/jinja/arguments.h"
#include "chat/jinja/filters/families.h"
#include "chat/jinja/objects.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"

namespace lar::chat::jinja {
namespace {

// The order of the keys' indexes: stable, also in reverse. The first comparison that fails ends it.
Result<std::vector<size_t>> sorted_order(Renderer& renderer,
                                         const std::vector<Value>& keys,
                                         bool reverse) {
  std::vector<size_t> indexes(keys.size());
  std::iota(indexes.begin(), indexes.end(), size_t{0});
  Result<int> failure = 0;
  const auto less = [&](size_t a, size_t b) {
    if (!failure) return false;
    auto result =
        reverse ? order(renderer, keys[b], keys[a], "<") : order(renderer, keys[a], keys[b], "<");
    if (!result) {
      failure = std::move(result);
      return false;
    }
    return *result < 0;
  };
  // A merge by hand: the library's sorts may not be given an order that fails half way.
  std::vector<size_t> merged(indexes.size());
  for (size_t width = 1; width < indexes.size(); width *= 2) {
    for (size_t begin = 0; begin < indexes.size(); begin += 2 * width) {
      const size_t middle = std::min(begin + width, indexes.size());
      const size_t end = std::min(begin + 2 * width, indexes.size());
      size_t left = begin;
      size_t right = middle;
      for (size_t i = begin; i < end; ++i) {
        const bool take_right =
            left == middle || (right < end && less(indexes[right], indexes[left]));
        merged[i] = take_right ? indexes[right++] : indexes[left++];
      }
      if (!failure) return std::unexpected<Error>(failure.error());
    }
    std::swap(indexes, merged);
  }
  return indexes;
}

Result<Value> do_sort(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_sort", args, {"reverse", "case_sensitive", "attribute"}, 0));
  LAR_TRY(const bool reverse, bound.truth(0, false));
  LAR_TRY(const bool case_sensitive, bound.truth(1, false));
  LAR_TRY(const auto paths, AttributePath::parse_many(bound.get(2), renderer.meter()));
  LAR_TRY(const std::vector<Value> items, renderer.to_vector(input));
  std::vector<Value> keys;
  for (const Value& item : items) {
    std::vector<Value> key;
    for (const AttributePath& path : paths) {
      LAR_TRY(Value part, path.get(renderer, item));
      key.push_back(case_sensitive ? part : ignore_case(part, renderer.meter()));
    }
    LAR_TRY(Value list, renderer.list(std::move(key)));
    keys.push_back(std::move(list));
  }
  LAR_TRY(const auto indexes, sorted_order(renderer, keys, reverse));
  std::vector<Value> sorted;
  for (const size_t index : indexes) sorted.push_back(items[index]);
  return renderer.list(std::move(sorted));
}

Result<Value> do_dictsort(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_dictsort", args, {"case_sensitive", "by", "reverse"}, 0));
  LAR_TRY(const bool case_sensitive, bound.truth(0, false));
  LAR_TRY(const bool reverse, bound.truth(2, false));
  std::string_view by = "key";
  if (const Value* given = bound.get(1)) by = given->is_string() ? given->text() : "";
  if (by != "key" && by != "value") {
    return value_error("You can only sort by either \"key\" or \"value\"");
  }
  if (input.is_undefined()) return undefined_error(input);
  if (!input.is_dict()) {
    return type_error(fmt::format("{} has no attribute 'items'", quote(described_type(input))));
  }
  const auto& entries = input.entries().entries();
  std::vector<Value> keys;
  for (const auto& [key, value] : entries) {
    const Value& chosen = by == "key" ? key : value;
    keys.push_back(case_sensitive ? chosen : ignore_case(chosen, renderer.meter()));
  }
  LAR_TRY(const auto indexes, sorted_order(renderer, keys, reverse));
  std::vector<Value> sorted;
  for (const size_t index : indexes) {
    LAR_TRY(Value pair, renderer.tuple({entries[index].first, entries[index].second}));
    sorted.push_back(std::move(pair));
  }
  return renderer.list(std::move(sorted));
}

Result<Value> do_groupby(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound,
          bind("sync_do_groupby", args, {"attribute", "default", "case_sensitive"}, 1));
  LAR_TRY(const AttributePath path, AttributePath::parse(bound.get(0), renderer.meter()));
  LAR_TRY(const bool case_sensitive, bound.truth(2, false));
  LAR_TRY(const std::vector<Value> items, renderer.to_vector(input));
  std::vector<Value> shown;
  std::vector<Value> keys;
  for (const Value& item : items) {
    LAR_TRY(Value key, path.get(renderer, item, bound.given(1)));
    keys.push_back(case_sensitive ? key : ignore_case(key, renderer.meter()));
    shown.push_back(std::move(key));
  }
  LAR_TRY(const auto indexes, sorted_order(renderer, keys, false));
  std::vector<Value> groups;
  for (size_t i = 0; i < indexes.size();) {
    std::vector<Value> members;
    const size_t first = indexes[i];
    for (; i < indexes.size() && equals(renderer, keys[indexes[i]], keys[first]); ++i) {
      members.push_back(items[indexes[i]]);
    }
    if (members.empty()) members.push_back(items[indexes[i++]]);  // a NaN equals nothing
    LAR_TRY(Value list, renderer.list(std::move(members)));
    LAR_TRY(Value group, renderer.tuple({shown[first], std::move(list)}));
    groups.push_back(std::move(group));
  }
  return renderer.list(std::move(groups));
}

Result<Value> do_unique(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("sync_do_unique", args, {"case_sensitive", "attribute"}, 0));
  LAR_TRY(const bool case_sensitive, bound.truth(0, false));
  LAR_TRY(const AttributePath path, AttributePath::parse(bound.get(1), renderer.meter()));
  LAR_TRY(const std::vector<Value> items, renderer.to_vector(input));
  Dict seen;
  std::vector<Value> kept;
  for (const Value& item : items) {
    LAR_TRY(Value key, path.get(renderer, item));
    if (!case_sensitive) key = ignore_case(key, renderer.meter());
    if (!hashable(key)) return type_error(fmt::format("unhashable type: '{}'", type_name(key)));
    if (seen.find(key) != nullptr) continue;
    seen.set(std::move(key), Value::null());
    kept.push_back(item);
    if (!renderer.meter()->work(1)) return renderer.out_of_limits();
  }
  LAR_TRY(const Value list, renderer.list(std::move(kept)));
  return iterator_value(renderer, new SequenceIterator(list));
}

template <bool Max>
Result<Value> extreme(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_min", args, {"case_sensitive", "attribute"}, 0));
  LAR_TRY(const bool case_sensitive, bound.truth(0, false));
  LAR_TRY(const AttributePath path, AttributePath::parse(bound.get(1), renderer.meter()));
  LAR_TRY(const std::vector<Value> items, renderer.to_vector(input));
  if (items.empty()) {
    return Value::undefined(
        new UndefinedReason(std::string("No aggregated item, sequence was empty.")));
  }
  size_t best = 0;
  Value best_key;
  for (size_t i = 0; i < items.size(); ++i) {
    LAR_TRY(Value key, path.get(renderer, items[i]));
    if (!case_sensitive) key = ignore_case(key, renderer.meter());
    if (i > 0) {
      LAR_TRY(const int result, order(renderer, key, best_key, Max ? ">" : "<"));
      if (Max ? result <= 0 : result >= 0) continue;
    }
    best = i;
    best_key = std::move(key);
  }
  return items[best];
}

constexpr NamedFunction kFilters[] = {
    {"dictsort", do_dictsort}, {"groupby", do_groupby}, {"max", extreme<true>},
    {"min", extreme<false>},   {"sort", do_sort},       {"unique", do_unique},
};

}  // namespace

std::span<const NamedFunction> order_filters() {
  return kFilters;
}

}  // namespace lar::chat::jinja
