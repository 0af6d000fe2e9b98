// lar template: what a chat template makes of a conversation, byte for byte, and what the output of
// its model means.
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/template_parse.h"
#include "cli/template_render.h"

namespace lar::cli {
namespace {

int finish(const Result<std::string>& text) {
  if (!text) return print_error(text.error());
  const auto written = write_stdout(*text);
  return written ? 0 : print_error(written.error());
}

}  // namespace

int run_template(const std::vector<std::string>& args, const Environment& environment) {
  Arguments command("Work with chat templates");
  RenderArguments render_arguments;
  Arguments& renderer = command.subcommand("render", "Print what a template makes of a context");
  add_render_options(renderer, render_arguments);
  ParseArguments parse_arguments;
  Arguments& parser = command.subcommand(
      "parse", "Print content, thinking and tool calls of the model output on stdin as JSON");
  add_parse_options(parser, parse_arguments);
  if (const auto code = command.parse(args)) return *code;
  if (parser.chosen()) return finish(parse_stdin(parse_arguments, environment));
  return finish(render_context(render_arguments, environment));
}

}  // namespace lar::cli
