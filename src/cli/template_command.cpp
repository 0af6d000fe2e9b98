// lar template: what a chat template makes of a conversation, byte for byte, and what the output of
// its model means.
#include <optional>

#include "chat/chat_template.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/template_parse.h"
#include "cli/text_file.h"

namespace lar::cli {
namespace {

struct RenderArguments {
  std::string jinja_path;
  std::string model_path;
  std::string context_path;
  std::string now;
};

Result<std::string> render(const RenderArguments& arguments, const Environment& environment) {
  LAR_TRY(const std::string source, arguments.jinja_path.empty()
                                        ? template_of_model(arguments.model_path, environment)
                                        : read_text_file(arguments.jinja_path));
  LAR_TRY(const std::string context, read_text_file(arguments.context_path));
  std::optional<chat::jinja::DateTime> now;
  if (!arguments.now.empty()) {
    now = chat::jinja::parse_iso_8601(arguments.now);
    if (!now) {
      return fail(Code::kInvalidArgument, "--now is no date and time: '" + arguments.now + "'");
    }
  }
  LAR_TRY(auto prompt, chat::render_json_context(source, context, now));
  return std::move(prompt.text);
}

}  // namespace

int run_template(const std::vector<std::string>& args, const Environment& environment) {
  RenderArguments arguments;
  CLI::App app("Work with chat templates");
  app.require_subcommand(1);
  CLI::App* command = app.add_subcommand("render", "Print what a template makes of a context");
  command->add_option("MODEL", arguments.model_path, "A GGUF file with a chat template");
  command->add_option("--jinja", arguments.jinja_path, "A file with a Jinja template");
  command
      ->add_option("--context", arguments.context_path,
                   "A JSON object: messages, tools, add_generation_prompt and other variables")
      ->required();
  command->add_option("--now", arguments.now, "The time for strftime_now, as ISO 8601");
  ParseArguments parse_arguments;
  CLI::App* parser = app.add_subcommand(
      "parse", "Print content, thinking and tool calls of the model output on stdin as JSON");
  add_parse_options(*parser, parse_arguments);
  if (const auto code = parse(app, args)) return *code;
  if (parser->parsed()) {
    const auto output = parse_stdin(parse_arguments, environment);
    if (!output) return print_error(output.error());
    const auto written = write_stdout(*output);
    return written ? 0 : print_error(written.error());
  }
  if (arguments.jinja_path.empty() == arguments.model_path.empty()) {
    return print_error("lar template render wants either MODEL or --jinja FILE");
  }

  const auto text = render(arguments, environment);
  if (!text) return print_error(text.error());
  const auto written = write_stdout(*text);
  return written ? 0 : print_error(written.error());
}

}  // namespace lar::cli
