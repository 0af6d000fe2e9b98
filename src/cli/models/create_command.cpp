// lar create: a model from a Modelfile. Files are hashed here and sent to the server where it lacks
// them; the server makes the model.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/models/create_files.h"
#include "cli/output.h"
#include "cli/server_client.h"
#include "cli/terminal/progress.h"
#include "modelfile/modelfile.h"
#include "modelfile/recipe.h"

namespace lar::cli {
namespace fs = std::filesystem;
namespace {

using client::Json;
using client::StreamAction;

struct CreateArguments {
  std::vector<std::string> words;
  std::string file;
  std::string quantize;
  std::string draft_quantize;
};

struct Source {
  std::string text;
  fs::path directory;
};

// The Modelfile's text; without one a directory of model files is as good as FROM ".".
Result<Source> read_modelfile(const std::string& named) {
  const fs::path path = named.empty() ? fs::path("Modelfile") : fs::path(named);
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path)) {
    std::error_code error;
    const auto files = named.empty() ? model_files(".", fs::current_path(error), {})
                                     : Result<std::vector<fs::path>>(std::vector<fs::path>{});
    if (files && !files->empty()) return Source{"FROM .\n", fs::current_path(error)};
    return fail(Code::kNotFound, "no Modelfile or safetensors files found");
  }
  Source source;
  source.text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  source.directory = fs::absolute(path).parent_path();
  return source;
}

Json parameter_json(const modelfile::Parameters& parameters) {
  Json json = Json::object();
  for (const auto& [name, value] : parameters) {
    std::visit([&, &key = name](const auto& typed) { json[key] = typed; }, value);
  }
  return json;
}

class Creation {
 public:
  Creation(client::Client& client, Progress& progress, const Environment& environment)
      : client_(client), progress_(progress), home_(environment.home) {}

  // The request that makes what the recipe says; on the way files reach the server.
  Result<Json> request(const modelfile::Recipe& recipe, const fs::path& directory) {
    Json json = Json::object();
    for (const std::string& from : recipe.from) {
      LAR_TRY(const auto files, model_files(from, directory, home_));
      if (files.empty()) {
        json["from"] = from;
      } else {
        files_.insert(files_.end(), files.begin(), files.end());
      }
    }
    LAR_TRY(Json files, send(files_));
    if (!files.empty()) json["files"] = std::move(files);
    LAR_TRY(Json adapters, named_files(recipe.adapters, directory, "adapter"));
    if (!adapters.empty()) json["adapters"] = std::move(adapters);
    LAR_TRY(Json drafts, named_files(recipe.drafts, directory, "draft"));
    if (!drafts.empty()) json["draft_files"] = std::move(drafts);
    add_texts(json, recipe);
    return json;
  }

 private:
  static void add_texts(Json& json, const modelfile::Recipe& recipe) {
    const auto set = [&](const char* key, const std::string& text) {
      if (!text.empty()) json[key] = text;
    };
    set("template", recipe.template_text);
    set("system", recipe.system);
    set("renderer", recipe.renderer);
    set("parser", recipe.parser);
    set("requires", recipe.requires_version);
    if (!recipe.licenses.empty()) json["license"] = recipe.licenses;
    if (!recipe.parameters.empty()) json["parameters"] = parameter_json(recipe.parameters);
    for (const modelfile::Message& message : recipe.messages) {
      json["messages"].push_back({{"role", message.role}, {"content", message.content}});
    }
  }

  Result<Json> named_files(const std::vector<std::string>& values,
                           const fs::path& directory,
                           const char* what) {
    std::vector<fs::path> all;
    for (const std::string& value : values) {
      LAR_TRY(const auto files, model_files(value, directory, home_));
      if (files.empty()) {
        return fail(Code::kNotFound, fmt::format("{} '{}': no such file", what, value));
      }
      all.insert(all.end(), files.begin(), files.end());
    }
    return send(all);
  }

  // Sends what the server lacks. The object of names and digests.
  Result<Json> send(const std::vector<fs::path>& files) {
    Json digests = Json::object();
    for (const auto& [file, name] : request_names(files)) {
      LAR_TRY(const std::string digest, file_digest(file));
      LAR_TRY(const bool there, client_.has_blob(digest));
      if (!there) {
        const std::string label = "copying file " + digest;
        progress_.stop_spinner();
        LAR_TRY(client_.upload_blob(digest, file, [&](uint64_t sent, uint64_t total) {
          progress_.bar(label, total, sent);
        }));
      }
      digests[name] = digest;
    }
    return digests;
  }

  client::Client& client_;
  Progress& progress_;
  fs::path home_;
  std::vector<fs::path> files_;
};

Result<void> create_model(const CreateArguments& arguments, const Environment& environment) {
  const auto source = read_modelfile(arguments.file);
  Result<modelfile::Modelfile> file = modelfile::Modelfile{};
  if (source) {
    file = modelfile::parse(source->text);
    // What is wrong with the text is said before anything is shown.
    if (!file) {
      fmt::print(stderr, "\n");
      return std::unexpected<Error>(file.error());
    }
  }
  LAR_TRY(auto client, connect(environment));
  Progress progress(environment.stderr_is_terminal, terminal_columns());
  progress.spin("gathering model components");
  if (!source) return std::unexpected<Error>(source.error());
  LAR_TRY(const modelfile::Recipe recipe, modelfile::make_recipe(*file));
  for (const std::string& warning : recipe.warnings) fmt::print(stderr, "Warning: {}\n", warning);
  Creation creation(client, progress, environment);
  LAR_TRY(Json request, creation.request(recipe, source->directory));
  request["model"] = arguments.words[0];
  if (!arguments.quantize.empty()) request["quantize"] = arguments.quantize;
  if (!arguments.draft_quantize.empty()) request["draft_quantize"] = arguments.draft_quantize;
  const InterruptStop interrupt;
  std::string last_status;
  return client.stream(
      "/api/create", request,
      [&](const Json& event) {
        const auto status = event.value("status", std::string());
        if (event.contains("digest") && event.value("total", uint64_t{0}) > 0) {
          progress.stop_spinner();
          progress.bar(status + ":", event.value("total", uint64_t{0}),
                       event.value("completed", uint64_t{0}));
        } else if (status != last_status) {
          progress.spin(status);
        }
        last_status = status;
        return StreamAction::kContinue;
      },
      interrupt.token());
}

}  // namespace

int run_create(const std::vector<std::string>& args, const Environment& environment) {
  CreateArguments arguments;
  Arguments command("Create a model");
  command.option("MODEL", arguments.words, "The new model's name");
  command.option("-f,--file", arguments.file, "Name of the Modelfile (default \"Modelfile\")");
  command.option("-q,--quantize", arguments.quantize, "Quantize model to this level (e.g. q4_K_M)");
  command.option("--draft-quantize", arguments.draft_quantize,
                 "Quantize the draft model to this level");
  if (const auto code = command.parse(args)) return *code;
  if (arguments.words.size() != 1) return print_error(not_exactly(1, arguments.words.size()));
  const auto created = create_model(arguments, environment);
  return created ? 0 : print_error(created.error());
}

}  // namespace lar::cli
