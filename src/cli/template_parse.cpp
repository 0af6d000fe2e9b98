#include "cli/template_parse.h"

#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "chat/json.h"
#include "chat/parsers/detect.h"
#include "chat/parsers/model_format.h"
#include "cli/stored_model.h"
#include "cli/text_file.h"

namespace lar::cli {
namespace {

// How to read an output, and how the prompt before it ends.
struct Reading {
  chat::OutputFormat format;
  chat::OutputOptions options;
};

Result<Reading> jinja_reading(std::string_view source,
                              const chat::Value& tools,
                              std::optional<bool> think) {
  LAR_TRY(const auto chat_template, chat::ChatTemplate::create(source, {}));
  Reading reading;
  reading.format = chat::detect_output_format(*chat_template, source);
  const std::string prompt = chat::generation_prompt(*chat_template, tools, think);
  reading.options = chat::options_for_prompt(reading.format, prompt, tools, think);
  return reading;
}

Result<Reading> go_reading(std::string_view source,
                           const chat::Value& tools,
                           std::optional<bool> think) {
  LAR_TRY(const auto chat_template, chat::gotemplate::Template::compile(source));
  Reading reading;
  reading.format = chat::detect_go_output_format(*chat_template);
  const std::string prompt = chat::generation_prompt(*chat_template, think);
  reading.options = chat::options_for_prompt(reading.format, prompt, tools, think);
  return reading;
}

Result<Reading> model_reading(const std::string& name,
                              const Environment& environment,
                              const chat::Value& tools,
                              std::optional<bool> think) {
  LAR_TRY(const LocalModel model, find_local_model(name, environment));
  LAR_TRY(const auto renderer, with_context(chat::PromptRenderer::create(model.facts, {}), name));
  Reading reading;
  LAR_TRY(reading.format, with_context(chat::model_output_format(model.facts, renderer), name));
  chat::Message question;
  question.role = "user";
  question.content = chat::Value::string("question", chat::Origin::kContent);
  const chat::Think wish = !think   ? chat::Think::kUnset
                           : *think ? chat::Think::kOn
                                    : chat::Think::kOff;
  const auto prompt = renderer.render({.messages = std::span(&question, 1),
                                       .tools = tools,
                                       .think = wish,
                                       .now = chat::jinja::DateTime{2024, 7, 26, 12, 0, 0, 0}});
  reading.options = chat::options_for_prompt(
      reading.format, prompt ? std::string_view(prompt->text) : std::string_view(), tools, think);
  return reading;
}

Result<chat::Value> read_tools(const std::string& path) {
  if (path.empty()) return chat::Value();
  LAR_TRY(const std::string text, read_text_file(path));
  LAR_TRY(const chat::Value value, with_context(chat::parse_json(text), path));
  const chat::Value* inner = value.find("tools");
  const chat::Value& tools = inner != nullptr ? *inner : value;
  if (tools.is_null()) return chat::Value();
  if (!tools.is_list()) return fail(Code::kInvalidArgument, path + ": is no list of tools");
  return tools;
}

Result<std::optional<bool>> think_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "true") return true;
  if (text == "false") return false;
  return fail(Code::kInvalidArgument, "--think is true or false, not '" + text + "'");
}

Result<std::string> print(const chat::ParsedOutput& output) {
  nlohmann::ordered_json json;
  json["content"] = output.content;
  json["thinking"] = output.thinking;
  json["tool_calls"] = nlohmann::ordered_json::array();
  for (const chat::ParsedCall& call : output.calls) {
    nlohmann::ordered_json entry;
    entry["name"] = call.name;
    entry["arguments"] = nlohmann::ordered_json::parse(call.arguments, nullptr, false);
    json["tool_calls"].push_back(std::move(entry));
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

void add_parse_options(Arguments& command, ParseArguments& arguments) {
  command.option("MODEL", arguments.model_path, "A GGUF file, or a model of the local store");
  command.option("--jinja", arguments.jinja_path, "A file with a Jinja template");
  command.option("--go", arguments.go_path, "A file with a Go template");
  command.option("--tools", arguments.tools_path, "A JSON file with the request's tools");
  command.option("--think", arguments.think, "The request's think: true or false");
}

Result<std::string> parse_stdin(const ParseArguments& arguments, const Environment& environment) {
  const int sources = (arguments.model_path.empty() ? 0 : 1) +
                      (arguments.jinja_path.empty() ? 0 : 1) + (arguments.go_path.empty() ? 0 : 1);
  if (sources != 1) {
    return fail(Code::kInvalidArgument,
                "lar template parse wants one of MODEL, --jinja FILE and --go FILE");
  }
  LAR_TRY(const auto think, think_of(arguments.think));
  LAR_TRY(const chat::Value tools, read_tools(arguments.tools_path));
  Reading reading;
  if (!arguments.go_path.empty()) {
    LAR_TRY(const std::string source, read_text_file(arguments.go_path));
    LAR_TRY(reading, go_reading(source, tools, think));
  } else if (!arguments.jinja_path.empty()) {
    LAR_TRY(const std::string source, read_text_file(arguments.jinja_path));
    LAR_TRY(reading, jinja_reading(source, tools, think));
  } else {
    LAR_TRY(reading, model_reading(arguments.model_path, environment, tools, think));
  }
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  LAR_TRY(const auto output,
          chat::parse_output(reading.format, reading.options,
                             chat::without_end_of_turn(text, reading.format.end_of_turn)));
  return print(output);
}

}  // namespace lar::cli
