#include "server/inference/resolved_model.h"

#include <algorithm>

#include "modelfile/recipe.h"
#include "server/catalog.h"
#include "server/inference/request_options.h"
#include "store/model_data.h"

namespace lar::server {
namespace {

constexpr std::string_view kLocal = ":local";

// Names of models that run elsewhere: "x:cloud", "x:7b-cloud".
bool names_cloud(std::string_view name) {
  return name.ends_with(":cloud") || name.ends_with("-cloud");
}

std::string trimmed(const std::string& text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<store::Digest> digests_of(const std::vector<store::Layer>& layers) {
  std::vector<store::Digest> digests;
  for (const store::Layer& layer : layers) digests.push_back(layer.digest);
  return digests;
}

Capabilities capabilities(const std::vector<std::string>& names) {
  const auto has = [&](std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  return {.completion = has("completion"),
          .embedding = has("embedding"),
          .tools = has("tools"),
          .insert = has("insert"),
          .vision = has("vision"),
          .thinking = has("thinking")};
}

scheduler::ModelRef make_ref(const store::StoredManifest& manifest, const store::ModelData& data) {
  scheduler::ModelRef ref;
  ref.name = manifest.name.shortest();
  ref.digest = manifest.digest.hex();
  // Of several layers the last one is the model.
  if (!data.weights.empty()) ref.weights.push_back(data.weights.back().digest);
  ref.projectors = digests_of(data.projectors);
  ref.adapters = digests_of(data.adapters);
  ref.parent_model = data.parent_model;
  ref.format = data.config.model_format.empty() ? "gguf" : data.config.model_format;
  ref.family = data.config.model_family;
  ref.families = data.config.model_families;
  ref.parameter_size = data.config.model_type;
  ref.quantization_level = data.config.file_type;
  ref.style.parser = data.config.parser;
  return ref;
}

}  // namespace

Result<ResolvedModel> read_resolved_model(const store::Store& store,
                                          ModelCatalog& catalog,
                                          std::string name,
                                          std::optional<bool> prefer_go) {
  ResolvedModel model;
  model.asked = name;
  name = trimmed(name);
  const bool local = name.ends_with(kLocal);
  if (local) name.resize(name.size() - kLocal.size());
  if (names_cloud(name)) {
    if (local || name.ends_with(":local:cloud")) {
      return fail(Code::kInvalidArgument, "use either :local or :cloud, not both");
    }
    return fail(Code::kPermissionDenied, "this server runs no cloud models");
  }
  LAR_TRY(const store::ModelName parsed, store::ModelName::parse(name));
  LAR_TRY(const store::ModelName found, store.find(parsed));
  LAR_TRY(const store::StoredManifest manifest, store.manifest(found));
  LAR_TRY(const store::ModelData data, store::read_model(store, manifest.manifest));
  if (!data.config.remote_host.empty() || !data.config.remote_model.empty()) {
    return fail(Code::kPermissionDenied, "this server runs no cloud models");
  }
  model.full_name = manifest.name.str();
  model.ref = make_ref(manifest, data);
  if (data.weights.empty()) return fail(Code::kUnsupported, "the model has no GGUF weights");
  const auto card = catalog.card(manifest);
  model.can = capabilities(card->capabilities);
  model.raw_vectors = card->raw_vectors;
  chat::ModelFacts facts = card->facts;
  facts.name = model.ref.name;
  model.ref.style.renderer = chat::resolve_renderer(facts);
  model.prompting = chat::select_prompt_system(card->facts, prefer_go);
  if (model.prompting == chat::PromptSystem::kGoTemplate) {
    model.ref.style.go_template = data.template_text;
    model.go_template = data.template_text;
  }
  model.system = data.system;
  if (!data.messages.empty()) {
    LAR_TRY(const auto messages, modelfile::decode_messages(data.messages));
    for (const modelfile::Message& message : messages) {
      model.messages.push_back({.role = message.role, .content = message.content});
    }
  }
  apply_parameters(data.params, model.options, model.warnings);
  return model;
}

net::awaitable<Result<ResolvedModel>> resolve_model(ServerContext& context, std::string name) {
  if (context.models == nullptr) {
    co_return fail(Code::kUnavailable, "this server runs no models");
  }
  co_return co_await context.loop.blocking([&]() -> Result<ResolvedModel> {
    return read_resolved_model(context.store, context.catalog, std::move(name),
                               context.config.prefer_go_templates);
  });
}

}  // namespace lar::server
