// The objects that expressions can make: ranges, dictionary views, bound methods, namespaces,
// cyclers and joiners, and iterators over plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chat/jinja/object.h"

namespace lar::chat::jinja {

class RangeObject : public EngineObject {
 public:
  RangeObject(int64_t start, int64_t step, int64_t count)
      : start_(start), step_(step), count_(count) {}

  std::string_view type_name() const override { return "range"; }
  bool truthy() const override { return count_ != 0; }
  std::optional<int64_t> length(Renderer&) override { return count_; }
  bool iterable() const override { return true; }
  bool subscriptable() const override { return true; }
  Result<Ref<Iterator>> iterate(Renderer&) override;
  Result<std::optional<Value>> item(Renderer&, const Value& key) override;
  void append_repr(TextBuilder& out, uint32_t level) const override;
  bool equals(const EngineObject& other, Meter*) const override;

  int64_t at(int64_t index) const { return start_ + index * step_; }
  // `count` items from `begin` on, every `stride`th.
  RangeObject* part(int64_t begin, int64_t stride, int64_t count) const {
    return new RangeObject(at(begin), step_ * stride, count);
  }
  int64_t count() const { return count_; }
  bool contains(int64_t value) const;

 private:
  int64_t start_;
  int64_t step_;
  int64_t count_;
};

enum class DictPart : uint8_t { kKeys, kValues, kItems };

class DictView : public EngineObject {
 public:
  DictView(Value dict, DictPart part) : dict_(std::move(dict)), part_(part) {}

  std::string_view type_name() const override;
  uint32_t depth() const override { return dict_.depth() + 1; }
  bool truthy() const override { return !dict_.entries().empty(); }
  std::optional<int64_t> length(Renderer&) override {
    return static_cast<int64_t>(dict_.entries().size());
  }
  bool iterable() const override { return true; }
  Result<Ref<Iterator>> iterate(Renderer&) override;
  void append_repr(TextBuilder& out, uint32_t level) const override;
  const Value& dict() const { return dict_; }
  DictPart part() const { return part_; }

 private:
  Value dict_;
  DictPart part_;
};

class BoundMethod : public EngineObject {
 public:
  BoundMethod(Value self, std::string_view name, Function function)
      : self_(std::move(self)), name_(name), function_(function) {}

  std::string_view type_name() const override { return "builtin_function_or_method"; }
  uint32_t depth() const override { return self_.depth() + 1; }
  bool callable() const override { return true; }
  Result<Value> call(Renderer& renderer, CallArgs& args) override;
  void append_repr(TextBuilder& out, uint32_t level) const override;

 private:
  Value self_;
  std::string name_;
  Function function_;
};

class GlobalFunction : public EngineObject {
 public:
  GlobalFunction(std::string_view name, Function function) : name_(name), function_(function) {}

  std::string_view type_name() const override { return "function"; }
  bool callable() const override { return true; }
  Result<Value> call(Renderer& renderer, CallArgs& args) override {
    return function_(renderer, Value(), args);
  }
  void append_repr(TextBuilder& out, uint32_t level) const override;

 private:
  std::string name_;
  Function function_;
};

// {% set ns.x = 1 %} changes it; the renderer empties it at the end, which breaks cycles.
class Namespace : public EngineObject {
 public:
  explicit Namespace(Meter* meter) : EngineObject(meter, sizeof(Namespace)) {}

  std::string_view type_name() const override { return "Namespace"; }
  std::string described_type() const override { return "jinja2.utils.Namespace object"; }
  Result<std::optional<Value>> attribute(Renderer&, std::string_view name) override;
  void append_repr(TextBuilder& out, uint32_t level) const override;

  void set(std::string_view name, Value value);
  void cut() override { values_.clear(); }

 private:
  Dict values_;
};

class Cycler : public EngineObject {
 public:
  Cycler(Value items, Meter* meter)
      : EngineObject(meter, sizeof(Cycler)), items_(std::move(items)) {}
  std::string_view type_name() const override { return "Cycler"; }
  uint32_t depth() const override { return items_.depth() + 1; }
  Result<std::optional<Value>> attribute(Renderer&, std::string_view name) override;
  Value next();
  void reset() { position_ = 0; }

 private:
  Value items_;
  size_t position_ = 0;
};

class Joiner : public EngineObject {
 public:
  Joiner(Value separator, Meter* meter)
      : EngineObject(meter, sizeof(Joiner)), separator_(std::move(separator)) {}
  std::string_view type_name() const override { return "Joiner"; }
  uint32_t depth() const override { return separator_.depth() + 1; }
  bool callable() const override { return true; }
  Result<Value> call(Renderer& renderer, CallArgs& args) override;

 private:
  Value separator_;
  bool used_ = false;
};

// Iterators over a list or tuple, the parts of a dictionary, the characters of a string.
class SequenceIterator : public Iterator {
 public:
  explicit SequenceIterator(Value items, std::string_view type = "generator", bool reverse = false)
      : items_(std::move(items)), type_(type), reverse_(reverse) {}
  std::string_view type_name() const override { return type_; }
  uint32_t depth() const override { return items_.depth() + 1; }
  Result<bool> next(Renderer&, Value* out) override;

 private:
  Value items_;
  std::string_view type_;
  bool reverse_;
  size_t position_ = 0;
};

class DictIterator : public Iterator {
 public:
  DictIterator(Value dict, DictPart part, Meter* meter)
      : dict_(std::move(dict)), part_(part), meter_(meter) {}
  uint32_t depth() const override { return dict_.depth() + 2; }
  Result<bool> next(Renderer&, Value* out) override;

 private:
  Value dict_;
  DictPart part_;
  Meter* meter_;
  size_t position_ = 0;
};

class StringIterator : public Iterator {
 public:
  StringIterator(Value text, Meter* meter) : text_(std::move(text)), meter_(meter) {}
  Result<bool> next(Renderer&, Value* out) override;

 private:
  Value text_;
  Meter* meter_;
  size_t position_ = 0;
};

class RangeIterator : public Iterator {
 public:
  explicit RangeIterator(Ref<RangeObject> range) : range_(std::move(range)) {}
  Result<bool> next(Renderer&, Value* out) override;

 private:
  Ref<RangeObject> range_;
  int64_t position_ = 0;
};

}  // namespace lar::chat::jinja
