// POST /api/show: everything about one model.
#include <fmt/format.h>

#include "modelfile/show.h"
#include "server/catalog.h"
#include "server/json_request.h"
#include "server/model_json.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"
#include "server/times.h"

namespace lar::server::ollama {
namespace {

// What a model without any template is shown with: its prompt as it is.
constexpr std::string_view kPlainTemplate = "{{ .Prompt }}";

struct Question {
  store::ModelName name;
  std::string model;  // as it was asked for
  bool verbose = false;
  std::string system;         // instead of the model's
  std::string template_text;  // instead of the model's
  bool name_as_base = false;  // general.basename is to be the model's name
};

// The paths of layers' files. The command line's `create` takes them from a Modelfile.
std::vector<std::string> paths_of(const store::Store& store,
                                  const std::vector<store::Layer>& layers) {
  std::vector<std::string> paths;
  for (const store::Layer& layer : layers) {
    const auto blob = store.blob(layer.digest);
    paths.push_back((blob ? blob->path : store.layout().blob(layer.digest)).string());
  }
  return paths;
}

struct Shown {
  store::StoredManifest stored;
  store::ModelData data;
  std::shared_ptr<const gguf::File> weights;    // nullptr: not there, or no GGUF
  std::shared_ptr<const gguf::File> projector;  // the same
};

Result<Shown> read_shown(const store::Store& store, const Question& question) {
  LAR_TRY(auto stored, store.manifest(question.name));
  LAR_TRY(auto data, store::read_model(store, stored.manifest));
  Shown shown{std::move(stored), std::move(data), nullptr, nullptr};
  if (!shown.data.weights.empty()) {
    LAR_TRY(shown.weights, open_gguf(store, shown.data.weights.back().digest));
  }
  if (!shown.data.projectors.empty()) {
    LAR_TRY(shown.projector, open_gguf(store, shown.data.projectors.front().digest));
  }
  if (!question.system.empty()) shown.data.system = question.system;
  if (!question.template_text.empty()) shown.data.template_text = question.template_text;
  return shown;
}

// The template that will be used: the layer's, else the one in the weights.
std::string shown_template(const Shown& shown) {
  if (!shown.data.template_text.empty()) return shown.data.template_text;
  if (shown.weights != nullptr) {
    const auto* jinja = shown.weights->find("tokenizer.chat_template");
    if (jinja != nullptr) {
      if (const auto text = jinja->as_string(); text && !text->empty()) return std::string(*text);
    }
  }
  return std::string(kPlainTemplate);
}

Result<std::string> shown_modelfile(const store::Store& store,
                                    const Shown& shown,
                                    const std::vector<modelfile::Message>& messages) {
  const store::ModelData& data = shown.data;
  modelfile::ShowSource source;
  source.name = shown.stored.name.shortest();
  source.files = paths_of(store, data.weights);
  source.projectors = paths_of(store, data.projectors);
  source.adapters = paths_of(store, data.adapters);
  source.drafts = paths_of(store, data.drafts);
  source.template_text =
      data.template_text.empty() ? std::string(kPlainTemplate) : data.template_text;
  source.system = data.system;
  source.renderer = data.config.renderer;
  source.parser = data.config.parser;
  source.requires_version = data.config.requires_version;
  source.params = data.params;
  source.licenses = data.licenses;
  source.messages = messages;
  return modelfile::modelfile_text(source);
}

Json messages_json(const std::vector<modelfile::Message>& messages) {
  Json list = Json::array();
  for (const modelfile::Message& message : messages) {
    list.push_back({{"role", message.role}, {"content", message.content}});
  }
  return list;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += '\n';
    all += text;
  }
  return all;
}

void set_given(Json& body, const char* name, const std::string& text) {
  if (!text.empty()) body[name] = text;
}

Result<std::string> show_body(ServerContext& context, const Question& question) {
  LAR_TRY(const Shown shown, read_shown(context.store, question));
  const store::ModelData& data = shown.data;
  std::vector<modelfile::Message> messages;
  if (!data.messages.empty()) {
    LAR_TRY(messages, modelfile::decode_messages(data.messages));
  }
  Json body;
  set_given(body, "license", joined(data.licenses));
  LAR_TRY(body["modelfile"], shown_modelfile(context.store, shown, messages));
  if (!data.params.empty()) {
    LAR_TRY(const std::string parameters, modelfile::parameters_text(data.params));
    set_given(body, "parameters", parameters);
  }
  set_given(body, "template", shown_template(shown));
  set_given(body, "system", data.system);
  set_given(body, "renderer", data.config.renderer);
  set_given(body, "parser", data.config.parser);
  body["details"] = details_json(data.config, data.parent_model);
  if (!messages.empty()) body["messages"] = messages_json(messages);
  set_given(body, "remote_model", data.config.remote_model);
  set_given(body, "remote_host", data.config.remote_host);
  body["model_info"] = Json::object();
  if (shown.weights != nullptr) {
    body["model_info"] = model_info_json(*shown.weights, question.verbose);
    if (question.name_as_base) body["model_info"]["general.basename"] = question.model;
  }
  if (shown.projector != nullptr) {
    body["projector_info"] = model_info_json(*shown.projector, question.verbose);
  }
  if (shown.weights != nullptr) body["tensors"] = tensors_json(*shown.weights);
  const auto card = context.catalog.card(shown.stored);
  if (!card->capabilities.empty()) body["capabilities"] = card->capabilities;
  body["modified_at"] = local_time(shown.stored.modified_ns);
  set_given(body, "requires", data.config.requires_version);
  return go_json(body);
}

}  // namespace

net::awaitable<void> show(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Fields fields(*body);
  const std::string model = model_field(fields);
  const bool verbose = fields.boolean("verbose", false);
  const std::string system = fields.text("system");
  const std::string template_text = fields.text("template");
  fields.object("options");
  if (co_await fields.refused(call)) co_return;
  if (model.empty()) {
    co_await send_error(call, HttpError{400, "model is required", {}});
    co_return;
  }
  const auto name = store::ModelName::parse(model);
  if (!name) {
    co_await send_error(call, name.error());
    co_return;
  }
  Question question{*name, model, verbose, system, template_text, false};
  // An editor that looks for its models by this key.
  if (const auto* agent = call.http.request().header("User-Agent")) {
    question.name_as_base = agent->starts_with("GitHubCopilotChat/");
  }
  ServerContext& context = call.context;
  auto shown = co_await context.loop.blocking([&] { return show_body(context, question); });
  if (shown) {
    co_await send_json(call, 200, std::move(*shown));
  } else if (shown.error().code == Code::kNotFound) {
    co_await send_error(call,
                        HttpError{404, fmt::format("model '{}' not found", name->shortest()), {}});
  } else {
    co_await send_error(call, shown.error());
  }
}

}  // namespace lar::server::ollama
