// lar run: one prompt, a pipe, or a conversation at the terminal; with a model of the server, or
// with a model file in this process.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/chat/run_model.h"
#include "cli/command.h"
#include "cli/generate.h"
#include "cli/model_file.h"
#include "cli/output.h"
#include "cli/repl.h"
#include "modelfile/parameters.h"

namespace lar::cli {
namespace {

struct RunArguments {
  std::string path;
  std::vector<std::string> words;
  std::vector<std::string> settings;  // NAME=VALUE
  std::string format;                 // json, or the text of a JSON schema
  bool raw = false;
  bool verbose = false;
  // Of the server's models alone.
  RunModelArguments of_server;
};

// What the first word names: a file (one that exists, or what is written like a path), or the model
// that Lar carries; anything else is a model's name.
bool is_file(const std::string& path) {
  std::error_code error;
  return path == "demo" || path.starts_with('/') || path.starts_with("./") ||
         path.starts_with("../") || path.ends_with(".gguf") ||
         std::filesystem::is_regular_file(path, error);
}

// Options by their names for a request: each value as its type.
Result<client::Json> settings_json(const std::vector<std::string>& settings) {
  modelfile::Parameters parameters;
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      return fail(Code::kInvalidArgument, "--set wants NAME=VALUE, not '" + setting + "'");
    }
    LAR_TRY(modelfile::add_parameter(parameters, setting.substr(0, equals),
                                     setting.substr(equals + 1)));
  }
  client::Json json = client::Json::object();
  for (const auto& [name, value] : parameters) {
    std::visit([&, &key = name](const auto& typed) { json[key] = typed; }, value);
  }
  return json;
}

Result<runtime::Options> parse_settings(const std::vector<std::string>& settings) {
  runtime::Options options;
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      return fail(Code::kInvalidArgument, "--set wants NAME=VALUE, not '" + setting + "'");
    }
    LAR_TRY(runtime::set_option(options, setting.substr(0, equals), setting.substr(equals + 1)));
  }
  return options;
}

Result<runtime::Constraint> parse_format(const std::string& format) {
  return runtime::constraint_of_format(format == "json" ? "\"json\"" : format);
}

// What is piped in comes first, then the words of the command line.
std::string prompt_text(const RunArguments& arguments, const Environment& environment) {
  std::string text;
  if (!environment.stdin_is_terminal) {
    text.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  for (const std::string& word : arguments.words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

Result<runtime::Think> parse_think(const std::string& think) {
  if (think.empty()) return runtime::Think::kDefault;
  if (think == "true") return runtime::Think::kOn;
  if (think == "false") return runtime::Think::kOff;
  if (think == "low") return runtime::Think::kLow;
  if (think == "medium") return runtime::Think::kMedium;
  if (think == "high") return runtime::Think::kHigh;
  if (think == "max") return runtime::Think::kMax;
  return fail(Code::kInvalidArgument, "invalid value for --think: '" + think +
                                          "' (must be true, false, low, medium, high, or max)");
}

// The request without its messages or prompt.
Result<runtime::GenerateRequest> request_of(const RunArguments& arguments,
                                            runtime::Options options) {
  runtime::GenerateRequest request;
  if (arguments.raw) request.kind = runtime::GenerateRequest::Kind::kRaw;
  request.options = std::move(options);
  LAR_TRY(request.constraint, parse_format(arguments.format));
  LAR_TRY(request.think, parse_think(arguments.of_server.settings.think));
  return request;
}

Result<void> answer_once(runtime::Service& service,
                         const RunArguments& arguments,
                         runtime::GenerateRequest request,
                         const Environment& environment,
                         std::chrono::nanoseconds load) {
  std::string text = prompt_text(arguments, environment);
  if (arguments.raw) {
    request.prompt = std::move(text);
  } else {
    request.messages.push_back({.role = "user", .content = std::move(text)});
  }
  const bool terminal = environment.stdout_is_terminal;
  const ChatSettings& settings = arguments.of_server.settings;
  LAR_TRY(const Answer answer, generate(service, std::move(request),
                                        {.wrap_columns = settings.wrap ? wrap_columns(terminal) : 0,
                                         .escapes = terminal,
                                         .hide_thinking = settings.hide_thinking}));
  if (terminal) LAR_TRY(write_stdout("\n\n"));
  if (arguments.verbose) print_statistics(answer, load);
  return {};
}

Result<int> run_model(const RunArguments& arguments, const Environment& environment) {
  LAR_TRY(runtime::Options options, parse_settings(arguments.settings));
  LAR_TRY(auto request, request_of(arguments, options));
  const auto start = std::chrono::steady_clock::now();
  LAR_TRY(auto file, open_model(arguments.path, environment));
  LAR_TRY(const auto service,
          runtime::Service::load(std::move(file), load_options(environment, options), {}));
  const auto load = std::chrono::steady_clock::now() - start;
  const uint32_t context = service->facts().context;
  if (request.options.num_ctx && *request.options.num_ctx > context) {
    fmt::print(stderr, "Warning: num_ctx is cut to the {} tokens the model was trained for\n",
               context);
    request.options.num_ctx.reset();
  }
  const bool interactive =
      environment.stdin_is_terminal && environment.stdout_is_terminal && arguments.words.empty();
  if (interactive) {
    return run_repl(*service,
                    {.request = std::move(request),
                     .verbose = arguments.verbose,
                     .hide_thinking = arguments.of_server.settings.hide_thinking},
                    environment);
  }
  LAR_TRY(answer_once(*service, arguments, std::move(request), environment, load));
  return 0;
}

}  // namespace

int run_run(const std::vector<std::string>& args, const Environment& environment) {
  RunArguments arguments;
  RunModelArguments& of_server = arguments.of_server;
  std::vector<std::string> words;
  std::string truncate;
  bool no_wrap = false;
  Arguments command(
      "Run a model of the server, or a model file: one prompt, a pipe, or a conversation");
  command.option("MODEL [PROMPT...]", words,
                 "A model's name, a GGUF file, or 'demo' for the model that Lar carries; then the "
                 "prompt (without one, what is piped in)");
  command.flag("--raw", arguments.raw,
               "No chat template; special tokens written in the prompt are read as such");
  command.option("--set", arguments.settings, "Set an option, e.g. --set temperature=0")
      .value_name("NAME=VALUE")
      .one_value_each();
  command
      .option("--format", arguments.format,
              "The form of the answer: json (any object), or a JSON schema")
      .value_name("json|SCHEMA");
  command.flag("--verbose", arguments.verbose, "Print statistics on stderr");
  command.option("--keepalive", of_server.settings.keep_alive,
                 "How long the model stays loaded (e.g. 5m)");
  command.option("--think", of_server.settings.think,
                 "Thinking: --think, --think=false, or --think=low, medium, high or max");
  command.flag("--hidethinking", of_server.settings.hide_thinking, "Hide thinking output");
  command.flag("--nowordwrap", no_wrap, "Don't wrap words to the next line");
  command.flag("--insecure", of_server.insecure, "Use an insecure registry");
  command.option("--truncate", truncate, "For embedding models: cut longer input (default true)");
  command.option("--dimensions", of_server.dimensions,
                 "For embedding models: length of the vector");
  if (const auto code = command.parse(with_flag_values(args, {"--think", "--truncate"})))
    return *code;
  if (words.empty()) return print_error(too_few(1, 0));
  arguments.path = words[0];
  arguments.words.assign(words.begin() + 1, words.end());

  of_server.settings.wrap = !no_wrap;
  if (is_file(arguments.path)) {
    for (const char* flag : {"--keepalive", "--think", "--hidethinking", "--nowordwrap",
                             "--insecure", "--truncate", "--dimensions"}) {
      if (command.has(flag)) {
        return print_error(std::string(flag) + " is for models of the server, not for a file");
      }
    }
    const auto code = run_model(arguments, environment);
    return code ? *code : print_error(code.error());
  }
  of_server.model = arguments.path;
  of_server.words = arguments.words;
  of_server.raw = arguments.raw;
  of_server.truncate = truncate != "false";
  of_server.settings.format = arguments.format;
  of_server.settings.verbose = arguments.verbose;
  auto options = settings_json(arguments.settings);
  if (!options) return print_error(options.error());
  of_server.options = std::move(*options);
  const auto code = run_server_model(std::move(of_server), environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli
