#include "cli/stored_model.h"

#include <filesystem>

#include "cli/demo_model.h"
#include "cli/model_file.h"
#include "runtime/model_facts.h"
#include "store/model_data.h"

namespace lar::cli {
namespace {

std::filesystem::path models_directory(const Environment& environment) {
  const auto found = environment.variables.find("OLLAMA_MODELS");
  if (found != environment.variables.end() && !found->second.empty()) return found->second;
  return std::filesystem::path(environment.home) / ".ollama" / "models";
}

void add_manifest(const store::ModelData& data, chat::ModelFacts& facts) {
  facts.go_template = data.template_text;
  facts.has_projector = !data.projectors.empty();
  facts.format = data.config.model_format;
  facts.family = data.config.model_family;
  facts.families = data.config.model_families;
  facts.parameter_size = data.config.model_type;
  facts.renderer = data.config.renderer;
  facts.parser = data.config.parser;
  facts.capabilities = data.config.capabilities;
}

}  // namespace

Result<LocalModel> find_local_model(const std::string& name, const Environment& environment) {
  LocalModel model;
  if (name == kDemoModelName || std::filesystem::exists(name)) {
    LAR_TRY(model.file, open_model(name, environment));
    model.facts = runtime::facts_of(*model.file);
    return model;
  }
  const auto parsed = store::ModelName::parse(name);
  if (!parsed) return fail(Code::kNotFound, name + ": there is no such file or model");
  const store::Store store(models_directory(environment));
  LAR_TRY(const store::StoredManifest manifest, store.manifest(*parsed));
  LAR_TRY(const store::ModelData data, store::read_model(store, manifest.manifest));
  if (data.weights.empty()) return fail(Code::kUnsupported, name + ": the model has no GGUF file");
  LAR_TRY(const store::BlobFile blob, store.blob(data.weights.back().digest));
  LAR_TRY(model.file, open_model(blob.path.string(), environment));
  model.facts = runtime::facts_of(*model.file);
  add_manifest(data, model.facts);
  model.facts.name = name;
  return model;
}

}  // namespace lar::cli
