#include "server/create/create_model.h"

#include <algorithm>
#include <map>

#include "base/humanize.h"
#include "chat/gotemplate/template.h"
#include "registry/registry.h"
#include "server/catalog.h"
#include "server/create/detect_template.h"
#include "server/create/gguf_import.h"
#include "server/create/layers.h"
#include "server/model_json.h"
#include "store/model_data.h"

namespace lar::server {
namespace {

using store::LayerKind;

// One making: what it works with, and what it has so far.
struct Making {
  ServerContext& context;
  const CreateRequest& request;
  const ProgressSink& progress;
  LayerList layers;
  store::Lease& lease;
  store::ConfigBlob config;

  void tell(std::string status) const { progress({std::move(status), {}, 0, 0}); }
};

// Ollama's words: no other types can be asked for there either.
Result<void> check_quantize(const std::string& type) {
  if (type.empty()) return {};
  std::string upper = type;
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  constexpr std::string_view kTypes[] = {"F32", "F16", "BF16", "Q4_K_S", "Q4_K_M", "Q4_K", "Q8_0"};
  if (std::ranges::find(kTypes, upper) == std::end(kTypes)) {
    return fail(Code::kInternal, "unsupported quantization type " + upper +
                                     " - supported types are F32, F16, Q4_K_S, Q4_K_M, Q8_0");
  }
  return fail(Code::kUnsupported, "quantizing is not supported yet: import a quantized GGUF file");
}

// "line 1, column 11: unclosed action" as Go says it: "template: :1: unclosed action".
std::string template_problem(std::string_view message) {
  constexpr std::string_view kLine = "line ";
  const auto comma = message.find(", column ");
  const auto colon = message.find(": ", comma == std::string_view::npos ? 0 : comma);
  std::string problem = "template error: template: ";
  if (!message.starts_with(kLine) || comma == std::string_view::npos ||
      colon == std::string_view::npos) {
    return problem.append(message);
  }
  return problem.append(":")
      .append(message.substr(kLine.size(), comma - kLine.size()))
      .append(message.substr(colon));
}

Result<void> check_template(const std::string& text) {
  if (text.empty()) return {};
  const auto compiled = chat::gotemplate::Template::compile(text);
  if (compiled) return {};
  return fail(Code::kInvalidArgument, template_problem(compiled.error().message));
}

void add_file(Making& making, const ImportedFile& imported) {
  making.layers.add(imported.layer);
  if (imported.layer.kind() == LayerKind::kAdapter) return;
  store::ConfigBlob& config = making.config;
  const gguf::File& file = *imported.file;
  const auto* value = file.find("general.architecture");
  const std::string architecture(value == nullptr ? std::string_view{}
                                                  : value->as_string().value_or(""));
  if (std::ranges::find(config.model_families, architecture) == config.model_families.end()) {
    config.model_families.push_back(architecture);
  }
  if (imported.layer.kind() != LayerKind::kModel) return;
  config.model_format = "gguf";
  config.model_family = architecture;
  config.model_type = human_count(parameter_count(file));
  config.file_type = file_type_name(file);
}

Result<void> add_stops(Making& making, const std::vector<std::string>& stops) {
  if (stops.empty()) return {};
  Json parameters;
  parameters["stop"] = stops;
  return making.layers.add_text(LayerKind::kParams, go_json(parameters) + "\n");
}

// What the files do not say and is known of their kind.
Result<void> add_defaults(Making& making, const gguf::File& file) {
  store::ConfigBlob& config = making.config;
  if (const auto* defaults = architecture_defaults(config.model_family)) {
    if (!making.request.renderer.empty() || !making.request.parser.empty()) return {};
    config.renderer = defaults->dialect;
    config.parser = defaults->dialect;
    if (defaults->stop.empty()) return {};
    return add_stops(making, {std::string(defaults->stop)});
  }
  if (!making.request.template_text.empty()) return {};
  const DetectedTemplate detected = detect_template(file);
  if (detected.name.empty()) return {};
  making.tell("using autodetected template " + detected.name);
  LAR_TRY(making.layers.add_text(LayerKind::kTemplate, detected.text));
  return add_stops(making, detected.stop);
}

Result<void> begin_from_files(Making& making) {
  making.tell("parsing GGUF");
  LAR_TRY(auto files, import_files(making.context.store, making.lease, making.request.files));
  // The model first, whatever the files are called.
  std::ranges::sort(files, {}, [](const ImportedFile& file) {
    return std::pair(file.layer.kind(), file.layer.digest);
  });
  const auto models = std::ranges::count_if(
      files, [](const ImportedFile& file) { return file.layer.kind() == LayerKind::kModel; });
  if (models > 1) return fail(Code::kInvalidArgument, "more than one model was supplied");
  for (const ImportedFile& file : files) add_file(making, file);
  if (models == 0) return {};
  return add_defaults(making, *files.front().file);
}

Result<store::StoredManifest> base_manifest(Making& making,
                                            const store::ModelName& name,
                                            std::stop_token stop) {
  auto stored = making.context.store.manifest(name);
  if (stored || stored.error().code != Code::kNotFound) return stored;
  if (making.context.registry == nullptr) {
    return fail(Code::kInternal, "pull model manifest: this server does not reach registries");
  }
  auto pulled = making.context.registry->pull(name, {}, making.progress, stop);
  if (!pulled) {
    // Whatever goes wrong there is 500 in Ollama.
    if (pulled.error().code != Code::kCancelled) pulled.error().code = Code::kInternal;
    return std::unexpected(std::move(pulled).error());
  }
  return making.context.store.manifest(name);
}

Result<void> begin_from_model(Making& making, std::stop_token stop) {
  const auto name = store::ModelName::parse(making.request.from);
  if (!name) return fail(Code::kInvalidArgument, "invalid model name");
  auto base = base_manifest(making, *name, std::move(stop));
  if (!base) {
    // Which of "absent there" and "not to be reached" it is, its text says; 500 in Ollama.
    if (base.error().code == Code::kNotFound) base.error().code = Code::kInternal;
    return std::unexpected(std::move(base).error());
  }
  for (const store::Layer& layer : base->manifest.blobs()) LAR_TRY(making.lease.pin(layer.digest));
  // Only now is it certain that its blobs stay.
  LAR_TRY(const auto data, store::read_model(making.context.store, base->manifest));
  making.config = data.config;
  const std::string parent = base->name.shortest();
  for (store::Layer layer : base->manifest.layers) {
    layer.from = parent;
    making.layers.add(std::move(layer));
  }
  return {};
}

Result<void> add_adapters(Making& making) {
  const CreateRequest& request = making.request;
  if (request.adapters.size() > 1) {
    return fail(Code::kInvalidArgument, "only one adapter is currently supported");
  }
  for (const auto& [files, kind] : {std::pair{&request.adapters, LayerKind::kAdapter},
                                    std::pair{&request.draft_files, LayerKind::kDraft}}) {
    if (files->empty()) continue;
    LAR_TRY(const auto imported, import_as(making.context.store, making.lease, *files, kind));
    making.layers.remove(kind);
    for (const ImportedFile& file : imported) making.layers.add(file.layer);
  }
  return {};
}

// The given parameters over those of the model it is made from; sorted, as Go writes a map.
Result<void> set_parameters(Making& making) {
  std::map<std::string, Json> merged;
  for (const store::Layer& layer : making.layers.layers()) {
    if (layer.kind() != LayerKind::kParams) continue;
    LAR_TRY(const auto text,
            making.context.store.read_blob(layer.digest, store::kTextLayerBytesMax));
    LAR_TRY(const Json stored, store::parse_json(text));
    if (!stored.is_object()) return fail(Code::kDataCorrupt, "the model's parameters are damaged");
    for (const auto& [name, value] : stored.items()) merged.insert_or_assign(name, value);
  }
  if (making.request.parameters) {
    for (const auto& [name, value] : making.request.parameters->items()) {
      merged.insert_or_assign(name, value);
    }
  }
  if (merged.empty()) return {};
  Json object = Json::object();
  for (auto& [name, value] : merged) object[name] = std::move(value);
  making.layers.remove(LayerKind::kParams);
  return making.layers.add_text(LayerKind::kParams, go_json(object) + "\n");
}

Result<void> set_text(Making& making, LayerKind kind, const std::string& text) {
  if (text.empty()) return {};
  making.layers.remove(kind);
  return making.layers.add_text(kind, text);
}

Result<void> set_texts(Making& making) {
  const CreateRequest& request = making.request;
  LAR_TRY(set_text(making, LayerKind::kTemplate, request.template_text));
  LAR_TRY(set_text(making, LayerKind::kSystem, request.system));
  for (const std::string& license : request.licenses) {
    LAR_TRY(making.layers.add_text(LayerKind::kLicense, license));
  }
  LAR_TRY(set_parameters(making));
  if (request.messages.empty()) return {};
  making.layers.remove(LayerKind::kMessages);
  return making.layers.add_text(LayerKind::kMessages, modelfile::encode_messages(request.messages));
}

void take_given(std::string& field, const std::string& given) {
  if (!given.empty()) field = given;
}

Result<void> set_config(Making& making) {
  store::ConfigBlob& config = making.config;
  take_given(config.renderer, making.request.renderer);
  take_given(config.parser, making.request.parser);
  take_given(config.requires_version, making.request.requires_version);
  if (!making.request.info) return {};
  Fields info(*making.request.info);
  take_given(config.model_family, info.text("model_family"));
  take_given(config.base_name, info.text("base_name"));
  take_given(config.file_type, info.text("quantization_level"));
  take_given(config.model_type, info.text("parameter_size"));
  if (const auto length = info.integer("context_length"); length && *length > 0) {
    config.context_length = static_cast<uint64_t>(*length);
  }
  if (const auto length = info.integer("embedding_length"); length && *length > 0) {
    config.embedding_length = static_cast<uint64_t>(*length);
  }
  if (const Json* names = info.array("capabilities")) {
    config.capabilities.clear();
    for (const Json& name : *names) {
      if (name.is_string()) config.capabilities.push_back(name.get<std::string>());
    }
  }
  return info.check();
}

// Blobs that only the model's earlier version used.
void prune(ServerContext& context, const std::vector<store::Digest>& candidates) {
  if (context.config.no_prune || candidates.empty()) return;
  const auto removed = context.store.remove_unused(candidates);
  if (!removed) context.log.warn("unused layers stay", {{"reason", removed.error().message}});
}

Result<void> make(Making& making, const store::ModelName& name, std::stop_token stop) {
  const CreateRequest& request = making.request;
  if (!request.remote_host.empty()) {
    return fail(Code::kUnsupported, "models that run elsewhere are not supported");
  }
  if (!request.from.empty()) {
    LAR_TRY(begin_from_model(making, stop));
  } else if (!request.files.empty()) {
    LAR_TRY(begin_from_files(making));
  } else {
    return fail(Code::kInvalidArgument, "neither 'from' or 'files' was specified");
  }
  LAR_TRY(check_quantize(request.quantize));
  LAR_TRY(add_adapters(making));
  LAR_TRY(check_template(request.template_text));
  LAR_TRY(set_texts(making));
  LAR_TRY(set_config(making));
  if (stop.stop_requested()) return fail(Code::kCancelled, "the client left");

  for (std::string& status : making.layers.statuses()) making.tell(std::move(status));
  making.tell("writing manifest");
  std::vector<store::Digest> earlier;
  if (const auto before = making.context.store.manifest(name)) {
    for (const store::Layer& layer : before->manifest.blobs()) earlier.push_back(layer.digest);
  }
  LAR_TRY(making.layers.commit(name, making.config.encode()));
  prune(making.context, earlier);
  return {};
}

}  // namespace

Result<void> create_model(ServerContext& context,
                          const CreateRequest& request,
                          const ProgressSink& progress,
                          std::stop_token stop) {
  const auto name = store::ModelName::parse(request.model);
  if (!name || name->pin()) return fail(Code::kInvalidArgument, "invalid model name");
  LAR_TRY(auto lease, context.store.lease());
  Making making{context, request, progress, LayerList(context.store, lease), lease, {}};
  auto made = make(making, *name, std::move(stop));
  context.catalog.invalidate();
  return made;
}

}  // namespace lar::server
