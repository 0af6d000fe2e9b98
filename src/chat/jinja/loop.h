// The special variable `loop`, and the iterator of a loop with an if.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "chat/jinja/object.h"
#include "chat/jinja/scope.h"
#include "chat/jinja/tree.h"

namespace lar::chat::jinja {

class LoopObject : public EngineObject {
 public:
  LoopObject(const Stmt& stmt,
             Ref<Scope> scope,
             Ref<Iterator> iterator,
             std::optional<int64_t> length,
             int64_t depth,
             Meter* meter)
      : EngineObject(meter, sizeof(LoopObject)),
        stmt_(stmt),
        scope_(std::move(scope)),
        iterator_(std::move(iterator)),
        length_(length),
        depth_(depth) {}

  std::string_view type_name() const override { return "LoopContext"; }
  std::string described_type() const override { return "jinja2.runtime.LoopContext object"; }
  uint32_t depth() const override { return iterator_->depth() + 1; }
  std::optional<int64_t> length(Renderer& renderer) override;
  bool callable() const override { return true; }
  Result<Value> call(Renderer& renderer, CallArgs& args) override;
  Result<std::optional<Value>> attribute(Renderer& renderer, std::string_view name) override;
  void append_repr(TextBuilder& out, uint32_t level) const override;
  void cut() override { changed_ = Value(); }

  // Moves to the next item; false at the end.
  Result<bool> advance(Renderer& renderer, Value* item);

  Result<Value> cycle(CallArgs& args) const;
  Result<Value> changed(Renderer& renderer, CallArgs& args);

  const Stmt& stmt() const { return stmt_; }
  const Ref<Scope>& scope() const { return scope_; }
  int64_t nesting() const { return depth_; }

 private:
  Result<bool> peek(Renderer& renderer);
  Result<int64_t> count(Renderer& renderer);

  const Stmt& stmt_;
  Ref<Scope> scope_;  // around the loop: a recursive call runs there again
  Ref<Iterator> iterator_;
  std::optional<int64_t> length_;
  int64_t depth_;
  int64_t index_ = -1;
  Value before_;
  Value current_;
  std::optional<Value> after_;  // read ahead
  Value changed_;               // the arguments of the last changed()
};

class FilteredIterator : public Iterator {
 public:
  FilteredIterator(const Stmt& stmt, Ref<Scope> scope, Ref<Iterator> source)
      : stmt_(stmt), scope_(std::move(scope)), source_(std::move(source)) {}
  uint32_t depth() const override { return source_->depth() + 1; }
  Result<bool> next(Renderer& renderer, Value* out) override;

 private:
  const Stmt& stmt_;
  Ref<Scope> scope_;
  Ref<Iterator> source_;
};

}  // namespace lar::chat::jinja
