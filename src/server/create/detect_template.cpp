#include "server/create/detect_template.h"

#include "chat/known_formats.h"

namespace lar::server {
namespace {

constexpr ArchitectureDefaults kArchitectures[] = {
    {"gemma4", "gemma4", "<turn|>"},
    {"laguna", "laguna", ""},
    {"nemotron_h", "nemotron-3-nano", ""},
};

std::string token_text(const gguf::File& file, std::string_view id_key) {
  const auto* id_value = file.find(id_key);
  const auto* tokens = file.find("tokenizer.ggml.tokens");
  if (id_value == nullptr || tokens == nullptr) return {};
  const auto id = id_value->as_uint();
  auto texts = gguf::StringArray::of(*tokens);
  if (!id || !texts || *id >= texts->size()) return {};
  for (uint64_t i = 0; i < *id; ++i) texts->next();
  return std::string(texts->next());
}

}  // namespace

const ArchitectureDefaults* architecture_defaults(std::string_view architecture) {
  for (const ArchitectureDefaults& defaults : kArchitectures) {
    if (architecture.starts_with(defaults.prefix)) return &defaults;
  }
  return nullptr;
}

DetectedTemplate detect_template(const gguf::File& file) {
  const auto* value = file.find("tokenizer.chat_template");
  const auto source = value == nullptr ? std::nullopt : value->as_string();
  if (!source || source->empty()) return {};
  const auto compiled =
      chat::ChatTemplate::create(*source, {.bos = token_text(file, "tokenizer.ggml.bos_token_id"),
                                           .eos = token_text(file, "tokenizer.ggml.eos_token_id")});
  // One that cannot be read is told about when the model is used.
  if (!compiled) return {};
  // A template that shows tools or thoughts says more than any known format.
  const chat::TemplateTraits& traits = (*compiled)->traits();
  if (traits.tools || traits.tool_calls || traits.thinking) return {};
  const chat::KnownFormat* format = chat::detect_known_format(**compiled);
  if (format == nullptr) return {};
  DetectedTemplate detected{std::string(format->name), format->go_template(), {}};
  for (const std::string_view stop : format->stop) detected.stop.emplace_back(stop);
  return detected;
}

}  // namespace lar::server
