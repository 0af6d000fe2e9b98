#include "chat/jinja/renderer.h"

#include <fmt/format.h>

#include "chat/jinja/arguments.h"
#include "chat/jinja/lexer.h"
#include "chat/jinja/objects.h"
#include "chat/jinja/python_text.h"

namespace lar::chat::jinja {

Renderer::Renderer(const Tree& tree, const Value& context, const RenderLimits& limits, DateTime now)
    : meter_(limits.work_max, limits.memory_bytes_max),
      tree_(tree),
      context_(context),
      limits_(limits),
      now_(now),
      resolved_(tree.names.size()),
      is_resolved_(tree.names.size()),
      root_(new Scope(Ref<Scope>(), &meter_)),
      scope_(root_) {}

Renderer::~Renderer() {
  for (const Ref<EngineObject>& object : tracked_) object->cut();
  for (const Ref<Scope>& scope : captured_) scope->clear();
}

Result<void> Renderer::run(TextBuilder* out) {
  out_ = out;
  auto flow = exec_body(tree_.body);
  if (flow) return {};
  Error error = std::move(flow).error();
  if (failed_at_) {
    const Position where = position_of(tree_.source, *failed_at_);
    error.message = fmt::format("line {}, column {}: {}", where.line, where.column, error.message);
  }
  return std::unexpected<Error>(std::move(error));
}

std::unexpected<Error> Renderer::out_of_limits() {
  return fail(Code::kResourceExhausted, meter_.exceeded() && !meter_.out_of_memory()
                                            ? "the template takes too many steps"
                                            : "the template makes too much text or data");
}

Result<Ref<Iterator>> Renderer::iterate(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined: return Ref<Iterator>(new SequenceIterator(Value::list({})));
    case Kind::kString: return Ref<Iterator>(new StringIterator(value, &meter_));
    case Kind::kList: return Ref<Iterator>(new SequenceIterator(value, "list_iterator"));
    case Kind::kTuple: return Ref<Iterator>(new SequenceIterator(value, "tuple_iterator"));
    case Kind::kDict: return Ref<Iterator>(new DictIterator(value, DictPart::kKeys, &meter_));
    case Kind::kObject: return engine_object(value)->iterate(*this);
    default: break;
  }
  return type_error(fmt::format("'{}' object is not iterable", type_name(value)));
}

Result<std::vector<Value>> Renderer::to_vector(const Value& iterable) {
  if (iterable.is_sequence()) {
    if (!meter_.work(iterable.items().size() / 16)) return out_of_limits();
    return iterable.items();
  }
  LAR_TRY(const Ref<Iterator> iterator, iterate(iterable));
  std::vector<Value> items;
  HeldBytes held(&meter_, 0);
  Value item;
  for (;;) {
    LAR_TRY(const bool more, iterator->next(*this, &item));
    if (!more) return items;
    if (!meter_.work(1) || !held.add(sizeof(Value))) return out_of_limits();
    items.push_back(std::move(item));
  }
}

Result<Value> Renderer::list(std::vector<Value> items) {
  Value value = Value::list(std::move(items), &meter_);
  if (meter_.exceeded() || value.depth() > kValueDepthMax) return out_of_limits();
  return value;
}

Result<Value> Renderer::tuple(std::vector<Value> items) {
  Value value = Value::tuple(std::move(items), &meter_);
  if (meter_.exceeded() || value.depth() > kValueDepthMax) return out_of_limits();
  return value;
}

Result<Value> Renderer::dict(Dict entries) {
  Value value = Value::dict(std::move(entries), &meter_);
  if (meter_.exceeded() || value.depth() > kValueDepthMax) return out_of_limits();
  return value;
}

}  // namespace lar::chat::jinja
