// Filters that apply another filter or a test to each item: map, select, reject and theirs by
// attribute. As in Jinja they are lazy: an item is looked at when it is asked for.
#include <fmt/format.h>

#include "chat/jinja/arguments.h"
#include "chat/jinja/builtins.h"
#include "chat/jinja/filters/families.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"

namespace lar::chat::jinja {
namespace {

uint32_t depth_of(const CallArgs& args) {
  uint32_t depth = 0;
  for (const Value& value : args.positional) depth = std::max(depth, value.depth());
  for (const auto& [name, value] : args.named) depth = std::max(depth, value.depth());
  return depth;
}

// A filter or test with its further arguments, or nothing.
struct Applied {
  Function function = nullptr;
  CallArgs args;

  Result<Value> apply(Renderer& renderer, const Value& item) const {
    CallArgs copy = args;
    return function(renderer, item, copy);
  }
};

class LazyIterator : public Iterator {
 public:
  LazyIterator(const Value& source, Applied applied, AttributePath path)
      : source_(source), applied_(std::move(applied)), path_(std::move(path)) {
    depth_ = std::max(source.depth(), depth_of(applied_.args)) + 1;
  }
  uint32_t depth() const override { return depth_; }

 protected:
  Result<bool> next_source(Renderer& renderer, Value* out) {
    const Recursion::Level nested(renderer.recursion());
    if (!nested) return fail(Code::kResourceExhausted, "iterators are nested too deeply");
    if (!started_) {
      started_ = true;
      if (!jinja::truthy(source_)) return false;
      LAR_TRY(iterator_, renderer.iterate(source_));
    }
    if (!iterator_) return false;
    if (!renderer.meter()->work(1)) return renderer.out_of_limits();
    return iterator_->next(renderer, out);
  }

  const Applied& applied() const { return applied_; }
  const AttributePath& path() const { return path_; }

 private:
  Value source_;
  Applied applied_;
  AttributePath path_;
  Ref<Iterator> iterator_;
  uint32_t depth_ = 1;
  bool started_ = false;
};

class MapIterator : public LazyIterator {
 public:
  MapIterator(const Value& source,
              Applied applied,
              AttributePath path,
              std::optional<Value> fallback)
      : LazyIterator(source, std::move(applied), std::move(path)), fallback_(std::move(fallback)) {}

  Result<bool> next(Renderer& renderer, Value* out) override {
    LAR_TRY(const bool more, next_source(renderer, out));
    if (!more) return false;
    if (applied().function != nullptr) {
      LAR_TRY(*out, applied().apply(renderer, *out));
    } else {
      LAR_TRY(*out, path().get(renderer, std::move(*out), fallback_ ? &*fallback_ : nullptr));
    }
    return true;
  }

 private:
  std::optional<Value> fallback_;
};

class SelectIterator : public LazyIterator {
 public:
  SelectIterator(const Value& source, Applied applied, AttributePath path, bool wanted)
      : LazyIterator(source, std::move(applied), std::move(path)), wanted_(wanted) {}

  Result<bool> next(Renderer& renderer, Value* out) override {
    for (;;) {
      LAR_TRY(const bool more, next_source(renderer, out));
      if (!more) return false;
      LAR_TRY(Value tested, path().get(renderer, *out));
      if (applied().function != nullptr) {
        LAR_TRY(tested, applied().apply(renderer, tested));
      }
      if (jinja::truthy(tested) == wanted_) return true;
    }
  }

 private:
  bool wanted_;
};

// The filter or test that positional argument `at` names; the arguments behind it are its own.
Result<Applied> take_applied(CallArgs& args,
                             size_t at,
                             Function (*find)(std::string_view),
                             std::string_view what) {
  Applied applied;
  const Value& name = args.positional[at];
  if (name.is_string()) applied.function = find(name.text());
  if (applied.function == nullptr) {
    const std::string shown = name.is_string() ? quote(name.text()) : repr_text(name, nullptr);
    return type_error(fmt::format("No {} named {}.", what, shown));
  }
  applied.args.positional.assign(args.positional.begin() + static_cast<ptrdiff_t>(at) + 1,
                                 args.positional.end());
  applied.args.named = std::move(args.named);
  return applied;
}

// Jinja looks at the arguments only when there is something to apply them to.
Result<Value> empty(Renderer& renderer) {
  return iterator_value(renderer, new MapIterator(Value(), {}, {}, std::nullopt));
}

Result<Value> do_map(Renderer& renderer, const Value& input, CallArgs& args) {
  if (!jinja::truthy(input)) return empty(renderer);
  if (args.positional.empty() && args.find("attribute") != nullptr) {
    for (const auto& [name, value] : args.named) {
      if (name != "attribute" && name != "default") {
        return type_error(fmt::format("Unexpected keyword argument {}", quote(name)));
      }
    }
    LAR_TRY(AttributePath path, AttributePath::parse(args.find("attribute"), renderer.meter()));
    std::optional<Value> fallback;
    if (const Value* given = args.find("default"); given != nullptr && !given->is_null()) {
      fallback = *given;
    }
    return iterator_value(renderer,
                          new MapIterator(input, {}, std::move(path), std::move(fallback)));
  }
  if (args.positional.empty()) return type_error("map requires a filter argument");
  LAR_TRY(Applied applied, take_applied(args, 0, find_filter, "filter"));
  return iterator_value(renderer, new MapIterator(input, std::move(applied), {}, std::nullopt));
}

template <bool Wanted, bool ByAttribute>
Result<Value> choose(Renderer& renderer, const Value& input, CallArgs& args) {
  if (!jinja::truthy(input)) return empty(renderer);
  AttributePath path;
  size_t at = 0;
  if (ByAttribute) {
    if (args.positional.empty()) return type_error("Missing parameter for attribute name");
    LAR_TRY(path, AttributePath::parse(&args.positional[0], renderer.meter()));
    at = 1;
  }
  Applied applied;
  if (args.positional.size() > at) {
    LAR_TRY(applied, take_applied(args, at, find_test, "test"));
  }
  return iterator_value(renderer,
                        new SelectIterator(input, std::move(applied), std::move(path), Wanted));
}

// The attribute alone, without falling back to an item of that name.
Result<Value> do_attr(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("do_attr", args, {"name"}, 1));
  const Value& name = *bound.get(0);
  if (!name.is_string()) return type_error("attribute name must be string");
  if (input.is_dict() && find_method(input, name.text()).function == nullptr) {
    return renderer.missing(input, name, find_method(input, name.text()).unsafe);
  }
  return renderer.attribute(input, name);
}

constexpr NamedFunction kFilters[] = {
    {"attr", do_attr},
    {"map", do_map},
    {"reject", choose<false, false>},
    {"rejectattr", choose<false, true>},
    {"select", choose<true, false>},
    {"selectattr", choose<true, true>},
};

}  // namespace

std::span<const NamedFunction> select_filters() {
  return kFilters;
}

}  // namespace lar::chat::jinja
