#include "chat/parsers/model_format.h"

#include "chat/parsers/detect.h"
#include "chat/parsers/registry.h"

namespace lar::chat {

Result<OutputFormat> model_output_format(const ModelFacts& facts, const PromptRenderer& renderer) {
  const std::string name = facts.parser.empty() && uses_harmony(facts) ? "harmony" : facts.parser;
  if (!name.empty()) {
    auto format = ollama_parser_format(name);
    if (!format) return fail(Code::kUnsupported, "unknown parser \"" + name + "\"");
    return std::move(*format);
  }
  if (renderer.system() == PromptSystem::kJinja && renderer.jinja() != nullptr) {
    return detect_output_format(*renderer.jinja(), facts.jinja_template);
  }
  if (renderer.go_template() != nullptr) return detect_go_output_format(*renderer.go_template());
  OutputFormat format;
  format.family = "content";
  format.machine = Machine::kPlain;
  return format;
}

}  // namespace lar::chat
