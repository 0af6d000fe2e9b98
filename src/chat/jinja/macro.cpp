#include "chat/jinja/macro.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "chat/jinja/arguments.h"
#include "chat/jinja/renderer.h"

namespace lar::chat::jinja {
namespace {

std::optional<Value> take_named(CallArgs& args, std::string_view name) {
  const auto found =
      std::ranges::find_if(args.named, [&](const auto& arg) { return arg.first == name; });
  if (found == args.named.end()) return std::nullopt;
  Value value = std::move(found->second);
  args.named.erase(found);
  return value;
}

}  // namespace

Result<Value> MacroObject::call(Renderer& renderer, CallArgs& args) {
  return renderer.call_macro(*this, args);
}

Result<std::optional<Value>> MacroObject::attribute(Renderer& renderer, std::string_view name) {
  if (name == "name") return renderer.text(spec_.name, Origin::kTemplate);
  if (name == "caller") return Value::boolean(spec_.uses_caller);
  if (name == "catch_kwargs") return Value::boolean(spec_.uses_kwargs);
  if (name == "catch_varargs") return Value::boolean(spec_.uses_varargs);
  if (name == "arguments") {
    std::vector<Value> names;
    for (const auto& parameter : spec_.parameters) {
      names.push_back(renderer.text(parameter.text, Origin::kTemplate));
    }
    return renderer.tuple(std::move(names));
  }
  return std::nullopt;
}

void MacroObject::append_repr(TextBuilder& out, uint32_t) const {
  out.append(fmt::format("<Macro '{}'>", spec_.name), Origin::kTemplate);
}

// Fills the current scope, which is the macro's own.
Result<void> Renderer::bind_macro(const MacroObject& macro, CallArgs& args) {
  const MacroSpec& spec = macro.spec();
  const size_t count = spec.parameters.size();
  const size_t positional = std::min(args.positional.size(), count);
  std::vector<bool> is_set(count);
  for (size_t i = 0; i < count; ++i) {
    const auto& parameter = spec.parameters[i];
    std::optional<Value> value;
    if (i < positional) {
      value = args.positional[i];
    } else {
      value = take_named(args, parameter.text);
    }
    if (value) {
      scope_->set(parameter.name, std::move(*value));
      is_set[i] = true;
    }
  }
  if (spec.uses_caller && !spec.has_caller_parameter) {
    auto caller = take_named(args, "caller");
    if (!caller || caller->is_null()) {
      caller = Value::undefined(new UndefinedReason(std::string("No caller defined")));
    }
    scope_->set(kNameCaller, std::move(*caller));
  }
  if (spec.uses_kwargs) {
    Dict named;
    for (auto& [name, value] : args.named) {
      named.set(text(name, Origin::kTemplate), std::move(value));
    }
    LAR_TRY(Value kwargs, dict(std::move(named)));
    scope_->set(kNameKwargs, std::move(kwargs));
  } else if (!args.named.empty()) {
    const std::string& name = args.named[0].first;
    if (name == "caller") {
      return type_error(
          fmt::format("macro '{}' was invoked with two values for the special caller argument. "
                      "This is most likely a bug.",
                      spec.name));
    }
    return type_error(fmt::format("macro '{}' takes no keyword argument '{}'", spec.name, name));
  }
  if (spec.uses_varargs) {
    LAR_TRY(Value rest, tuple({args.positional.begin() + static_cast<ptrdiff_t>(positional),
                               args.positional.end()}));
    scope_->set(kNameVarargs, std::move(rest));
  } else if (args.positional.size() > count) {
    return type_error(
        fmt::format("macro '{}' takes not more than {} argument(s)", spec.name, count));
  }
  for (size_t i = 0; i < count; ++i) {
    const auto& parameter = spec.parameters[i];
    if (is_set[i]) continue;
    if (parameter.value) {
      LAR_TRY(Value value, eval(*parameter.value));
      scope_->set(parameter.name, std::move(value));
    } else {
      scope_->set(parameter.name, Value::undefined(new UndefinedReason(fmt::format(
                                      "parameter '{}' was not provided", parameter.text))));
    }
  }
  return {};
}

Result<Value> Renderer::call_macro(const MacroObject& macro, CallArgs& args) {
  const Recursion::Level nested(recursion_);
  if (!nested) return fail(Code::kResourceExhausted, "macros call each other too deeply");
  TextBuilder buffer(&meter_);
  TextBuilder* const outer_out = std::exchange(out_, &buffer);
  Ref<Scope> outer_scope = std::exchange(scope_, Ref<Scope>(new Scope(macro.scope(), &meter_)));
  auto bound = bind_macro(macro, args);
  Result<Flow> flow = Flow::kNext;
  if (bound) flow = exec_body(macro.spec().body);
  out_ = outer_out;
  scope_ = std::move(outer_scope);
  LAR_TRY(std::move(bound));
  LAR_TRY(std::move(flow));
  return buffer.finish(autoescape_);
}

}  // namespace lar::chat::jinja
