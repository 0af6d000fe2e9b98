// Walks the tree of a template over one context. An instance renders once; filters, tests and
// methods use it to reach what is not in their arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/jinja/date_time.h"
#include "chat/jinja/limits.h"
#include "chat/jinja/macro.h"
#include "chat/jinja/object.h"
#include "chat/jinja/recursion.h"
#include "chat/jinja/scope.h"
#include "chat/jinja/tree.h"
#include "chat/text_builder.h"

namespace lar::chat::jinja {

class LoopObject;

class Renderer {
 public:
  // `tree` and `context` (a dictionary) stay the caller's and outlive the renderer.
  Renderer(const Tree& tree, const Value& context, const RenderLimits& limits, DateTime now);
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;
  ~Renderer();

  // Appends the rendering to `out`, which counts on meter().
  Result<void> run(TextBuilder* out);

  Meter* meter() { return &meter_; }
  const DateTime& now() const { return now_; }
  bool autoescape() const { return autoescape_; }

  Result<Value> call(const Value& callee, CallArgs& args);
  Result<Value> attribute(const Value& object, const Value& name);
  Result<Value> item(const Value& object, const Value& key);
  Result<Ref<Iterator>> iterate(const Value& value);
  Result<std::vector<Value>> to_vector(const Value& iterable);

  // New values, within the limits.
  Value text(std::string_view text, Origin origin) {
    return Value::string(std::string(text), origin, &meter_);
  }
  Result<Value> list(std::vector<Value> items);
  Result<Value> tuple(std::vector<Value> items);
  Result<Value> dict(Dict entries);
  // What a missing attribute or item evaluates to.
  Value missing(const Value& object, const Value& name, bool unsafe);
  Recursion& recursion() { return recursion_; }
  // Counts what a filter, test or method will do at least with its input; false: over the limit.
  bool charge(const Value& input) {
    return !input.is_string() || meter_.work_on(input.text().size());
  }

  // Keeps a changeable object until the end, when its references are cut.
  void track(Ref<EngineObject> object) { tracked_.push_back(std::move(object)); }

  Result<Value> call_macro(const MacroObject& macro, CallArgs& args);
  // Renders the body of a recursive loop over other items.
  Result<Value> recurse(const LoopObject& loop, const Value& iterable);
  Result<bool> passes_filter(const Stmt& loop, const Ref<Scope>& parent, const Value& item);

  std::unexpected<Error> out_of_limits();

 private:
  enum class Flow : uint8_t { kNext, kBreak, kContinue };
  struct LoopRun {
    Ref<Iterator> iterator;
    std::optional<int64_t> length;
    int64_t depth = 0;
  };

  // Statements.
  Result<Flow> exec_body(const Body& body);
  Result<Flow> exec(const Stmt& stmt);
  Result<Flow> exec_output(const Stmt& stmt);
  Result<Flow> exec_if(const Stmt& stmt);
  Result<Flow> exec_for(const Stmt& stmt);
  Result<Flow> exec_set(const Stmt& stmt);
  Result<Flow> exec_set_block(const Stmt& stmt);
  Result<Flow> exec_macro(const Stmt& stmt);
  Result<Flow> exec_call_block(const Stmt& stmt);
  Result<Flow> exec_filter_block(const Stmt& stmt);
  Result<Flow> exec_with(const Stmt& stmt);
  Result<Flow> exec_autoescape(const Stmt& stmt);
  Result<Flow> exec_scoped(const Body& body, Ref<Scope> parent);
  Result<Flow> run_loop(const Stmt& stmt, LoopRun run);
  Result<Flow> captured(const Body& body, Value* text);
  Result<LoopRun> start_loop(const Stmt& stmt, const Value& iterable, const Ref<Scope>& parent);
  Result<void> assign(const Expr& target, Value value);
  Result<void> unpack(const Expr& target, const Value& value);
  Result<void> print(const Value& value);

  // Expressions.
  Result<Value> eval(const Expr& expr);
  Result<Value> eval_kind(const Expr& expr);
  Result<Value> eval_sequence(const Expr& expr);
  Result<Value> eval_dict(const Expr& expr);
  Result<Value> eval_attribute(const Expr& expr);
  Result<Value> eval_item(const Expr& expr);
  Result<Value> eval_slice(const Value& object, const Expr& slice);
  Result<Value> eval_call(const Expr& expr, const Value* caller);
  Result<Value> eval_filter(const Expr& expr);
  Result<Value> eval_test(const Expr& expr);
  Result<Value> eval_binary(const Expr& expr);
  Result<Value> eval_concat(const Expr& expr);
  Result<Value> eval_compare(const Expr& expr);
  Result<Value> eval_logic(const Expr& expr);
  Result<Value> eval_conditional(const Expr& expr);
  Result<Value> eval_unary(const Expr& expr);
  Result<void> eval_args(const CallSpec* call, CallArgs* args);
  Result<void> eval_rest(const CallSpec& call, CallArgs* args);
  Result<Value> call_method(const Value& object, const Value& name, CallArgs& args);

  Value lookup(uint32_t name);
  Value resolve(uint32_t name);
  std::optional<Value> bound_method(const Value& object, const Value& name);
  void fail_at(uint32_t offset);
  Result<void> bind_macro(const MacroObject& macro, CallArgs& args);

  Meter meter_;  // first: all values below are counted on it
  const Tree& tree_;
  const Value& context_;
  const RenderLimits limits_;
  const DateTime now_;
  Recursion recursion_{kRenderDepthMax};
  std::vector<Value> resolved_;  // by name: from the context or the globals
  std::vector<bool> is_resolved_;
  Ref<Scope> root_;
  Ref<Scope> scope_;
  std::vector<Ref<Scope>> captured_;  // by macros, which they may hold: cut at the end
  std::vector<Ref<EngineObject>> tracked_;
  TextBuilder* out_ = nullptr;
  Value filter_input_;  // of a filter block, until its first filter takes it
  bool autoescape_ = false;
  std::optional<uint32_t> failed_at_;
};

}  // namespace lar::chat::jinja
