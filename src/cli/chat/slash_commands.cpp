#include "cli/chat/slash_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/humanize.h"
#include "cli/chat/help.h"
#include "cli/models/model_view.h"
#include "cli/moments.h"
#include "cli/output.h"
#include "cli/terminal/table.h"
#include "modelfile/show.h"

namespace lar::cli {
namespace {

using client::Json;
using Words = std::vector<std::string>;

Words words_of(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

void say(std::string_view text) {
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

void explain(std::string_view text) {
  fmt::print(stderr, "{}", text);
}

void unknown(const std::string& line) {
  say("Unknown command '" + line + "'. Type /? for help");
}

void set_parameter(const Words& words, ChatSession& session) {
  if (words.size() < 4) {
    explain(kHelpParameters);
    return;
  }
  const Words values(words.begin() + 3, words.end());
  const auto set = session.set_parameter(words[2], values);
  if (!set) {
    say("Couldn't set parameter: " + modelfile::go_quoted(set.error().message));
    return;
  }
  std::string shown;
  for (const std::string& value : values) shown += (shown.empty() ? "" : ", ") + value;
  say(fmt::format("Set parameter '{}' to '{}'", words[2], shown));
}

void set_think(const Words& words, ChatSession& session) {
  const bool off = words[1] == "nothink";
  const std::string level = !off && words.size() > 2 ? words[2] : "";
  std::string value = off ? "false" : "true";
  if (!level.empty()) {
    Json probe;
    if (!add_think(probe, level)) {
      say("Invalid think level '" + level + "'; use low, medium, high or max");
      return;
    }
    value = level;
  }
  session.settings().think = value;
  if (!session.can("thinking")) {
    fmt::print(stderr, "warning: model \"{}\" does not support thinking output\n",
               session.settings().model);
  }
  if (level.empty()) {
    say(off ? "Set 'nothink' mode." : "Set 'think' mode.");
  } else {
    say("Set 'think' mode to '" + level + "'.");
  }
}

void set_format(const Words& words, ChatSession& session) {
  if (words.size() < 3 || words[2] != "json") {
    say("Invalid or missing format. For 'json' mode use '/set format json'");
    return;
  }
  session.settings().format = "json";
  say("Set format to 'json' mode.");
}

SlashResult set_system(const std::string& line, const Words& words, ChatSession& session) {
  if (words.size() < 3) {
    explain(kHelpSet);
    return SlashResult::kDone;
  }
  std::string text = line.substr(line.find("system") + 6);
  text.erase(0, text.find_first_not_of(' '));
  constexpr std::string_view kQuotes = "\"\"\"";
  if (text.starts_with(kQuotes)) {
    text.erase(0, kQuotes.size());
    if (!text.ends_with(kQuotes)) return SlashResult::kSystemBlock;
    text.resize(text.size() - kQuotes.size());
  } else if (text.size() > 1 && text.starts_with('"') && text.ends_with('"')) {
    text = text.substr(1, text.size() - 2);
  }
  session.set_system(text);
  say("Set system message.");
  return SlashResult::kDone;
}

SlashResult set(const std::string& line, ChatSession& session, LineEditor& editor) {
  const Words words = words_of(line);
  if (words.size() < 2) {
    explain(kHelpSet);
    return SlashResult::kDone;
  }
  const std::string& what = words[1];
  ChatSettings& settings = session.settings();
  if (what == "parameter") {
    set_parameter(words, session);
  } else if (what == "system") {
    return set_system(line, words, session);
  } else if (what == "history" || what == "nohistory") {
    editor.set_history(what == "history");
  } else if (what == "wordwrap" || what == "nowordwrap") {
    settings.wrap = what == "wordwrap";
    say("Set '" + what + "' mode.");
  } else if (what == "verbose" || what == "quiet") {
    settings.verbose = what == "verbose";
    say("Set '" + what + "' mode.");
  } else if (what == "format") {
    set_format(words, session);
  } else if (what == "noformat") {
    settings.format.clear();
    say("Disabled format.");
  } else if (what == "think" || what == "nothink") {
    set_think(words, session);
  } else {
    unknown("/set " + what);
  }
  return SlashResult::kDone;
}

void show_field(const Json& show, const char* key, const char* what, std::string_view end) {
  const auto text = show.value(key, std::string());
  if (text.empty()) {
    say(fmt::format("No {} was specified for this model.", what));
  } else {
    fmt::print("{}{}", text, end);
  }
}

void show_parameters(const Json& show, const ChatSettings& settings) {
  const auto of_model = show.value("parameters", std::string());
  if (of_model.empty() && settings.parameters.empty()) {
    say("No additional parameters were specified for this model.\n");
    return;
  }
  if (!of_model.empty()) {
    say("Model defined parameters:");
    std::istringstream lines(of_model);
    for (std::string line; std::getline(lines, line);) say("  " + line);
    say("");
  }
  if (!settings.parameters.empty()) {
    say("User defined parameters:");
    for (const auto& [name, value] : settings.parameters) {
      say(fmt::format("  {:<30} {}", name, value));
    }
    say("");
  }
}

void show(const std::string& line, ChatSession& session) {
  const Words words = words_of(line);
  if (words.size() < 2) {
    explain(kHelpShow);
    return;
  }
  // Asked anew: another program may have changed the model.
  const auto answer = session.client().post("/api/show", {{"model", session.settings().model}});
  if (!answer) {
    say("error: couldn't get model: " + answer.error().message);
    return;
  }
  const std::string& what = words[1];
  if (what == "info") {
    fmt::print(stderr, "{}", model_view(*answer, false));
  } else if (what == "license") {
    show_field(*answer, "license", "license", "\n");
  } else if (what == "modelfile") {
    fmt::print("{}\n", answer->value("modelfile", std::string()));
  } else if (what == "parameters") {
    show_parameters(*answer, session.settings());
  } else if (what == "system") {
    if (!session.settings().system.empty()) {
      say(session.settings().system + "\n");
    } else {
      show_field(*answer, "system", "system message", "\n");
    }
  } else if (what == "template") {
    show_field(*answer, "template", "prompt template", "\n");
  } else {
    unknown("/show " + what);
  }
  std::fflush(stdout);
}

void list(const std::string& line, ChatSession& session) {
  const Words words = words_of(line);
  const auto answer = session.client().get("/api/tags");
  if (!answer) {
    say("error: " + answer.error().message);
    return;
  }
  Table table({"NAME", "ID", "SIZE", "MODIFIED"});
  for (const Json& model : answer->value("models", Json::array())) {
    const auto name = model.value("name", std::string());
    if (words.size() > 1 && !name.starts_with(words[1])) continue;
    table.add({name, model.value("digest", std::string()).substr(0, 12),
               human_bytes(model.value("size", uint64_t{0})),
               moment_ago(model.value("modified_at", std::string()))});
  }
  fmt::print("{}", table.str());
  std::fflush(stdout);
}

void load(const std::string& line, ChatSession& session) {
  const Words words = words_of(line);
  if (words.size() != 2) {
    say("Usage:\n  /load <modelname>");
    return;
  }
  say("Loading model '" + words[1] + "'");
  const auto loaded = session.open(words[1]);
  if (loaded) return;
  if (loaded.error().code == Code::kNotFound) {
    say("Couldn't find model '" + words[1] + "'");
  } else {
    say("error: " + loaded.error().message);
  }
}

void save(const std::string& line, ChatSession& session) {
  const Words words = words_of(line);
  if (words.size() != 2) {
    say("Usage:\n  /save <modelname>");
    return;
  }
  const auto saved = session.save(words[1]);
  say(saved ? "Created new model '" + words[1] + "'" : "error: " + saved.error().message);
}

void help(const std::string& line, const ChatSession& session) {
  const Words words = words_of(line);
  if (words.size() > 1 && (words[1] == "set" || words[1] == "/set")) {
    explain(kHelpSet);
  } else if (words.size() > 1 && (words[1] == "show" || words[1] == "/show")) {
    explain(kHelpShow);
  } else if (words.size() > 1 && (words[1] == "shortcut" || words[1] == "shortcuts")) {
    explain(kHelpShortcuts);
  } else {
    explain(kHelp);
    if (session.can("vision") || session.can("audio")) explain(kHelpImages);
  }
}

// Whether the first word of the line is a file that exists: then the line is a message.
bool names_a_file(const std::string& line) {
  std::error_code error;
  const Words words = words_of(line);
  return !words.empty() && std::filesystem::is_regular_file(words[0], error);
}

}  // namespace

SlashResult run_slash_command(const std::string& line, ChatSession& session, LineEditor& editor) {
  if (line.starts_with("/list")) {
    list(line, session);
  } else if (line.starts_with("/load")) {
    load(line, session);
  } else if (line.starts_with("/save")) {
    save(line, session);
  } else if (line.starts_with("/clear")) {
    session.clear();
    say("Cleared session context");
  } else if (line.starts_with("/set")) {
    return set(line, session, editor);
  } else if (line.starts_with("/show")) {
    show(line, session);
  } else if (line.starts_with("/help") || line.starts_with("/?")) {
    help(line, session);
  } else if (line.starts_with("/exit") || line.starts_with("/bye")) {
    return SlashResult::kLeave;
  } else if (names_a_file(line)) {
    return SlashResult::kNotACommand;
  } else {
    unknown(words_of(line)[0]);
  }
  return SlashResult::kDone;
}

}  // namespace lar::cli
