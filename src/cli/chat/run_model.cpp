#include "cli/chat/run_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/chat/conversation_loop.h"
#include "cli/interrupt.h"
#include "cli/models/transfer.h"
#include "cli/output.h"
#include "cli/server_client.h"
#include "cli/terminal/progress.h"

namespace lar::cli {
namespace {

using client::Json;
using client::StreamAction;

// The description of the model; one that is not there is pulled first.
Result<Json> describe(client::Client& client,
                      const RunModelArguments& arguments,
                      const Environment& environment) {
  const Json question = {{"model", arguments.model}};
  auto show = client.post("/api/show", question);
  if (show || show.error().code != Code::kNotFound) return show;
  LAR_TRY(show_transfer(client, "/api/pull",
                        {{"model", arguments.model}, {"insecure", arguments.insecure}},
                        environment));
  return client.post("/api/show", question);
}

bool can(const Json& show, std::string_view capability) {
  const auto found = show.find("capabilities");
  return found != show.end() &&
         std::ranges::any_of(*found, [&](const Json& c) { return c == capability; });
}

// What is piped in, then the words of the command line.
std::string prompt_text(const RunModelArguments& arguments, const Environment& environment) {
  std::vector<std::string> parts;
  if (!environment.stdin_is_terminal) {
    std::string piped((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
    if (!piped.empty()) parts.push_back(std::move(piped));
  }
  parts.insert(parts.end(), arguments.words.begin(), arguments.words.end());
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

Result<int> print_embedding(client::Client& client,
                            const RunModelArguments& arguments,
                            const std::string& prompt) {
  if (prompt.empty()) {
    return fail(Code::kInvalidArgument, "embedding models require input text. Usage: lar run " +
                                            arguments.model + " \"your text here\"");
  }
  Json request = {{"model", arguments.model}, {"input", prompt}, {"truncate", arguments.truncate}};
  if (arguments.dimensions) request["dimensions"] = *arguments.dimensions;
  if (!arguments.settings.keep_alive.empty()) {
    LAR_TRY(add_settings(request, {.keep_alive = arguments.settings.keep_alive}));
  }
  LAR_TRY(const Json answer, client.post("/api/embed", request));
  const Json vectors = answer.value("embeddings", Json::array());
  if (vectors.empty()) return fail(Code::kInternal, "no embeddings returned");
  LAR_TRY(write_stdout(vectors[0].dump() + "\n"));
  return 0;
}

class OneAnswer {
 public:
  OneAnswer(const RunModelArguments& arguments, const Environment& environment)
      : arguments_(arguments),
        environment_(environment),
        printer_({.wrap_columns =
                      arguments.settings.wrap ? wrap_columns(environment.stdout_is_terminal) : 0,
                  .escapes = environment.stdout_is_terminal,
                  .hide_thinking = arguments.settings.hide_thinking}) {}

  Result<int> run(client::Client& client, const std::string& prompt) {
    Json request = {
        {"model", arguments_.model}, {"prompt", prompt}, {"options", arguments_.options}};
    if (arguments_.raw) request["raw"] = true;
    LAR_TRY(add_settings(request, arguments_.settings));
    Progress progress(environment_.stderr_is_terminal, terminal_columns());
    if (environment_.stderr_is_terminal) progress.spin("");
    const InterruptStop interrupt;
    Result<void> written;
    Json last;
    bool waiting = true;
    const auto on_event = [&](const Json& event) {
      const auto thought = event.value("thinking", std::string());
      const auto content = event.value("response", std::string());
      if (waiting && (!content.empty() || !thought.empty() || event.value("done", false))) {
        waiting = false;
        progress.clear();
      }
      written = printer_.thinking(thought);
      if (written) written = printer_.content(content);
      if (event.value("done", false)) last = event;
      return written ? StreamAction::kContinue : StreamAction::kStop;
    };
    const auto done = client.stream("/api/generate", request, on_event, interrupt.token());
    if (waiting) progress.clear();
    LAR_TRY(written);
    LAR_TRY(printer_.finish());
    if (!done && interrupt.interrupted()) return 0;
    LAR_TRY(done);
    if (!prompt.empty()) LAR_TRY(write_stdout("\n\n"));
    if (arguments_.settings.verbose && last.is_object()) print_event_statistics(last);
    return 0;
  }

 private:
  const RunModelArguments& arguments_;
  const Environment& environment_;
  AnswerPrinter printer_;
};

}  // namespace

Result<int> run_server_model(RunModelArguments arguments, const Environment& environment) {
  // What is wrong with a flag is said before anything is sent.
  Json probe;
  LAR_TRY(add_settings(probe, arguments.settings));
  LAR_TRY(auto client, connect_or_start(environment));
  LAR_TRY(const Json show, describe(client, arguments, environment));
  if (arguments.settings.think.empty() && can(show, "thinking")) arguments.settings.think = "true";
  const bool interactive =
      environment.stdin_is_terminal && environment.stdout_is_terminal && arguments.words.empty();
  if (can(show, "embedding")) {
    return print_embedding(client, arguments,
                           interactive ? std::string() : prompt_text(arguments, environment));
  }
  if (!interactive) {
    return OneAnswer(arguments, environment).run(client, prompt_text(arguments, environment));
  }
  ChatSession session(client, arguments.settings, environment);
  for (const auto& [name, value] : arguments.options.items()) session.set_option(name, value);
  LAR_TRY(session.open(arguments.model));
  LAR_TRY(session.print_messages());
  return run_conversation(session, environment);
}

}  // namespace lar::cli
