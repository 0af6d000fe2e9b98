// Which of a model's templates writes its prompts, and what the model can do, from what is known
// without reading a weight. Pure functions; the decisions are Ollama's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lar::chat {

// What a manifest and the header of its model file say. Absent texts are empty.
struct ModelFacts {
  // From the model file.
  std::string architecture;        // general.architecture
  std::string jinja_template;      // tokenizer.chat_template
  bool has_pooling = false;        // <architecture>.pooling_type: it makes embeddings
  bool has_vision_blocks = false;  // <architecture>.vision.block_count
  bool has_audio_blocks = false;   // <architecture>.audio.block_count

  // From the manifest's layers.
  std::string go_template;
  bool has_projector = false;
  bool projector_has_audio = false;  // has_audio_encoder of any kind
  std::string projector_type;        // vision.projector_type

  // From the config blob.
  std::string name;    // of the model: "gemma4:e2b"
  std::string format;  // "gguf", also where empty; "safetensors"
  std::string family;  // where empty: the architecture
  std::vector<std::string> families;
  std::string parameter_size;  // "25.2B"
  std::string renderer;
  std::string parser;
  std::vector<std::string> capabilities;
};

enum class PromptSystem : uint8_t {
  kRenderer,    // built in, under facts.renderer
  kGoTemplate,  // facts.go_template
  kJinja,       // facts.jinja_template
  kPlain,       // none: the text of the last message
};

// OLLAMA_GO_TEMPLATE: set to true or false, or not set.
using GoTemplateWish = std::optional<bool>;

PromptSystem select_prompt_system(const ModelFacts& facts, GoTemplateWish wish = std::nullopt);

// The built-in renderer that facts.renderer means; "gemma4" depends on the size of the model.
std::string resolve_renderer(const ModelFacts& facts);

// "completion", "tools", "insert", "vision", "audio", "embedding", "thinking", "image", in the
// order in which Ollama lists them.
std::vector<std::string> model_capabilities(const ModelFacts& facts,
                                            GoTemplateWish wish = std::nullopt);

// gpt-oss with a Go template of harmony's tags: its output is read by the harmony parser.
bool uses_harmony(const ModelFacts& facts);

// What a PARSER can find in a model's output; nothing for a name that is not known.
struct ParserAbilities {
  bool tools = false;
  bool thinking = false;
};
std::optional<ParserAbilities> parser_abilities(std::string_view name);

}  // namespace lar::chat
