// The global functions: Jinja's own, and transformers' raise_exception and strftime_now.
#include <fmt/format.h>

#include <algorithm>

#include "chat/jinja/arguments.h"
#include "chat/jinja/builtins.h"
#include "chat/jinja/objects.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"

namespace lar::chat::jinja {
namespace {

Result<Value> range(Renderer&, const Value&, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("range", args, {"start", "stop", "step"}, 1, 3));
  int64_t start = 0;
  int64_t stop = 0;
  int64_t step = 1;
  if (bound.get(1) == nullptr) {
    LAR_TRY(stop, to_index(*bound.get(0)));
  } else {
    LAR_TRY(start, to_index(*bound.get(0)));
    LAR_TRY(stop, to_index(*bound.get(1)));
    LAR_TRY(step, bound.integer(2, 1));
  }
  if (step == 0) return value_error("range() arg 3 must not be zero");
  int64_t count = 0;
  if (step > 0 ? start < stop : start > stop) {
    const auto distance = step > 0 ? static_cast<uint64_t>(stop) - static_cast<uint64_t>(start)
                                   : static_cast<uint64_t>(start) - static_cast<uint64_t>(stop);
    const uint64_t stride =
        step > 0 ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
    const uint64_t items = (distance - 1) / stride + 1;
    if (items > static_cast<uint64_t>(kRangeMax)) {
      return fail(Code::kResourceExhausted,
                  fmt::format("Range too big. The sandbox blocks ranges larger than "
                              "MAX_RANGE ({}).",
                              kRangeMax));
    }
    count = static_cast<int64_t>(items);
  }
  return Value::object(new RangeObject(start, step, count));
}

// The entries that dict() and namespace() are given.
Result<Dict> entries_of(Renderer& renderer, std::string_view function, CallArgs& args) {
  Dict entries;
  if (args.positional.size() > 1) {
    return type_error(
        fmt::format("{} expected at most 1 argument, got {}", function, args.positional.size()));
  }
  if (!args.positional.empty()) {
    const Value& source = args.positional[0];
    if (source.is_dict()) {
      entries = source.entries();
    } else {
      LAR_TRY(const std::vector<Value> pairs, renderer.to_vector(source));
      for (const Value& pair : pairs) {
        LAR_TRY(std::vector<Value> parts, renderer.to_vector(pair));
        if (parts.size() != 2) {
          return value_error(fmt::format(
              "dictionary update sequence element has length {}; 2 is required", parts.size()));
        }
        if (!hashable(parts[0])) {
          return type_error(fmt::format("unhashable type: '{}'", type_name(parts[0])));
        }
        entries.set(std::move(parts[0]), std::move(parts[1]));
      }
    }
  }
  for (auto& [name, value] : args.named) {
    entries.set(renderer.text(name, Origin::kTemplate), std::move(value));
  }
  return entries;
}

Result<Value> dict(Renderer& renderer, const Value&, CallArgs& args) {
  LAR_TRY(Dict entries, entries_of(renderer, "dict", args));
  return renderer.dict(std::move(entries));
}

Result<Value> make_namespace(Renderer& renderer, const Value&, CallArgs& args) {
  LAR_TRY(const Dict entries, entries_of(renderer, "dict", args));
  const Ref<Namespace> space(new Namespace(renderer.meter()));
  renderer.track(Ref<EngineObject>(space.get()));
  for (const auto& [key, value] : entries.entries()) {
    if (key.is_string()) space->set(key.text(), value);
  }
  return Value::object(space.get());
}

Result<Value> cycler(Renderer& renderer, const Value&, CallArgs& args) {
  if (!args.named.empty()) return type_error("Cycler takes no keyword arguments");
  if (args.positional.empty()) return type_error("at least one item has to be provided");
  LAR_TRY(Value items, renderer.tuple(std::move(args.positional)));
  return Value::object(new Cycler(std::move(items), renderer.meter()));
}

Result<Value> joiner(Renderer& renderer, const Value&, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("joiner", args, {"sep"}, 0));
  Value separator =
      bound.get(0) != nullptr ? *bound.get(0) : renderer.text(", ", Origin::kTemplate);
  return Value::object(new Joiner(std::move(separator), renderer.meter()));
}

Result<Value> raise_exception(Renderer& renderer, const Value&, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("raise_exception", args, {"message"}, 1));
  return fail(Code::kInvalidArgument, std::string(to_str(*bound.get(0), renderer.meter()).text()));
}

Result<Value> strftime_now(Renderer& renderer, const Value&, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("strftime_now", args, {"format"}, 1));
  const Value& format = *bound.get(0);
  if (!format.is_string()) {
    return type_error(fmt::format("strftime() argument 1 must be str, not {}", type_name(format)));
  }
  if (format.text().size() > 1000) return value_error("the time format is too long");
  return renderer.text(format_time(renderer.now(), format.text()), origin_of(format));
}

constexpr NamedFunction kGlobals[] = {
    {"cycler", cycler},
    {"dict", dict},
    {"joiner", joiner},
    {"namespace", make_namespace},
    {"raise_exception", raise_exception},
    {"range", range},
    {"strftime_now", strftime_now},
};

}  // namespace

Function find_global(std::string_view name) {
  const auto* found = std::ranges::find(kGlobals, name, &NamedFunction::name);
  return found == std::end(kGlobals) ? nullptr : found->function;
}

}  // namespace lar::chat::jinja
