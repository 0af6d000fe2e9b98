// A macro, or the body of a call block, with the scope that it was written in.
#pragma once

#include <string>
#include <string_view>

#include "chat/jinja/object.h"
#include "chat/jinja/scope.h"
#include "chat/jinja/tree.h"

namespace lar::chat::jinja {

class MacroObject : public EngineObject {
 public:
  // `spec` belongs to the tree, which outlives all values of a rendering.
  MacroObject(const MacroSpec& spec, Ref<Scope> scope, Meter* meter)
      : EngineObject(meter, sizeof(MacroObject)), spec_(spec), scope_(std::move(scope)) {}

  std::string_view type_name() const override { return "Macro"; }
  std::string described_type() const override { return "jinja2.runtime.Macro object"; }
  bool callable() const override { return true; }
  Result<Value> call(Renderer& renderer, CallArgs& args) override;
  Result<std::optional<Value>> attribute(Renderer& renderer, std::string_view name) override;
  void append_repr(TextBuilder& out, uint32_t level) const override;

  const MacroSpec& spec() const { return spec_; }
  const Ref<Scope>& scope() const { return scope_; }

 private:
  const MacroSpec& spec_;
  Ref<Scope> scope_;
};

}  // namespace lar::chat::jinja
