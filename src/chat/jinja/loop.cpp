#include "chat/jinja/loop.h"

#include <fmt/format.h>

#include "chat/jinja/arguments.h"
#include "chat/jinja/objects.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/renderer.h"

namespace lar::chat::jinja {
namespace {

Result<Value> loop_cycle(Renderer&, const Value& self, CallArgs& args) {
  return as<LoopObject>(self)->cycle(args);
}

Result<Value> loop_changed(Renderer& renderer, const Value& self, CallArgs& args) {
  return as<LoopObject>(self)->changed(renderer, args);
}

}  // namespace

Result<bool> LoopObject::peek(Renderer& renderer) {
  if (after_) return true;
  Value next;
  LAR_TRY(const bool more, iterator_->next(renderer, &next));
  if (more) after_ = std::move(next);
  return more;
}

Result<bool> LoopObject::advance(Renderer& renderer, Value* item) {
  LAR_TRY(const bool more, peek(renderer));
  if (!more) return false;
  before_ = std::move(current_);
  current_ = std::move(*after_);
  after_.reset();
  ++index_;
  *item = current_;
  return true;
}

// The length of an iterator is known once the rest of it has been read.
Result<int64_t> LoopObject::count(Renderer& renderer) {
  if (length_) return *length_;
  LAR_TRY(std::vector<Value> rest, renderer.to_vector(Value::object(iterator_.get())));
  length_ = index_ + 1 + (after_ ? 1 : 0) + static_cast<int64_t>(rest.size());
  LAR_TRY(const Value list, renderer.list(std::move(rest)));
  iterator_ = Ref<Iterator>(new SequenceIterator(list));
  return *length_;
}

std::optional<int64_t> LoopObject::length(Renderer& renderer) {
  const auto result = count(renderer);
  return result ? std::optional<int64_t>(*result) : std::nullopt;
}

Result<Value> LoopObject::call(Renderer& renderer, CallArgs& args) {
  LAR_TRY(const Bound bound, bind("loop", args, {"iterable"}, 1));
  if (!stmt_.flag) {
    return type_error("The loop must have the 'recursive' marker to be called recursively.");
  }
  return renderer.recurse(*this, *bound.get(0));
}

Result<std::optional<Value>> LoopObject::attribute(Renderer& renderer, std::string_view name) {
  if (name == "index") return Value::integer(index_ + 1);
  if (name == "index0") return Value::integer(index_);
  if (name == "first") return Value::boolean(index_ == 0);
  if (name == "depth") return Value::integer(depth_ + 1);
  if (name == "depth0") return Value::integer(depth_);
  if (name == "last") {
    LAR_TRY(const bool more, peek(renderer));
    return Value::boolean(!more);
  }
  if (name == "length" || name == "revindex" || name == "revindex0") {
    LAR_TRY(const int64_t length, count(renderer));
    if (name == "length") return Value::integer(length);
    return Value::integer(length - index_ - (name == "revindex" ? 0 : 1));
  }
  if (name == "previtem") {
    if (index_ > 0) return before_;
    return Value::undefined(new UndefinedReason(std::string("there is no previous item")));
  }
  if (name == "nextitem") {
    LAR_TRY(const bool more, peek(renderer));
    if (more) return *after_;
    return Value::undefined(new UndefinedReason(std::string("there is no next item")));
  }
  if (name == "cycle" || name == "changed") {
    return Value::object(
        new BoundMethod(Value::object(this), name, name == "cycle" ? loop_cycle : loop_changed));
  }
  return std::nullopt;
}

void LoopObject::append_repr(TextBuilder& out, uint32_t) const {
  out.append(fmt::format("<LoopContext {}/{}>", index_ + 1, length_.value_or(index_ + 1)),
             Origin::kTemplate);
}

Result<Value> LoopObject::cycle(CallArgs& args) const {
  if (args.positional.empty()) return type_error("no items for cycling given");
  return args.positional[static_cast<size_t>(index_) % args.positional.size()];
}

Result<Value> LoopObject::changed(Renderer& renderer, CallArgs& args) {
  LAR_TRY(const Value values, renderer.tuple(std::move(args.positional)));
  if (changed_.is_tuple() && jinja::equals(renderer, changed_, values))
    return Value::boolean(false);
  if (values.depth() > 1) renderer.track(Ref<EngineObject>(this));
  changed_ = values;
  return Value::boolean(true);
}

Result<bool> FilteredIterator::next(Renderer& renderer, Value* out) {
  for (;;) {
    LAR_TRY(const bool more, source_->next(renderer, out));
    if (!more) return false;
    LAR_TRY(const bool passes, renderer.passes_filter(stmt_, scope_, *out));
    if (passes) return true;
  }
}

}  // namespace lar::chat::jinja
