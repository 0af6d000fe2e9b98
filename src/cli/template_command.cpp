// lar template: what a chat template makes of a conversation, byte for byte.
#include <optional>

#include "base/mapped_file.h"
#include "chat/chat_template.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/model_file.h"
#include "cli/output.h"

namespace lar::cli {
namespace {

struct RenderArguments {
  std::string jinja_path;
  std::string model_path;
  std::string context_path;
  std::string now;
};

constexpr size_t kMaxInputBytes = 64U << 20;

Result<std::string> read_text(const std::string& path) {
  LAR_TRY(const MappedFile file, MappedFile::open(path));
  const auto bytes = file.bytes();
  if (bytes.size() > kMaxInputBytes) {
    return fail(Code::kInvalidArgument, path + ": is larger than 64 MiB");
  }
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<std::string> template_of_model(const std::string& path, const Environment& environment) {
  LAR_TRY(const auto file, open_model(path, environment));
  LAR_TRY(const auto text, file->optional_string("tokenizer.chat_template"));
  if (!text) return fail(Code::kNotFound, path + ": the file has no chat template");
  return std::string(*text);
}

Result<std::string> render(const RenderArguments& arguments, const Environment& environment) {
  LAR_TRY(const std::string source, arguments.jinja_path.empty()
                                        ? template_of_model(arguments.model_path, environment)
                                        : read_text(arguments.jinja_path));
  LAR_TRY(const std::string context, read_text(arguments.context_path));
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
  if (const auto code = parse(app, args)) return *code;
  if (arguments.jinja_path.empty() == arguments.model_path.empty()) {
    return print_error("lar template render wants either MODEL or --jinja FILE");
  }

  const auto text = render(arguments, environment);
  if (!text) return print_error(text.error());
  const auto written = write_stdout(*text);
  return written ? 0 : print_error(written.error());
}

}  // namespace lar::cli
