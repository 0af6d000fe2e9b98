// Prompts of model families that manifests name with RENDERER: one file a family, one row in
// registry.cpp. Each writes what the family's publisher trained it on.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/jinja/date_time.h"
#include "chat/message.h"
#include "chat/prompt.h"
#include "chat/tools.h"

namespace lar::chat {

struct RenderInput {
  std::span<const Message> messages;
  std::span<const Tool> tools;
  Think think = Think::kUnset;
  std::optional<jinja::DateTime> now;  // else the local time
};

// Immutable: may be used by several threads at once.
class Renderer {
 public:
  virtual ~Renderer() = default;
  // Errors: invalid_argument where the family has no such conversation; resource_exhausted.
  virtual Result<Prompt> render(const RenderInput& input) const = 0;
};

// Errors: unsupported, `unknown renderer "x"`.
Result<std::unique_ptr<Renderer>> find_renderer(std::string_view name);

// Names of all renderers.
std::vector<std::string_view> renderer_names();

}  // namespace lar::chat
