// lar push: uploads a model to a registry.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/models/transfer.h"
#include "cli/output.h"
#include "store/model_name.h"

namespace lar::cli {
namespace {

bool is_ollamas_host(const std::string& host) {
  return host == "registry.ollama.ai" || host.ends_with(".ollama.ai") || host == "ollama.com" ||
         host.ends_with(".ollama.com");
}

Result<int> push_model(const std::string& name, bool insecure, const Environment& environment) {
  LAR_TRY(auto client, connect(environment));
  const auto pushed = show_transfer(
      client, "/api/push", {{"model", name}, {"name", name}, {"insecure", insecure}}, environment);
  if (!pushed) {
    const std::string& message = pushed.error().message;
    if (message.find("access denied") != std::string::npos ||
        message.find("unauthorized") != std::string::npos) {
      return fail(Code::kPermissionDenied,
                  "you are not authorized to push to this namespace, create the model under a "
                  "namespace you own");
    }
    return std::unexpected<Error>(pushed.error());
  }
  const auto parsed = store::ModelName::parse(name);
  if (parsed && is_ollamas_host(parsed->host())) {
    LAR_TRY(write_stdout("\nYou can find your model at:\n\n\thttps://ollama.com/" +
                         parsed->name_space() + "/" + parsed->model() +
                         (parsed->tag() == "latest" ? "" : ":" + parsed->tag()) + "\n"));
  }
  return 0;
}

}  // namespace

int run_push(const std::vector<std::string>& args, const Environment& environment) {
  std::vector<std::string> words;
  bool insecure = false;
  Arguments command("Push a model to a registry");
  command.option("MODEL", words, "The model");
  command.flag("--insecure", insecure, "Use an insecure registry");
  if (const auto code = command.parse(args)) return *code;
  if (words.size() != 1) return print_error(not_exactly(1, words.size()));
  const auto code = push_model(words[0], insecure, environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli
