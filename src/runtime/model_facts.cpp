#include "runtime/model_facts.h"

namespace lar::runtime {
namespace {

std::string text_of(const gguf::File& file, std::string_view key) {
  const auto value = file.optional_string(key);
  return value && *value ? std::string(**value) : std::string();
}

}  // namespace

chat::ModelFacts facts_of(const gguf::File& file) {
  chat::ModelFacts facts;
  facts.architecture = text_of(file, "general.architecture");
  facts.jinja_template = text_of(file, "tokenizer.chat_template");
  const auto has = [&](std::string_view key) {
    return file.find(facts.architecture + "." + std::string(key)) != nullptr;
  };
  facts.has_pooling = has("pooling_type");
  facts.has_vision_blocks = has("vision.block_count");
  facts.has_audio_blocks = has("audio.block_count");
  facts.name = text_of(file, "general.name");
  facts.parameter_size = text_of(file, "general.size_label");
  return facts;
}

chat::ModelFacts facts_of(const gguf::File& file, const PromptStyle& style) {
  chat::ModelFacts facts = facts_of(file);
  facts.go_template = style.go_template;
  facts.renderer = style.renderer;
  facts.parser = style.parser;
  return facts;
}

}  // namespace lar::runtime
