#include "cli/repl.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/humanize.h"
#include "cli/generate.h"
#include "cli/output.h"
#include "cli/terminal/line_editor.h"

namespace lar::cli {
namespace {

constexpr std::string_view kHelp =
    "Available Commands:\n"
    "  /set parameter NAME VALUE   Set an option (temperature, seed, num_predict, ...)\n"
    "  /set system TEXT            Set the system message\n"
    "  /set verbose | quiet        Show or hide statistics after an answer\n"
    "  /show info                  What the model is\n"
    "  /show system                The system message\n"
    "  /clear                      Forget the conversation\n"
    "  /bye, /exit                 Leave\n"
    "  /?, /help                   This text\n"
    "\nUse \"\"\" to begin and end a message of several lines.\n";

// What follows `prefix` and blanks in `line`; nullopt where the line begins otherwise.
std::optional<std::string> after(const std::string& line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return std::nullopt;
  if (line.size() > prefix.size() && line[prefix.size()] != ' ') return std::nullopt;
  const size_t begin = line.find_first_not_of(' ', prefix.size());
  return begin == std::string::npos ? std::string() : line.substr(begin);
}

void say(std::string_view text) {
  fmt::print(stderr, "{}\n", text);
}

class Repl {
 public:
  Repl(runtime::Service& service, ReplOptions options, const Environment& environment)
      : service_(service),
        options_(std::move(options)),
        style_({.wrap_columns = wrap_columns(environment.stdout_is_terminal),
                .escapes = environment.stdout_is_terminal,
                .hide_thinking = options_.hide_thinking}),
        editor_({.history_file = {}, .editor = environment.editor}) {}

  int run() {
    while (true) {
      TypedLine line = editor_.read(">>> ", "Send a message (/? for help)");
      if (line.end == TypedLine::End::kClosed) {
        std::fputs("\n", stdout);
        return 0;
      }
      if (line.end == TypedLine::End::kInterrupted) {
        if (line.text.empty()) say("Use Ctrl + d or /bye to exit.");
        continue;
      }
      if (line.text.empty()) continue;
      editor_.add_history(line.text);
      if (line.text == "/bye" || line.text == "/exit") return 0;
      if (line.text.starts_with('/')) {
        command(line.text);
        continue;
      }
      if (auto message = whole_message(std::move(line))) answer(std::move(*message));
    }
  }

 private:
  // Joins the lines of a message that """ encloses or that was pasted; nullopt where it was given
  // up.
  std::optional<std::string> whole_message(TypedLine line) {
    constexpr std::string_view kQuotes = "\"\"\"";
    const bool quoted = line.text.starts_with(kQuotes);
    std::string message = quoted ? line.text.substr(kQuotes.size()) : line.text;
    while (quoted ? !message.ends_with(kQuotes) : line.end == TypedLine::End::kContinued) {
      line = editor_.read("... ", "Press Enter to send");
      if (line.end == TypedLine::End::kClosed || line.end == TypedLine::End::kInterrupted) {
        return std::nullopt;
      }
      message += "\n" + line.text;
    }
    if (!quoted) return message;
    message.resize(message.size() - kQuotes.size());
    return message;
  }

  void command(const std::string& line) {
    if (line == "/?" || line == "/help") {
      fmt::print(stderr, "{}", kHelp);
    } else if (line == "/clear") {
      messages_.clear();
      say("Cleared session context");
    } else if (const auto parameter = after(line, "/set parameter")) {
      set_parameter(*parameter);
    } else if (const auto system = after(line, "/set system")) {
      system_ = *system;
      say("Set system message.");
    } else if (line == "/set verbose") {
      options_.verbose = true;
      say("Set 'verbose' mode.");
    } else if (line == "/set quiet") {
      options_.verbose = false;
      say("Set 'quiet' mode.");
    } else if (line == "/show info") {
      const runtime::ServiceFacts& facts = service_.facts();
      fmt::print(stderr,
                 "  architecture      {}\n  parameters        {}\n  quantization      {}\n"
                 "  context length    {}\n  memory            {}\n",
                 facts.info.architecture, human_count(facts.info.parameters),
                 facts.info.quantization, facts.info.context_train,
                 human_bytes(facts.memory.total_bytes()));
    } else if (line == "/show system") {
      say(system_.empty() ? "No system message was specified for this model." : system_);
    } else {
      say("Unknown command '" + line + "'. Type /? for help");
    }
  }

  void set_parameter(const std::string& text) {
    const size_t space = text.find(' ');
    if (space == std::string::npos) {
      say("Usage: /set parameter NAME VALUE");
      return;
    }
    const std::string name = text.substr(0, space);
    const std::string value = text.substr(text.find_first_not_of(' ', space));
    const auto set = runtime::set_option(options_.request.options, name, value);
    say(set ? "Set parameter '" + name + "' to '" + value + "'" : set.error().message);
  }

  bool raw() const { return options_.request.kind == runtime::GenerateRequest::Kind::kRaw; }

  Result<Answer> ask(std::string message) {
    runtime::GenerateRequest request = options_.request;
    if (raw()) {
      request.prompt = std::move(message);
    } else {
      messages_.push_back({.role = "user", .content = std::move(message)});
      if (!system_.empty()) request.messages.push_back({.role = "system", .content = system_});
      request.messages.insert(request.messages.end(), messages_.begin(), messages_.end());
    }
    return generate(service_, std::move(request), style_);
  }

  void answer(std::string message) {
    const auto result = ask(std::move(message));
    std::fputs("\n\n", stdout);
    std::fflush(stdout);
    if (!result) {
      print_error(result.error());
      return;
    }
    if (!raw()) {
      messages_.push_back(
          {.role = "assistant", .content = result->text, .thinking = result->thoughts});
    }
    if (options_.verbose) print_statistics(*result, std::chrono::nanoseconds(0));
  }

  runtime::Service& service_;
  ReplOptions options_;
  AnswerStyle style_;
  std::string system_;
  std::vector<runtime::ChatMessage> messages_;
  LineEditor editor_;
};

}  // namespace

int run_repl(runtime::Service& service, ReplOptions options, const Environment& environment) {
  return Repl(service, std::move(options), environment).run();
}

}  // namespace lar::cli
