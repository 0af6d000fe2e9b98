#include "server/capabilities.h"

#include "runtime/model_facts.h"

namespace lar::server {
namespace {

bool is_true(const gguf::File& file, std::string_view key) {
  const auto value = file.optional_bool(key);
  return value && value->value_or(false);
}

}  // namespace

chat::ModelFacts model_facts(const store::ModelData& model,
                             const gguf::File* weights,
                             const gguf::File* projector) {
  chat::ModelFacts facts = weights == nullptr ? chat::ModelFacts{} : runtime::facts_of(*weights);
  facts.go_template = model.template_text;
  facts.has_projector = !model.projectors.empty();
  if (projector != nullptr) {
    facts.projector_has_audio =
        is_true(*projector, "clip.has_audio_encoder") || is_true(*projector, "has_audio_encoder");
    const auto type = projector->optional_string("clip.vision.projector_type");
    if (type && *type) facts.projector_type = **type;
  }
  facts.format = model.config.model_format;
  facts.family = model.config.model_family;
  facts.families = model.config.model_families;
  facts.parameter_size = model.config.model_type;
  facts.renderer = model.config.renderer;
  facts.parser = model.config.parser;
  facts.capabilities = model.config.capabilities;
  return facts;
}

std::vector<std::string> capabilities_of(const store::ModelData& model,
                                         const gguf::File* weights,
                                         const gguf::File* projector) {
  if (model.weights.empty()) return model.config.capabilities;
  return chat::model_capabilities(model_facts(model, weights, projector));
}

}  // namespace lar::server
