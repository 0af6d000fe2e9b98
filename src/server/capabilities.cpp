#include "server/capabilities.h"

#include <algorithm>

#include "chat/gotemplate/template.h"

namespace lar::server {
namespace {

// What a template reveals about the conversations that it can render.
struct TemplateTraits {
  bool tools = false;
  bool thinking = false;
  bool insert = false;
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TemplateTraits traits_of_go(const std::string& source) {
  TemplateTraits traits;
  const auto compiled = chat::gotemplate::Template::compile(source);
  if (!compiled) return traits;
  traits.tools = (*compiled)->mentions("tools");
  traits.insert = (*compiled)->mentions("suffix");
  const auto tags = (*compiled)->thinking_tags();
  traits.thinking = !tags.open.empty() && !tags.close.empty();
  return traits;
}

TemplateTraits traits_of_jinja(std::string_view source) {
  TemplateTraits traits;
  traits.tools = contains(source, "tools") || contains(source, "tool_call");
  traits.thinking = contains(source, "</think>") &&
                    (contains(source, "<think>") || contains(source, "split('</think>')"));
  return traits;
}

TemplateTraits traits_of(const store::ModelData& model, const gguf::File* weights) {
  TemplateTraits traits;
  if (!model.template_text.empty()) traits = traits_of_go(model.template_text);
  if (weights == nullptr) return traits;
  const auto* jinja = weights->find("tokenizer.chat_template");
  if (jinja == nullptr) return traits;
  if (const auto source = jinja->as_string()) {
    const auto own = traits_of_jinja(*source);
    traits.tools = traits.tools || own.tools;
    traits.thinking = traits.thinking || own.thinking;
  }
  return traits;
}

bool has_key_ending(const gguf::File* file, std::string_view ending) {
  if (file == nullptr) return false;
  return std::ranges::any_of(
      file->metadata(), [&](const gguf::KeyValue& entry) { return entry.key.ends_with(ending); });
}

bool is_true(const gguf::File* file, std::string_view key) {
  if (file == nullptr) return false;
  const auto* value = file->find(key);
  return value != nullptr && value->as_bool().value_or(false);
}

}  // namespace

std::vector<std::string> capabilities_of(const store::ModelData& model,
                                         const gguf::File* weights,
                                         const gguf::File* projector) {
  std::vector<std::string> names;
  const auto add = [&names](std::string_view name) {
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  };
  const TemplateTraits traits = traits_of(model, weights);
  if (has_key_ending(weights, ".pooling_type")) {
    add("embedding");
  } else if (!model.weights.empty()) {
    add("completion");
  }
  if (!model.projectors.empty() || has_key_ending(weights, ".vision.block_count")) add("vision");
  if (has_key_ending(weights, ".audio.block_count") ||
      is_true(projector, "clip.has_audio_encoder")) {
    add("audio");
  }
  if (traits.tools) add("tools");
  if (traits.insert) add("insert");
  if (traits.thinking) add("thinking");
  for (const std::string& name : model.config.capabilities) add(name);
  return names;
}

}  // namespace lar::server
