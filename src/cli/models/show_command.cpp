// lar show: what a model is.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/models/model_view.h"
#include "cli/output.h"
#include "cli/server_client.h"

namespace lar::cli {
namespace {

using client::Json;

struct ShowArguments {
  std::vector<std::string> words;
  bool verbose = false;
  bool json = false;
  // The fields that a flag prints alone.
  bool license = false;
  bool modelfile = false;
  bool parameters = false;
  bool system = false;
  bool template_text = false;

  std::vector<const char*> fields() const {
    std::vector<const char*> names;
    if (license) names.push_back("license");
    if (modelfile) names.push_back("modelfile");
    if (parameters) names.push_back("parameters");
    if (system) names.push_back("system");
    if (template_text) names.push_back("template");
    return names;
  }
};

Result<int> show_model(const ShowArguments& arguments, const Environment& environment) {
  const auto fields = arguments.fields();
  if (fields.size() > 1) {
    return fail(Code::kInvalidArgument,
                "only one of '--license', '--modelfile', '--parameters', '--system', or "
                "'--template' can be specified");
  }
  LAR_TRY(auto client, connect(environment));
  const std::string& name = arguments.words[0];
  LAR_TRY(
      const Json show,
      client.post("/api/show", {{"model", name}, {"name", name}, {"verbose", arguments.verbose}}));
  if (arguments.json) {
    LAR_TRY(write_stdout(show.dump(2) + "\n"));
  } else if (fields.empty()) {
    LAR_TRY(write_stdout(model_view(show, arguments.verbose)));
  } else {
    std::string text = show.value(fields[0], std::string());
    // The recorded forms: a list of parameters or of licences ends its line, other texts are as
    // they are.
    if (arguments.parameters || arguments.license || arguments.modelfile) text += '\n';
    LAR_TRY(write_stdout(text));
  }
  return 0;
}

}  // namespace

int run_show(const std::vector<std::string>& args, const Environment& environment) {
  ShowArguments arguments;
  Arguments command("Show information for a model");
  command.option("MODEL", arguments.words, "The model");
  command.flag("--license", arguments.license, "Show license of a model");
  command.flag("--modelfile", arguments.modelfile, "Show Modelfile of a model");
  command.flag("--parameters", arguments.parameters, "Show parameters of a model");
  command.flag("--template", arguments.template_text, "Show template of a model");
  command.flag("--system", arguments.system, "Show system message of a model");
  command.flag("-v,--verbose", arguments.verbose, "Show detailed model information");
  command.flag("--json", arguments.json, "Print the server's answer as JSON");
  if (const auto code = command.parse(args)) return *code;
  if (arguments.words.size() != 1) return print_error(not_exactly(1, arguments.words.size()));
  const auto code = show_model(arguments, environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli
