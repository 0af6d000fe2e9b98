#include <fmt/format.h>

#include <utility>

#include "chat/jinja/arguments.h"
#include "chat/jinja/loop.h"
#include "chat/jinja/objects.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"

namespace lar::chat::jinja {
namespace {

// Sets a variable for the lifetime of this object.
template <class T>
class Restored {
 public:
  Restored(T& variable, T value) : variable_(variable), before_(std::exchange(variable, value)) {}
  Restored(const Restored&) = delete;
  Restored& operator=(const Restored&) = delete;
  ~Restored() { variable_ = std::move(before_); }

 private:
  T& variable_;
  T before_;
};

}  // namespace

void Renderer::fail_at(uint32_t offset) {
  if (!failed_at_) failed_at_ = offset;
}

Result<Renderer::Flow> Renderer::exec_body(const Body& body) {
  for (const auto& stmt : body) {
    auto flow = exec(*stmt);
    if (!flow) {
      fail_at(stmt->offset);
      return flow;
    }
    if (*flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Result<Renderer::Flow> Renderer::exec(const Stmt& stmt) {
  const Recursion::Level nested(recursion_);
  if (!nested) return fail(Code::kResourceExhausted, "the template is nested too deeply");
  if (!meter_.work(1)) return out_of_limits();
  switch (stmt.kind) {
    case StmtKind::kText:
      out_->append(stmt.value);
      if (out_->size() > limits_.output_bytes_max) return out_of_limits();
      return Flow::kNext;
    case StmtKind::kOutput: return exec_output(stmt);
    case StmtKind::kIf: return exec_if(stmt);
    case StmtKind::kFor: return exec_for(stmt);
    case StmtKind::kSet: return exec_set(stmt);
    case StmtKind::kSetBlock: return exec_set_block(stmt);
    case StmtKind::kMacro: return exec_macro(stmt);
    case StmtKind::kCallBlock: return exec_call_block(stmt);
    case StmtKind::kFilterBlock: return exec_filter_block(stmt);
    case StmtKind::kWith: return exec_with(stmt);
    case StmtKind::kBlock: return exec_scoped(stmt.bodies[0], stmt.flag ? scope_ : root_);
    case StmtKind::kAutoescape: return exec_autoescape(stmt);
    case StmtKind::kGeneration: return exec_scoped(stmt.bodies[0], scope_);
    case StmtKind::kBreak: return Flow::kBreak;
    case StmtKind::kContinue: return Flow::kContinue;
  }
  return Flow::kNext;
}

Result<void> Renderer::print(const Value& value) {
  if (autoescape_) {
    out_->append(escape(value, &meter_));
  } else {
    append_str(*out_, value);
  }
  if (out_->size() > limits_.output_bytes_max || meter_.exceeded()) return out_of_limits();
  return {};
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_output(const Stmt& stmt) {
  for (const ExprPtr& expr : stmt.exprs) {
    LAR_TRY(const Value value, eval(*expr));
    LAR_TRY(print(value));
  }
  return Flow::kNext;
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_if(const Stmt& stmt) {
  for (size_t i = 0; i < stmt.exprs.size(); ++i) {
    LAR_TRY(const Value test, eval(*stmt.exprs[i]));
    if (truthy(test)) return exec_body(stmt.bodies[i]);
  }
  if (stmt.bodies.size() > stmt.exprs.size()) return exec_body(stmt.bodies.back());
  return Flow::kNext;
}

// A scope of its own for the body; what it sets is gone afterwards.
[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_scoped(const Body& body,
                                                               Ref<Scope> parent) {
  const Restored scope(scope_, Ref<Scope>(new Scope(std::move(parent), &meter_)));
  return exec_body(body);
}

// The output of a scoped body as a string. Nothing is stored if the body breaks out of a loop.
[[gnu::noinline]] Result<Renderer::Flow> Renderer::captured(const Body& body, Value* text) {
  TextBuilder buffer(&meter_);
  const Restored out(out_, &buffer);
  LAR_TRY(const Flow flow, exec_scoped(body, scope_));
  if (flow == Flow::kNext) *text = buffer.finish(autoescape_);
  return flow;
}

[[gnu::noinline]] Result<Renderer::LoopRun> Renderer::start_loop(const Stmt& stmt,
                                                                 const Value& iterable,
                                                                 const Ref<Scope>& parent) {
  LoopRun run;
  LAR_TRY(run.iterator, iterate(iterable));
  if (stmt.exprs[2]) {
    run.iterator = Ref<Iterator>(new FilteredIterator(stmt, parent, std::move(run.iterator)));
  } else if (iterable.is_object()) {
    run.length = engine_object(iterable)->length(*this);
  } else {
    LAR_TRY(run.length, length(*this, iterable));
  }
  return run;
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_for(const Stmt& stmt) {
  LAR_TRY(const Value iterable, eval(*stmt.exprs[1]));
  LAR_TRY(LoopRun run, start_loop(stmt, iterable, scope_));
  return run_loop(stmt, std::move(run));
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::run_loop(const Stmt& stmt, LoopRun run) {
  const Ref<LoopObject> loop(
      new LoopObject(stmt, scope_, std::move(run.iterator), run.length, run.depth, &meter_));
  // As in Jinja, a round that break or continue cut short does not keep the else away.
  bool completed = false;
  {
    const Restored scope(scope_, Ref<Scope>(new Scope(scope_, &meter_)));
    Value item;
    for (;;) {
      LAR_TRY(const bool more, loop->advance(*this, &item));
      if (!more) break;
      if (!meter_.work(1)) return out_of_limits();
      // A macro of the last round keeps that round's variables.
      if (scope_->unique()) {
        scope_->clear();
      } else {
        scope_ = Ref<Scope>(new Scope(scope_->parent(), &meter_));
      }
      LAR_TRY(assign(*stmt.exprs[0], std::move(item)));
      scope_->set(kNameLoop, Value::object(loop.get()));
      LAR_TRY(const Flow flow, exec_body(stmt.bodies[0]));
      if (flow == Flow::kBreak) break;
      if (flow == Flow::kNext) completed = true;
    }
  }
  if (!completed && stmt.bodies.size() > 1) return exec_scoped(stmt.bodies[1], scope_);
  return Flow::kNext;
}

Result<Value> Renderer::recurse(const LoopObject& loop, const Value& iterable) {
  const Recursion::Level nested(recursion_);
  if (!nested) return fail(Code::kResourceExhausted, "the template is nested too deeply");
  TextBuilder buffer(&meter_);
  const Restored out(out_, &buffer);
  const Restored scope(scope_, loop.scope());
  LAR_TRY(LoopRun run, start_loop(loop.stmt(), iterable, scope_));
  run.depth = loop.nesting() + 1;
  LAR_TRY(run_loop(loop.stmt(), std::move(run)));
  return buffer.finish(autoescape_);
}

Result<bool> Renderer::passes_filter(const Stmt& loop,
                                     const Ref<Scope>& parent,
                                     const Value& item) {
  const Restored scope(scope_, Ref<Scope>(new Scope(parent, &meter_)));
  LAR_TRY(assign(*loop.exprs[0], item));
  LAR_TRY(const Value test, eval(*loop.exprs[2]));
  return truthy(test);
}

[[gnu::noinline]] Result<void> Renderer::unpack(const Expr& target, const Value& value) {
  const size_t expected = target.args.size();
  if (!value.is_object() && !value.is_sequence() && !value.is_string() && !value.is_dict() &&
      !value.is_undefined()) {
    return type_error(fmt::format("cannot unpack non-iterable {} object", type_name(value)));
  }
  LAR_TRY(const Ref<Iterator> iterator, iterate(value));
  Value item;
  for (size_t i = 0; i < expected; ++i) {
    LAR_TRY(const bool more, iterator->next(*this, &item));
    if (!more) {
      return value_error(
          fmt::format("not enough values to unpack (expected {}, got {})", expected, i));
    }
    LAR_TRY(assign(*target.args[i], std::move(item)));
  }
  LAR_TRY(const bool more, iterator->next(*this, &item));
  if (more) return value_error(fmt::format("too many values to unpack (expected {})", expected));
  return {};
}

Result<void> Renderer::assign(const Expr& target, Value value) {
  if (target.kind == ExprKind::kName) {
    scope_->set(target.name, std::move(value));
    return {};
  }
  if (target.kind == ExprKind::kTuple) return unpack(target, value);
  const Value owner = lookup(target.name);
  auto* space = as<Namespace>(owner);
  if (space == nullptr) {
    return type_error("cannot assign attribute on non-namespace object");
  }
  space->set(target.value.text(), std::move(value));
  return {};
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_set(const Stmt& stmt) {
  LAR_TRY(Value value, eval(*stmt.exprs[1]));
  LAR_TRY(assign(*stmt.exprs[0], std::move(value)));
  return Flow::kNext;
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_set_block(const Stmt& stmt) {
  Value text;
  LAR_TRY(const Flow flow, captured(stmt.bodies[0], &text));
  if (flow != Flow::kNext) return flow;
  if (stmt.exprs[1]) {
    filter_input_ = std::move(text);
    LAR_TRY(text, eval(*stmt.exprs[1]));
  }
  LAR_TRY(assign(*stmt.exprs[0], std::move(text)));
  return Flow::kNext;
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_filter_block(const Stmt& stmt) {
  Value text;
  LAR_TRY(const Flow flow, captured(stmt.bodies[0], &text));
  if (flow != Flow::kNext) return flow;
  filter_input_ = std::move(text);
  LAR_TRY(const Value filtered, eval(*stmt.exprs[0]));
  LAR_TRY(print(filtered));
  return Flow::kNext;
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_macro(const Stmt& stmt) {
  if (!scope_->captured) {
    scope_->captured = true;
    captured_.push_back(scope_);
  }
  scope_->set(stmt.name, Value::object(new MacroObject(*stmt.macro, scope_, &meter_)));
  return Flow::kNext;
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_call_block(const Stmt& stmt) {
  const Value caller = Value::object(new MacroObject(*stmt.macro, scope_, &meter_));
  LAR_TRY(const Value result, eval_call(*stmt.exprs[0], &caller));
  // The body was kept somewhere: then its scope may hold what holds the body.
  if (!caller.as_object()->unique() && !scope_->captured) {
    scope_->captured = true;
    captured_.push_back(scope_);
  }
  LAR_TRY(print(result));
  return Flow::kNext;
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_with(const Stmt& stmt) {
  const Ref<Scope> outer = scope_;
  const Ref<Scope> inner(new Scope(outer, &meter_));
  for (size_t i = 0; i + 1 < stmt.exprs.size(); i += 2) {
    LAR_TRY(Value value, eval(*stmt.exprs[i + 1]));
    const Restored scope(scope_, inner);
    LAR_TRY(assign(*stmt.exprs[i], std::move(value)));
  }
  const Restored scope(scope_, inner);
  return exec_body(stmt.bodies[0]);
}

[[gnu::noinline]] Result<Renderer::Flow> Renderer::exec_autoescape(const Stmt& stmt) {
  LAR_TRY(const Value value, eval(*stmt.exprs[0]));
  const Restored escaping(autoescape_, truthy(value));
  return exec_scoped(stmt.bodies[0], scope_);
}

}  // namespace lar::chat::jinja
