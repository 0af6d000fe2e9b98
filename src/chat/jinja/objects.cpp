#include "chat/jinja/objects.h"

#include <fmt/format.h>

#include "chat/jinja/arguments.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

Value part_of(const Dict::Entry& entry, DictPart part, Meter* meter) {
  switch (part) {
    case DictPart::kKeys: return entry.first;
    case DictPart::kValues: return entry.second;
    case DictPart::kItems: break;
  }
  return Value::tuple({entry.first, entry.second}, meter);
}

Result<Value> cycler_next(Renderer&, const Value& self, CallArgs&) {
  return as<Cycler>(self)->next();
}

Result<Value> cycler_reset(Renderer&, const Value& self, CallArgs&) {
  as<Cycler>(self)->reset();
  return Value::null();
}

}  // namespace

Result<Ref<Iterator>> EngineObject::iterate(Renderer&) {
  return type_error(fmt::format("'{}' object is not iterable", type_name()));
}

Result<Value> EngineObject::call(Renderer&, CallArgs&) {
  return type_error(fmt::format("'{}' object is not callable", type_name()));
}

void EngineObject::append_repr(TextBuilder& out, uint32_t) const {
  out.append(fmt::format("<{} object>", type_name()), Origin::kTemplate);
}

std::string UndefinedReason::message() const {
  if (!hint_.empty()) return hint_;
  const std::string name = repr_text(name_, nullptr);
  if (owner_.empty()) return fmt::format("{} is undefined", name);
  if (unsafe_) return fmt::format("access to attribute {} of '{}' object is unsafe.", name, owner_);
  if (!name_.is_string()) return fmt::format("{} has no element {}", owner_, name);
  return fmt::format("{} has no attribute {}", quote(owner_), name);
}

Result<Ref<Iterator>> RangeObject::iterate(Renderer&) {
  return Ref<Iterator>(new RangeIterator(Ref<RangeObject>(this)));
}

Result<std::optional<Value>> RangeObject::item(Renderer&, const Value& key) {
  if (!key.is_int() && !key.is_bool()) return std::nullopt;
  const int64_t index = key.as_int() < 0 ? key.as_int() + count_ : key.as_int();
  if (index < 0 || index >= count_) return std::nullopt;
  return Value::integer(at(index));
}

bool RangeObject::contains(int64_t value) const {
  if (count_ == 0) return false;
  const int64_t first = start_;
  const int64_t last = at(count_ - 1);
  if (value < std::min(first, last) || value > std::max(first, last)) return false;
  return (static_cast<uint64_t>(value) - static_cast<uint64_t>(first)) %
                 static_cast<uint64_t>(step_ < 0 ? -step_ : step_) ==
             0 ||
         (step_ < 0 && (first - value) % -step_ == 0);
}

void RangeObject::append_repr(TextBuilder& out, uint32_t) const {
  const int64_t stop = start_ + count_ * step_;
  out.append(step_ == 1 ? fmt::format("range({}, {})", start_, stop)
                        : fmt::format("range({}, {}, {})", start_, stop, step_),
             Origin::kTemplate);
}

bool RangeObject::equals(const EngineObject& other, Meter*) const {
  const auto* range = dynamic_cast<const RangeObject*>(&other);
  if (range == nullptr || range->count_ != count_) return false;
  if (count_ == 0) return true;
  return start_ == range->start_ && (count_ == 1 || step_ == range->step_);
}

std::string_view DictView::type_name() const {
  switch (part_) {
    case DictPart::kKeys: return "dict_keys";
    case DictPart::kValues: return "dict_values";
    case DictPart::kItems: break;
  }
  return "dict_items";
}

Result<Ref<Iterator>> DictView::iterate(Renderer& renderer) {
  return Ref<Iterator>(new DictIterator(dict_, part_, renderer.meter()));
}

void DictView::append_repr(TextBuilder& out, uint32_t level) const {
  out.append(fmt::format("{}([", type_name()), Origin::kTemplate);
  bool first = true;
  for (const Dict::Entry& entry : dict_.entries().entries()) {
    if (out.meter() != nullptr && out.meter()->exceeded()) return;
    if (!first) out.append(", ", Origin::kTemplate);
    first = false;
    jinja::append_repr(out, part_of(entry, part_, out.meter()), level + 1);
  }
  out.append("])", Origin::kTemplate);
}

Result<Value> BoundMethod::call(Renderer& renderer, CallArgs& args) {
  if (!renderer.charge(self_)) return renderer.out_of_limits();
  return function_(renderer, self_, args);
}

void BoundMethod::append_repr(TextBuilder& out, uint32_t) const {
  out.append(fmt::format("<built-in method {} of {} object>", name_, jinja::type_name(self_)),
             Origin::kTemplate);
}

void GlobalFunction::append_repr(TextBuilder& out, uint32_t) const {
  out.append(fmt::format("<function {}>", name_), Origin::kTemplate);
}

Result<std::optional<Value>> Namespace::attribute(Renderer&, std::string_view name) {
  const Value* found = values_.find(name);
  return found == nullptr ? std::nullopt : std::optional<Value>(*found);
}

void Namespace::set(std::string_view name, Value value) {
  if (values_.find(name) == nullptr) held_.add(sizeof(Dict::Entry) + name.size() + 64);
  values_.set(name, std::move(value));
}

void Namespace::append_repr(TextBuilder& out, uint32_t level) const {
  out.append("<Namespace {", Origin::kTemplate);
  bool first = true;
  for (const auto& [key, value] : values_.entries()) {
    if (out.meter() != nullptr && !out.meter()->work(1)) return;
    if (!first) out.append(", ", Origin::kTemplate);
    first = false;
    jinja::append_repr(out, key, level + 1);
    out.append(": ", Origin::kTemplate);
    // A namespace may hold itself.
    jinja::append_repr(out, value, level + (value.is_object() ? 100 : 1));
  }
  out.append("}>", Origin::kTemplate);
}

Result<std::optional<Value>> Cycler::attribute(Renderer&, std::string_view name) {
  const auto& items = items_.items();
  if (name == "current") return items[position_];
  if (name == "pos") return Value::integer(static_cast<int64_t>(position_));
  if (name == "items") return items_;
  const auto method = [&](Function function) {
    return Value::object(new BoundMethod(Value::object(this), name, function));
  };
  if (name == "next") return method(cycler_next);
  if (name == "reset") return method(cycler_reset);
  return std::nullopt;
}

Value Cycler::next() {
  Value value = items_.items()[position_];
  position_ = (position_ + 1) % items_.items().size();
  return value;
}

Result<Value> Joiner::call(Renderer&, CallArgs&) {
  if (std::exchange(used_, true)) return separator_;
  return Value::string("", Origin::kTemplate);
}

Result<bool> SequenceIterator::next(Renderer&, Value* out) {
  const auto& items = items_.items();
  if (position_ >= items.size()) return false;
  *out = items[reverse_ ? items.size() - 1 - position_ : position_];
  ++position_;
  return true;
}

Result<bool> DictIterator::next(Renderer&, Value* out) {
  const auto& entries = dict_.entries().entries();
  if (position_ >= entries.size()) return false;
  *out = part_of(entries[position_++], part_, meter_);
  return true;
}

Result<bool> StringIterator::next(Renderer&, Value* out) {
  const std::string_view text = text_.text();
  if (position_ >= text.size()) return false;
  Chars chars(text.substr(position_));
  char32_t c = 0;
  chars.next(&c);
  // The characters of markup are plain strings.
  TextBuilder piece(meter_);
  piece.append_slice(text_, position_, position_ + chars.position());
  *out = piece.finish();
  position_ += chars.position();
  return true;
}

Result<bool> RangeIterator::next(Renderer&, Value* out) {
  if (position_ >= range_->count()) return false;
  *out = Value::integer(range_->at(position_++));
  return true;
}

}  // namespace lar::chat::jinja
