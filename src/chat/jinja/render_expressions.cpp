#include <fmt/format.h>

#include <algorithm>

#include "chat/jinja/arguments.h"
#include "chat/jinja/builtins.h"
#include "chat/jinja/objects.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {

Result<Value> Renderer::eval(const Expr& expr) {
  const Recursion::Level nested(recursion_);
  if (!nested) return fail(Code::kResourceExhausted, "the template is nested too deeply");
  if (!meter_.work(1)) return out_of_limits();
  auto value = eval_kind(expr);
  if (!value) fail_at(expr.offset);
  return value;
}

Result<Value> Renderer::eval_kind(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kConstant: return expr.value;
    case ExprKind::kName: return lookup(expr.name);
    case ExprKind::kNamespaceRef: return lookup(expr.name);
    case ExprKind::kList:
    case ExprKind::kTuple: return eval_sequence(expr);
    case ExprKind::kDict: return eval_dict(expr);
    case ExprKind::kAttribute: return eval_attribute(expr);
    case ExprKind::kItem: return eval_item(expr);
    case ExprKind::kSlice: return type_error("a slice stands outside of a subscript");
    case ExprKind::kCall: return eval_call(expr, nullptr);
    case ExprKind::kFilter: return eval_filter(expr);
    case ExprKind::kTest: return eval_test(expr);
    case ExprKind::kNot:
    case ExprKind::kNegate:
    case ExprKind::kPlus: return eval_unary(expr);
    case ExprKind::kBinary: return eval_binary(expr);
    case ExprKind::kConcat: return eval_concat(expr);
    case ExprKind::kCompare: return eval_compare(expr);
    case ExprKind::kAnd:
    case ExprKind::kOr: return eval_logic(expr);
    case ExprKind::kConditional: return eval_conditional(expr);
  }
  return Value();
}

Value Renderer::lookup(uint32_t name) {
  if (const Value* value = scope_->find(name)) return *value;
  return resolve(name);
}

// A name that the template did not set: from the context, then a global function.
Value Renderer::resolve(uint32_t name) {
  if (is_resolved_[name]) return resolved_[name];
  const std::string& text = tree_.names[name];
  Value value;
  if (const Value* found = context_.find(text)) {
    value = *found;
  } else if (const Function function = find_global(text)) {
    value = Value::object(new GlobalFunction(text, function));
  } else {
    value = Value::undefined(new UndefinedReason(Value::string(text, Origin::kTemplate)));
  }
  resolved_[name] = value;
  is_resolved_[name] = true;
  return value;
}

[[gnu::noinline]] Value Renderer::missing(const Value& object, const Value& name, bool unsafe) {
  return Value::undefined(new UndefinedReason(
      unsafe ? std::string(type_name(object)) : described_type(object), name, unsafe));
}

[[gnu::noinline]] Result<Value> Renderer::eval_sequence(const Expr& expr) {
  std::vector<Value> items;
  items.reserve(expr.args.size());
  for (const ExprPtr& arg : expr.args) {
    LAR_TRY(Value item, eval(*arg));
    items.push_back(std::move(item));
  }
  return expr.kind == ExprKind::kList ? list(std::move(items)) : tuple(std::move(items));
}

[[gnu::noinline]] Result<Value> Renderer::eval_dict(const Expr& expr) {
  Dict entries;
  for (size_t i = 0; i + 1 < expr.args.size(); i += 2) {
    LAR_TRY(Value key, eval(*expr.args[i]));
    LAR_TRY(Value value, eval(*expr.args[i + 1]));
    if (!hashable(key)) return type_error(fmt::format("unhashable type: '{}'", type_name(key)));
    if (!charge(key)) return out_of_limits();
    entries.set(std::move(key), std::move(value));
  }
  return dict(std::move(entries));
}

// A method of a plain value, or what the sandbox answers for one that changes it.
[[gnu::noinline]] std::optional<Value> Renderer::bound_method(const Value& object,
                                                              const Value& name) {
  const std::string_view text = name.text();
  const Method method = find_method(object, text);
  if (method.function != nullptr) {
    return Value::object(new BoundMethod(object, text, method.function));
  }
  if (method.unsafe || (text.starts_with("__") && text.ends_with("__"))) {
    return missing(object, name, true);
  }
  return std::nullopt;
}

// object.name: the attribute, else the item of that name.
Result<Value> Renderer::attribute(const Value& object, const Value& name) {
  const std::string_view text = name.text();
  if (object.is_dict()) {
    if (find_method(object, text).function == nullptr) {
      if (const Value* found = object.entries().find(text)) return *found;
    }
  } else if (object.is_object()) {
    LAR_TRY(auto found, engine_object(object)->attribute(*this, text));
    if (found) return std::move(*found);
  } else if (object.is_undefined() && !text.starts_with("__")) {
    return undefined_error(object);
  }
  if (auto method = bound_method(object, name)) return std::move(*method);
  return missing(object, name, false);
}

// object[key]: the item, else the attribute of that name.
Result<Value> Renderer::item(const Value& object, const Value& key) {
  switch (object.kind()) {
    case Kind::kUndefined: return undefined_error(object);
    case Kind::kDict:
      if (!charge(key)) return out_of_limits();
      if (hashable(key)) {
        if (const Value* found = object.entries().find(key)) return *found;
      }
      break;
    case Kind::kList:
    case Kind::kTuple:
      if (key.is_int() || key.is_bool()) {
        const auto size = static_cast<int64_t>(object.items().size());
        const int64_t index = key.as_int() < 0 ? key.as_int() + size : key.as_int();
        if (index >= 0 && index < size) return object.items()[static_cast<size_t>(index)];
      }
      break;
    case Kind::kString:
      if (key.is_int() || key.is_bool()) {
        LAR_TRY(const int64_t size, length(*this, object));
        const int64_t index = key.as_int() < 0 ? key.as_int() + size : key.as_int();
        if (index >= 0 && index < size) {
          const size_t begin = offset_of_char(object.text(), static_cast<size_t>(index));
          const size_t bytes = offset_of_char(object.text().substr(begin), 1);
          return slice_string(object, begin, begin + bytes, &meter_);
        }
      }
      break;
    case Kind::kObject: {
      LAR_TRY(auto found, engine_object(object)->item(*this, key));
      if (found) return std::move(*found);
      if (key.is_string()) {
        LAR_TRY(found, engine_object(object)->attribute(*this, key.text()));
        if (found) return std::move(*found);
      }
      break;
    }
    default: break;
  }
  if (key.is_string()) {
    if (auto method = bound_method(object, key)) return std::move(*method);
  }
  return missing(object, key, false);
}

[[gnu::noinline]] Result<Value> Renderer::eval_attribute(const Expr& expr) {
  LAR_TRY(const Value object, eval(*expr.args[0]));
  return attribute(object, expr.value);
}

[[gnu::noinline]] Result<Value> Renderer::eval_item(const Expr& expr) {
  LAR_TRY(const Value object, eval(*expr.args[0]));
  if (expr.args[1]->kind == ExprKind::kSlice) return eval_slice(object, *expr.args[1]);
  LAR_TRY(const Value key, eval(*expr.args[1]));
  return item(object, key);
}

[[gnu::noinline]] Result<Value> Renderer::eval_slice(const Value& object, const Expr& slice) {
  std::optional<int64_t> parts[3];
  for (size_t i = 0; i < 3; ++i) {
    if (!slice.args[i]) continue;
    LAR_TRY(const Value part, eval(*slice.args[i]));
    if (part.is_null()) continue;
    if (!part.is_int() && !part.is_bool()) {
      if (object.is_undefined()) return undefined_error(object);
      return type_error("slice indices must be integers or None or have an __index__ method");
    }
    parts[i] = part.as_int();
  }
  if (object.is_undefined()) return undefined_error(object);
  if (object.is_dict()) return type_error("unhashable type: 'slice'");
  const bool is_range = as<RangeObject>(object) != nullptr;
  if (!object.is_sequence() && !object.is_string() && !is_range) {
    return type_error(fmt::format("'{}' object is not subscriptable", type_name(object)));
  }
  const int64_t step = parts[2].value_or(1);
  if (step == 0) return value_error("slice step cannot be zero");
  LAR_TRY(const int64_t size, length(*this, object));
  const auto clamp = [&](std::optional<int64_t> part, int64_t fallback) {
    if (!part) return fallback;
    const int64_t position = *part < 0 ? *part + size : *part;
    return step > 0 ? std::clamp<int64_t>(position, 0, size)
                    : std::clamp<int64_t>(position, -1, size - 1);
  };
  const int64_t start = clamp(parts[0], step > 0 ? 0 : size - 1);
  const int64_t stop = clamp(parts[1], step > 0 ? size : -1);
  if (is_range) {
    const int64_t stride = std::clamp<int64_t>(step, -size - 1, size + 1);
    int64_t count = 0;
    if (stride > 0 && start < stop) count = (stop - start - 1) / stride + 1;
    if (stride < 0 && start > stop) count = (start - stop - 1) / -stride + 1;
    return Value::object(as<RangeObject>(object)->part(start, stride, count));
  }
  if (object.is_string() && step == 1) {
    const std::string_view text = object.text();
    const size_t begin = offset_of_char(text, static_cast<size_t>(start));
    if (stop <= start) return slice_string(object, begin, begin, &meter_);
    const size_t bytes = offset_of_char(text.substr(begin), static_cast<size_t>(stop - start));
    return slice_string(object, begin, begin + bytes, &meter_);
  }
  if (object.is_string()) {
    // Where each character begins, and the end.
    const std::string_view text = object.text();
    if (!meter_.fits(text.size() * sizeof(uint32_t)) || !meter_.work(text.size() / 4)) {
      return out_of_limits();
    }
    std::vector<uint32_t> begins;
    for (size_t i = 0; i < text.size(); ++i) {
      if ((text[i] & 0xC0) != 0x80) begins.push_back(static_cast<uint32_t>(i));
    }
    begins.push_back(static_cast<uint32_t>(text.size()));
    TextBuilder out(&meter_);
    for (int64_t i = start; step > 0 ? i < stop : i > stop; i += step) {
      const auto at = static_cast<size_t>(i);
      out.append_slice(object, begins[at], begins[at + 1]);
      if (stop - i < step && step > 0) break;
    }
    return out.finish(object.string_data().markup);
  }
  std::vector<Value> items;
  for (int64_t i = start; step > 0 ? i < stop : i > stop;) {
    items.push_back(object.items()[static_cast<size_t>(i)]);
    if (__builtin_add_overflow(i, step, &i)) break;
  }
  return object.is_list() ? list(std::move(items)) : tuple(std::move(items));
}

[[gnu::noinline]] Result<void> Renderer::eval_rest(const CallSpec& call, CallArgs* args) {
  if (call.rest) {
    LAR_TRY(const Value rest, eval(*call.rest));
    LAR_TRY(std::vector<Value> items, to_vector(rest));
    args->positional.insert(args->positional.end(), items.begin(), items.end());
  }
  if (call.named_rest) {
    LAR_TRY(const Value rest, eval(*call.named_rest));
    if (!rest.is_dict()) {
      return type_error(
          fmt::format("argument after ** must be a mapping, not {}", type_name(rest)));
    }
    for (const auto& [key, value] : rest.entries().entries()) {
      if (!key.is_string()) return type_error("keywords must be strings");
      if (args->find(key.text()) != nullptr) {
        return type_error(fmt::format("got multiple values for keyword argument '{}'", key.text()));
      }
      args->named.emplace_back(key.text(), value);
    }
  }
  return {};
}

[[gnu::noinline]] Result<void> Renderer::eval_args(const CallSpec* call, CallArgs* args) {
  if (call == nullptr) return {};
  args->positional.reserve(call->positional.size());
  for (const ExprPtr& arg : call->positional) {
    LAR_TRY(Value value, eval(*arg));
    args->positional.push_back(std::move(value));
  }
  for (const auto& [name, arg] : call->named) {
    LAR_TRY(Value value, eval(*arg));
    args->named.emplace_back(name, std::move(value));
  }
  if (call->rest || call->named_rest) return eval_rest(*call, args);
  return {};
}

Result<Value> Renderer::call(const Value& callee, CallArgs& args) {
  if (callee.is_undefined()) return undefined_error(callee);
  if (!callee.is_object()) {
    return type_error(fmt::format("'{}' object is not callable", type_name(callee)));
  }
  return engine_object(callee)->call(*this, args);
}

[[gnu::noinline]] Result<Value> Renderer::eval_call(const Expr& expr, const Value* caller) {
  const Expr& target = *expr.args[0];
  CallArgs args;
  Value callee;
  Value self;
  Function method = nullptr;
  if (target.kind == ExprKind::kAttribute) {
    LAR_TRY(self, eval(*target.args[0]));
    // A method of a plain value is called without being bound first.
    if (!self.is_object()) method = find_method(self, target.value.text()).function;
    if (method == nullptr) {
      auto found = attribute(self, target.value);
      if (!found) {
        fail_at(target.offset);
        return found;
      }
      callee = std::move(*found);
    }
  } else {
    LAR_TRY(callee, eval(target));
  }
  LAR_TRY(eval_args(expr.call.get(), &args));
  if (caller != nullptr) args.named.emplace_back("caller", *caller);
  if (method != nullptr && !charge(self)) return out_of_limits();
  auto result = method != nullptr ? method(*this, self, args) : call(callee, args);
  if (result && meter_.exceeded()) return out_of_limits();
  return result;
}

[[gnu::noinline]] Result<Value> Renderer::eval_filter(const Expr& expr) {
  Value input;
  if (expr.args[0]) {
    LAR_TRY(input, eval(*expr.args[0]));
  } else {
    input = std::exchange(filter_input_, Value());
  }
  if (expr.function == nullptr) {
    return type_error(fmt::format("No filter named '{}' found.", expr.value.text()));
  }
  CallArgs args;
  LAR_TRY(eval_args(expr.call.get(), &args));
  if (!charge(input)) return out_of_limits();
  auto result = expr.function(*this, input, args);
  if (result && meter_.exceeded()) return out_of_limits();
  return result;
}

[[gnu::noinline]] Result<Value> Renderer::eval_test(const Expr& expr) {
  LAR_TRY(const Value input, eval(*expr.args[0]));
  if (expr.function == nullptr) {
    return type_error(fmt::format("No test named '{}' found.", expr.value.text()));
  }
  CallArgs args;
  LAR_TRY(eval_args(expr.call.get(), &args));
  if (!charge(input)) return out_of_limits();
  return expr.function(*this, input, args);
}

[[gnu::noinline]] Result<Value> Renderer::eval_unary(const Expr& expr) {
  LAR_TRY(const Value operand, eval(*expr.args[0]));
  if (expr.kind == ExprKind::kNot) return Value::boolean(!truthy(operand));
  return expr.kind == ExprKind::kNegate ? negate(operand) : plus(operand);
}

[[gnu::noinline]] Result<Value> Renderer::eval_binary(const Expr& expr) {
  LAR_TRY(const Value left, eval(*expr.args[0]));
  LAR_TRY(const Value right, eval(*expr.args[1]));
  return binary(*this, expr.op, left, right);
}

[[gnu::noinline]] Result<Value> Renderer::eval_concat(const Expr& expr) {
  std::vector<Value> parts;
  bool markup = false;
  for (const ExprPtr& arg : expr.args) {
    LAR_TRY(Value part, eval(*arg));
    markup = markup || (part.is_string() && part.string_data().markup);
    parts.push_back(std::move(part));
  }
  markup = markup && autoescape_;
  TextBuilder out(&meter_);
  for (const Value& part : parts) {
    if (markup) {
      out.append(escape(part, &meter_));
    } else {
      append_str(out, part);
    }
  }
  return out.finish(markup);
}

[[gnu::noinline]] Result<Value> Renderer::eval_compare(const Expr& expr) {
  LAR_TRY(Value left, eval(*expr.args[0]));
  for (size_t i = 0; i < expr.compares.size(); ++i) {
    LAR_TRY(Value right, eval(*expr.args[i + 1]));
    LAR_TRY(const bool holds, compare(*this, expr.compares[i], left, right));
    if (!holds) return Value::boolean(false);
    left = std::move(right);
  }
  return Value::boolean(true);
}

[[gnu::noinline]] Result<Value> Renderer::eval_logic(const Expr& expr) {
  LAR_TRY(Value left, eval(*expr.args[0]));
  if (truthy(left) == (expr.kind == ExprKind::kOr)) return left;
  return eval(*expr.args[1]);
}

[[gnu::noinline]] Result<Value> Renderer::eval_conditional(const Expr& expr) {
  LAR_TRY(const Value test, eval(*expr.args[0]));
  if (truthy(test)) return eval(*expr.args[1]);
  if (expr.args[2]) return eval(*expr.args[2]);
  return Value::undefined(new UndefinedReason(
      std::string("the inline if-expression evaluated to false and no else section was defined.")));
}

}  // namespace lar::chat::jinja
