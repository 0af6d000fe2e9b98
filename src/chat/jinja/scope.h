// The variables of one block of a template, and the blocks around it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "chat/jinja/object.h"

namespace lar::chat::jinja {

class Scope : public Shared {
 public:
  Scope(Ref<Scope> parent, Meter* meter)
      : Shared(meter, sizeof(Scope) + 64), parent_(std::move(parent)) {}

  // The variable in this scope alone, or null.
  const Value* find_here(uint32_t name) const {
    for (const auto& [key, value] : variables_) {
      if (key == name) return &value;
    }
    return nullptr;
  }
  const Value* find(uint32_t name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->parent_.get()) {
      if (const Value* value = scope->find_here(name)) return value;
    }
    return nullptr;
  }

  void set(uint32_t name, Value value) {
    if (const Value* found = find_here(name)) {
      *const_cast<Value*>(found) = std::move(value);
    } else {
      variables_.emplace_back(name, std::move(value));
    }
  }
  void clear() { variables_.clear(); }
  const Ref<Scope>& parent() const { return parent_; }

  bool captured = false;  // a macro refers to it

 private:
  Ref<Scope> parent_;
  std::vector<std::pair<uint32_t, Value>> variables_;
};

}  // namespace lar::chat::jinja
