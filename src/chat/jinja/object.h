// What every engine value (macro, loop, namespace, iterator ...) can be asked. The defaults are
// those of a plain Python object.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "chat/jinja/function.h"
#include "chat/text_builder.h"
#include "chat/value.h"

namespace lar::chat::jinja {

// A counted reference to an object of the engine.
template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_(object) {
    if (object_ != nullptr) object_->retain();
  }
  Ref(const Ref& other) : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) object_->release();
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

class Iterator;

class EngineObject : public Object {
 public:
  using Object::Object;

  // Under which name Jinja reports a missing attribute ("jinja2.utils.Namespace object").
  virtual std::string described_type() const { return std::string(type_name()) + " object"; }
  virtual bool truthy() const { return true; }
  virtual std::optional<int64_t> length(Renderer&) { return std::nullopt; }
  virtual bool iterable() const { return false; }
  virtual Result<Ref<Iterator>> iterate(Renderer& renderer);
  // Nothing where there is no such attribute or item.
  virtual Result<std::optional<Value>> attribute(Renderer&, std::string_view) { return {}; }
  virtual Result<std::optional<Value>> item(Renderer&, const Value&) { return {}; }
  virtual bool subscriptable() const { return false; }
  virtual bool callable() const { return false; }
  virtual Result<Value> call(Renderer& renderer, CallArgs& args);
  virtual void append_repr(TextBuilder& out, uint32_t level) const;
  virtual bool equals(const EngineObject& other, Meter*) const { return this == &other; }
  // Drops what the object was given after it was made: the only way to a cycle of references.
  virtual void cut() {}
};

// Yields values once; a Python generator or iterator.
class Iterator : public EngineObject {
 public:
  using EngineObject::EngineObject;
  std::string_view type_name() const override { return "generator"; }
  bool iterable() const override { return true; }
  Result<Ref<Iterator>> iterate(Renderer&) override { return Ref<Iterator>(this); }

  // False at the end.
  virtual Result<bool> next(Renderer& renderer, Value* out) = 0;
};

// The object behind the value if it is a T, else null.
template <class T>
T* as(const Value& value) {
  return value.is_object() ? dynamic_cast<T*>(value.as_object()) : nullptr;
}
inline EngineObject* engine_object(const Value& value) {
  return static_cast<EngineObject*>(value.as_object());
}

// Why a value is undefined; the message is that of Jinja's UndefinedError.
class UndefinedReason : public Object {
 public:
  explicit UndefinedReason(std::string hint) : hint_(std::move(hint)) {}
  explicit UndefinedReason(Value name) : name_(std::move(name)) {}
  UndefinedReason(std::string owner, Value name, bool unsafe)
      : owner_(std::move(owner)), name_(std::move(name)), unsafe_(unsafe) {}

  std::string_view type_name() const override { return "Undefined"; }
  std::string message() const;

 private:
  std::string hint_;
  std::string owner_;  // "dict object"; empty: a variable
  Value name_;
  bool unsafe_ = false;
};

}  // namespace lar::chat::jinja
