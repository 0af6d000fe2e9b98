// A call that is forced into a family's syntax is read back by the family's parser.
#include "chat/parsers/tool_call_syntax.h"

#include <gtest/gtest.h>

#include "chat/json.h"
#include "chat/parsers/pieces.h"
#include "chat/parsers/registry.h"
#include "chat/parsers/tool_set.h"
#include "support/json.h"

namespace lar::chat {
namespace {

const char* const kTools = R"([
  {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}}},
  {"type": "function", "function": {"name": "add", "parameters": {"type": "object",
    "properties": {"numbers": {"type": "array"}}}}}])";

// `arguments` as the family writes them.
std::string written(const ToolCallSyntax& syntax, const nlohmann::ordered_json& arguments) {
  std::string text;
  switch (syntax.form) {
    case ArgumentsForm::kJson: return arguments.dump();
    case ArgumentsForm::kTagged:
      for (const auto& [key, value] : arguments.items()) {
        const bool plain = value.is_string() || syntax.parameter.after_name_not_string.empty();
        text += syntax.parameter.before_name + key +
                (plain ? syntax.parameter.after_name : syntax.parameter.after_name_not_string) +
                (value.is_string() ? value.get<std::string>() : value.dump()) +
                syntax.parameter.after_value;
      }
      return text;
    case ArgumentsForm::kPython:
      for (const auto& [key, value] : arguments.items()) {
        text += (text.empty() ? "" : ", ") + key + "=" + value.dump();
      }
      return text;
    case ArgumentsForm::kGemma:
      for (const auto& [key, value] : arguments.items()) {
        const std::string string =
            value.is_string() ? syntax.string_quote + value.get<std::string>() + syntax.string_quote
                              : value.dump();
        text += (text.empty() ? "" : ",") + key + ":" + string;
      }
      return "{" + text + "}";
    case ArgumentsForm::kElements:
      for (const auto& [key, value] : arguments.items()) {
        const std::string& mark = syntax.string_quote;
        text += mark + "<" + key + ">";
        if (value.is_array()) {
          for (const auto& item : value) text += mark + "<item>" + item.dump() + mark + "</item>";
        } else {
          text += value.is_string() ? value.get<std::string>() : value.dump();
        }
        text += mark + "</" + key + ">";
      }
      return text;
  }
  return text;
}

void expect_round_trip(const OutputFormat& format) {
  SCOPED_TRACE(format.family);
  const auto tools = parse_json(kTools);
  const auto syntax = tool_call_syntax(format, *tools, {});
  if (!format.syntax.known) {
    ASSERT_FALSE(syntax);
    EXPECT_EQ(syntax.error().code, Code::kUnsupported);
    return;
  }
  ASSERT_TRUE(syntax);
  ASSERT_EQ(syntax->calls.size(), 2U);
  const nlohmann::ordered_json weather = {{"city", "São Paulo"}, {"days", 3}};
  const nlohmann::ordered_json add = {{"numbers", {1, 2.5}}};
  std::string text = syntax->section_begin + syntax->calls[0].before_arguments +
                     written(*syntax, weather) + syntax->calls[0].after_arguments;
  if (syntax->parallel) {
    text += syntax->between_calls + syntax->calls[1].before_arguments + written(*syntax, add) +
            syntax->calls[1].after_arguments;
  }
  text += syntax->section_end;
  OutputOptions options;
  options.tools = *tools;
  options.thinking_off = true;
  if (format.family == "functionary_v32") options.prefill = ">>>";
  if (format.family == "functionary_v2") options.prefill = "<|recipient|>";
  const test::Parsed parsed = test::parse_every_way(format, options, text, 2);
  SCOPED_TRACE(text);
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.output.content, "");
  ASSERT_EQ(parsed.output.calls.size(), syntax->parallel ? 2U : 1U);
  EXPECT_EQ(parsed.output.calls[0].name, "get_weather");
  EXPECT_EQ(test::arguments_of(parsed.output.calls[0]), nlohmann::json(weather));
  if (!syntax->parallel) return;
  EXPECT_EQ(parsed.output.calls[1].name, "add");
  EXPECT_EQ(test::arguments_of(parsed.output.calls[1]), nlohmann::json(add));
}

TEST(ToolCallSyntax, of_every_family_is_read_back) {
  std::string last;
  for (const FamilyRow& row : family_table()) {
    if (row.name == last) continue;
    last = row.name;
    expect_round_trip(*family_format(row.name));
  }
}

TEST(ToolCallSyntax, of_every_ollama_parser_is_read_back) {
  for (const std::string_view name : ollama_parser_names()) {
    expect_round_trip(*ollama_parser_format(name));
  }
}

TEST(ToolCallSyntax, names_one_function_or_says_that_there_is_none) {
  const auto tools = parse_json(kTools);
  const OutputFormat format = *family_format("hermes");
  const auto add = tool_call_syntax(format, *tools, {"add"});
  ASSERT_TRUE(add);
  ASSERT_EQ(add->calls.size(), 1U);
  EXPECT_EQ(add->calls[0].before_arguments, "<tool_call>\n{\"name\": \"add\", \"arguments\": ");
  EXPECT_NE(add->calls[0].parameters.find("properties"), nullptr);
  const auto unknown = tool_call_syntax(format, *tools, {"subtract"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::kInvalidArgument);
  EXPECT_FALSE(tool_call_syntax(format, Value(), {}));
}

}  // namespace
}  // namespace lar::chat
