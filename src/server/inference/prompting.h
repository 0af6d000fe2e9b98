// Which of a model's templates writes its prompts, as Ollama decides it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lar::server {

struct PromptSources {
  std::string_view go_template;     // the TEMPLATE layer
  std::string_view jinja_template;  // of the weights' header
  std::string_view renderer;        // of the config
  // OLLAMA_GO_TEMPLATE: false prefers Jinja, true the TEMPLATE layer; unset: whichever can do more.
  std::optional<bool> prefer_go;
};

enum class PromptSystem : uint8_t { kNone, kJinja, kGoTemplate, kRenderer };

PromptSystem choose_prompting(const PromptSources& sources);

}  // namespace lar::server
