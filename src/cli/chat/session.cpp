#include "cli/chat/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/duration.h"
#include "cli/chat/statistics.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/terminal/progress.h"
#include "modelfile/parameters.h"
#include "store/model_name.h"

namespace lar::cli {

using client::Json;
using client::StreamAction;

Result<void> add_think(Json& request, const std::string& think) {
  if (think.empty()) return {};
  if (think == "true" || think == "false") {
    request["think"] = think == "true";
    return {};
  }
  for (const char* level : {"low", "medium", "high", "max"}) {
    if (think == level) {
      request["think"] = think;
      return {};
    }
  }
  return fail(Code::kInvalidArgument,
              fmt::format("invalid value for --think: \"{}\" (must be true, false, high, medium, "
                          "low, or max)",
                          think));
}

Result<void> add_settings(Json& request, const ChatSettings& settings) {
  if (!settings.keep_alive.empty()) {
    LAR_TRY(parse_go_duration(settings.keep_alive));
    request["keep_alive"] = settings.keep_alive;
  }
  if (settings.format == "json") {
    request["format"] = "json";
  } else if (!settings.format.empty()) {
    Json schema = Json::parse(settings.format, nullptr, /*allow_exceptions=*/false);
    if (!schema.is_object()) {
      return fail(Code::kInvalidArgument,
                  fmt::format("invalid format \"{}\": expected \"json\" or a JSON schema",
                              settings.format));
    }
    request["format"] = std::move(schema);
  }
  return add_think(request, settings.think);
}

void print_event_statistics(const Json& event) {
  const auto nanoseconds = [&](const char* key) {
    return std::chrono::nanoseconds(event.value(key, int64_t{0}));
  };
  print_statistics({.total = nanoseconds("total_duration"),
                    .load = nanoseconds("load_duration"),
                    .prompt_tokens = event.value("prompt_eval_count", uint64_t{0}),
                    .prompt = nanoseconds("prompt_eval_duration"),
                    .generated_tokens = event.value("eval_count", uint64_t{0}),
                    .generation = nanoseconds("eval_duration"),
                    .cached_tokens = event.value("prompt_cached_count", uint64_t{0})});
}

ChatSession::ChatSession(client::Client& client,
                         ChatSettings settings,
                         const Environment& environment)
    : client_(client),
      settings_(std::move(settings)),
      environment_(environment),
      show_(Json::object()),
      options_(Json::object()),
      messages_(Json::array()) {}

bool ChatSession::can(std::string_view capability) const {
  const auto found = show_.find("capabilities");
  if (found == show_.end()) return false;
  return std::ranges::any_of(*found, [&](const Json& c) { return c == capability; });
}

void ChatSession::add_message(const char* role,
                              const std::string& content,
                              const std::string& thinking) {
  Json message = {{"role", role}, {"content", content}};
  if (!thinking.empty()) message["thinking"] = thinking;
  messages_.push_back(std::move(message));
}

Result<void> ChatSession::open(const std::string& model) {
  LAR_TRY(Json show, client_.post("/api/show", {{"model", model}}));
  Json load = {{"model", model}};
  LAR_TRY(add_settings(load, settings_));
  load.erase("format");
  {
    Progress progress(environment_.stderr_is_terminal, terminal_columns());
    if (environment_.stderr_is_terminal) progress.spin("");
    const InterruptStop interrupt;
    const auto loaded = client_.stream(
        "/api/generate", load, [](const Json&) { return StreamAction::kContinue; },
        interrupt.token());
    progress.clear();
    LAR_TRY(loaded);
  }
  show_ = std::move(show);
  settings_.model = model;
  messages_ = Json::array();
  if (!settings_.system.empty()) add_message("system", settings_.system);
  return {};
}

Result<void> ChatSession::print_messages() const {
  for (const Json& message : show_.value("messages", Json::array())) {
    const auto role = message.value("role", std::string());
    const auto content = message.value("content", std::string());
    if (role == "user") LAR_TRY(write_stdout(">>> " + content + "\n"));
    if (role == "assistant") LAR_TRY(write_stdout(content + "\n\n"));
  }
  return {};
}

Result<void> ChatSession::exchange(const std::string& text) {
  add_message("user", text);
  Json request = {{"model", settings_.model}, {"messages", messages_}, {"options", options_}};
  LAR_TRY(add_settings(request, settings_));
  AnswerPrinter printer(
      {.wrap_columns = settings_.wrap ? wrap_columns(environment_.stdout_is_terminal) : 0,
       .escapes = environment_.stdout_is_terminal,
       .hide_thinking = settings_.hide_thinking});
  Result<void> written;
  Json last;
  Progress progress(environment_.stderr_is_terminal, terminal_columns());
  if (environment_.stderr_is_terminal) progress.spin("");
  bool waiting = true;
  const InterruptStop interrupt;
  const auto on_event = [&](const Json& event) {
    const Json message = event.value("message", Json::object());
    const auto thought = message.value("thinking", std::string());
    const auto content = message.value("content", std::string());
    if (waiting && (!content.empty() || (!thought.empty() && !settings_.hide_thinking) ||
                    event.value("done", false))) {
      waiting = false;
      progress.clear();
    }
    written = printer.thinking(thought);
    if (written) written = printer.content(content);
    for (const Json& call : message.value("tool_calls", Json::array())) {
      const Json function = call.value("function", Json::object());
      if (written) {
        written = printer.content(fmt::format(
            "  Model called a non-existent function '{}()' with arguments: {}\n",
            function.value("name", std::string()), function.value("arguments", Json()).dump()));
      }
    }
    if (event.value("done", false)) last = event;
    return written ? StreamAction::kContinue : StreamAction::kStop;
  };
  const auto done = client_.stream("/api/chat", request, on_event, interrupt.token());
  if (waiting) progress.clear();
  if (written) written = printer.finish();
  add_message("assistant", printer.text(), printer.thoughts());
  LAR_TRY(written);
  if (!done && done.error().code != Code::kCancelled) {
    messages_.erase(messages_.size() - 1);
    messages_.erase(messages_.size() - 1);
    return std::unexpected<Error>(done.error());
  }
  LAR_TRY(write_stdout("\n\n"));
  if (settings_.verbose && last.is_object()) print_event_statistics(last);
  return {};
}

Result<void> ChatSession::set_parameter(const std::string& name,
                                        const std::vector<std::string>& values) {
  modelfile::Parameters parameters;
  std::string shown;
  for (const std::string& value : values) {
    LAR_TRY(modelfile::add_parameter(parameters, name, value));
    shown += (shown.empty() ? "" : ", ") + value;
  }
  for (const auto& [key, value] : parameters) {
    std::visit([&, &k = key](const auto& typed) { options_[k] = typed; }, value);
  }
  std::erase_if(settings_.parameters, [&](const auto& set) { return set.first == name; });
  settings_.parameters.emplace_back(name, shown);
  return {};
}

void ChatSession::set_option(const std::string& name, const Json& value) {
  options_[name] = value;
}

void ChatSession::set_system(const std::string& text) {
  settings_.system = text;
  if (!messages_.empty() && messages_[0].value("role", std::string()) == "system") {
    messages_[0]["content"] = text;
  } else {
    messages_.insert(messages_.begin(), Json{{"role", "system"}, {"content", text}});
  }
}

void ChatSession::clear() {
  messages_ = Json::array();
  if (!settings_.system.empty()) add_message("system", settings_.system);
}

Result<void> ChatSession::save(const std::string& name) {
  if (!store::ModelName::parse(name)) {
    return fail(Code::kInvalidArgument, fmt::format("The model name '{}' is invalid", name));
  }
  const Json details = show_.value("details", Json::object());
  const auto parent = details.value("parent_model", std::string());
  const bool has_parent = !parent.empty() && store::ModelName::parse(parent).has_value();
  Json request = {{"model", name}, {"from", has_parent ? parent : settings_.model}};
  if (!settings_.system.empty()) request["system"] = settings_.system;
  if (!options_.empty()) request["parameters"] = options_;
  Json messages = show_.value("messages", Json::array());
  for (const Json& message : messages_) {
    if (message.value("role", std::string()) != "system") messages.push_back(message);
  }
  if (!messages.empty()) request["messages"] = std::move(messages);
  return client_.stream("/api/create", request,
                        [](const Json&) { return StreamAction::kContinue; });
}

}  // namespace lar::cli
