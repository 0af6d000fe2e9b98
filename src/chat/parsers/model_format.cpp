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
    auto format = detect_output_format(*renderer.jinja(), facts.jinja_template);
    // As Ollama's server for such templates, and its own parser for Go templates: only a model
    // whose manifest names a parser calls tools that nobody offered.
    format.calls_need_tools = true;
    return format;
  }
  if (renderer.go_template() != nullptr) return detect_go_output_format(*renderer.go_template());
  OutputFormat format;
  format.family = "content";
  format.machine = Machine::kPlain;
  return format;
}

}  // namespace lar::chat
