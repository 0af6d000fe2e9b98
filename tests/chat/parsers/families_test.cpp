// What each family's models write, where no vectors of others say it.
#include <gtest/gtest.h>

#include "chat/json.h"
#include "chat/parsers/pieces.h"
#include "chat/parsers/registry.h"
#include "support/json.h"

namespace lar::chat {
namespace {

const char* const kTools = R"([
  {"name": "special_function", "parameters": {"type": "object",
    "properties": {"arg1": {"type": "integer"}}, "required": ["arg1"]}},
  {"name": "python", "parameters": {"type": "object", "properties": {"code": {"type": "string"}}}},
  {"name": "get weather"}, {"name": "read"}, {"name": "muse.bash"}])";

OutputOptions options(bool in_thinking = false) {
  OutputOptions options;
  options.tools = *parse_json(kTools);
  options.in_thinking = in_thinking;
  return options;
}

struct Expected {
  std::string content;
  std::string thinking;
  std::vector<std::pair<std::string, std::string>> calls;
};

void expect(std::string_view family,
            std::string_view text,
            const Expected& expected,
            const OutputOptions& with = options()) {
  SCOPED_TRACE(std::string(family) + ": " + std::string(text));
  const auto format = family_format(family);
  ASSERT_TRUE(format);
  const test::Parsed parsed = test::parse_every_way(*format, with, text, 4);
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.output.content, expected.content);
  EXPECT_EQ(parsed.output.thinking, expected.thinking);
  ASSERT_EQ(parsed.output.calls.size(), expected.calls.size());
  for (size_t i = 0; i < expected.calls.size(); ++i) {
    EXPECT_EQ(parsed.output.calls[i].name, expected.calls[i].first);
    EXPECT_EQ(test::arguments_of(parsed.output.calls[i]),
              lar::test::parse_json<nlohmann::json>(expected.calls[i].second));
    EXPECT_TRUE(parsed.output.calls[i].complete);
  }
}

std::string error_of(std::string_view family, std::string_view text) {
  return test::parse_every_way(*family_format(family), options(), text, 2).error;
}

const std::pair<std::string, std::string> kSpecial = {"special_function", R"({"arg1": 1})"};

TEST(Families, harmony) {
  expect("harmony", "<|channel|>final<|message|>Hello<|return|>", {"Hello", "", {}});
  expect("harmony",
         "<|channel|>analysis<|message|>I'm\nthinking<|end|><|start|>assistant<|channel|>final"
         "<|message|>Hello\nyou",
         {"Hello\nyou", "I'm\nthinking", {}});
  expect("harmony",
         "<|channel|>analysis<|message|>t<|end|><|start|>assistant<|channel|>commentary "
         "to=functions.special_function <|constrain|>json<|message|>{\"arg1\": 1}<|call|>",
         {"", "t", {kSpecial}});
  expect("harmony",
         " to=functions.special_function<|channel|>commentary json<|message|>{\"arg1\": 1}",
         {"", "", {kSpecial}});
  expect("harmony", "<|channel|>commentary<|message|>First I look.<|end|>",
         {"First I look.", "", {}});
  expect("harmony", "<|channel|>commentary to=functions.get_weather<|message|>{}<|call|>",
         {"", "", {{"get weather", "{}"}}});
  expect("harmony", "No form at all", {"No form at all", "", {}});
  OutputOptions begun = options();
  begun.prefill = "<|channel|>final<|message|>";
  expect("harmony", "and so on<|return|>", {"and so on", "", {}}, begun);
  EXPECT_TRUE(
      error_of("harmony", "<|channel|>commentary to=functions.python<|message|>{\"a\": <|call|>")
          .starts_with("error parsing tool call: raw='{\"a\": ', err="));
}

std::string atem(const std::string& name) {
  return "<atem:function_calls>\n<atem:invoke name=\"" + name +
         "\">\n<atem:parameter name=\"command\">ls</atem:parameter>\n</atem:invoke>\n"
         "</atem:function_calls>";
}

TEST(Families, glimmer) {
  const std::pair<std::string, std::string> bash = {"muse.bash", R"({"command": "ls"})"};
  expect("glimmer", " to=user<|message|>Hello<|eot|>", {"Hello", "", {}});
  expect("glimmer",
         " to=self<|message|>let me look<|eom|><|start|>assistant to=muse.bash<|message|>" +
             atem("muse.bash") + "<|eom|>",
         {"", "let me look", {bash}});
  // A call that went to the wrong recipient is one if a tool of the request is called and nothing
  // else is said.
  for (const char* recipient : {" to=muse<|message|>", " to=user<|message|>", "<|message|>"}) {
    expect("glimmer", recipient + atem("muse.bash") + "<|eom|>", {"", "", {bash}});
  }
  expect("glimmer",
         "<|message|>" + atem("muse.bash") + "<|start|>assistant to=user<|message|>Done<|eot|>",
         {"Done", "", {bash}});
  const std::string other = atem("other.run");
  expect("glimmer", " to=user<|message|>" + other + "<|eot|>", {other, "", {}});
  expect("glimmer", " to=user<|message|>" + atem("muse.bash") + "\nDone.<|eot|>",
         {atem("muse.bash") + "\nDone.", "", {}});
  expect("glimmer", " to=user<|message|>Use `<|start|>` here.<|eot|>",
         {"Use `<|start|>` here.", "", {}});
  expect("glimmer", " to=read.read<|message|>" + atem("read.read") + "<|eom|>",
         {"", "", {{"read", R"({"command": "ls"})"}}});
  const std::string wrong = atem("functions.read");
  expect("glimmer", " to=user<|message|>" + wrong + "<|eot|>", {wrong, "", {}});
}

TEST(Families, llama3) {
  expect("llama3", R"({"name": "special_function", "parameters": {"arg1": 1}})",
         {"", "", {kSpecial}});
  expect("llama3", R"(<|python_tag|>{"name": "special_function", "parameters": {"arg1": 1}})",
         {"", "", {kSpecial}});
  expect("llama3", R"({"name": "nobody", "parameters": {"arg1": 1}})",
         {R"({"name": "nobody", "parameters": {"arg1": 1}})", "", {}});
  expect("llama3", R"({"answer": 42})", {R"({"answer": 42})", "", {}});
  expect("llama3", "{x} is not JSON", {"{x} is not JSON", "", {}});
  expect("llama3", R"({"name": "special_function", "para)",
         {R"({"name": "special_function", "para)", "", {}});
  expect("llama3", "<|python_tag|>print('hey')",
         {"", "", {{"python", R"x({"code": "print('hey')"})x"}}});
  expect("llama3", "<|python_tag|>brave_search.call(query=\"x\")",
         {"", "", {{"brave_search", R"({"query": "x"})"}}});
  expect("llama3", R"(Here: {"name": "special_function", "parameters": {"arg1": 1}})",
         {R"(Here: {"name": "special_function", "parameters": {"arg1": 1}})", "", {}});
  expect(
      "llama3",
      R"({"name": "special_function", "parameters": {"arg1": 1}}; {"name": "python", "parameters": {}})",
      {"", "", {kSpecial, {"python", "{}"}}});
}

TEST(Families, llama4) {
  expect("llama4", "[special_function(arg1=1), python(code='x')]",
         {"", "", {kSpecial, {"python", R"({"code": "x"})"}}});
  expect("llama4", "[link](http://x.y) is no call", {"[link](http://x.y) is no call", "", {}});
  expect("llama4", "[1, 2, 3]", {"[1, 2, 3]", "", {}});
  expect("llama4", "[nobody(a=1)]", {"[nobody(a=1)]", "", {}});
}

TEST(Families, mistral) {
  expect("mistral", R"([TOOL_CALLS] [{"name": "special_function", "arguments": {"arg1": 1}}])",
         {"", "", {kSpecial}});
  const auto old = test::parse_pieces(
      *family_format("mistral"), options(),
      {R"([TOOL_CALLS][{"name": "special_function", "arguments": {"arg1": 1}, "id": "123456789"}])"});
  ASSERT_EQ(old.output.calls.size(), 1U);
  EXPECT_EQ(old.output.calls[0].id, "123456789");
  expect("mistral", "[THINK]I'm\nthinking[/THINK]Hello", {"Hello", "I'm\nthinking", {}});
  expect("mistral", "[THINK]t[/THINK][TOOL_CALLS]special_function[ARGS]{\"arg1\": 1}",
         {"", "t", {kSpecial}});
  expect("mistral", "a [list] of [TOOL things", {"a [list] of [TOOL things", "", {}});
}

TEST(Families, deepseek) {
  expect("deepseek",
         "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>special_function\n"
         "```json\n{\"arg1\": 1}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
         {"", "", {kSpecial}});
  EXPECT_NE(
      error_of("deepseek", "<｜tool▁call▁begin｜>python<｜tool▁sep｜>no json<｜tool▁call▁end｜>"),
      "");
}

TEST(Families, functionary) {
  expect("functionary_v31", "<function=special_function>{\"arg1\": 1}</function>",
         {"", "", {kSpecial}});
  expect("functionary_v31", "The tag <function=x> is text",
         {"The tag <function=x> is text", "", {}});
  OutputOptions begun = options();
  begun.prefill = ">>>";
  expect("functionary_v32", "all\nHello", {"Hello", "", {}}, begun);
  expect("functionary_v32", "special_function\n{\"arg1\": 1}", {"", "", {kSpecial}}, begun);
  expect("functionary_v32", "all\nHello>>>special_function\n{\"arg1\": 1}",
         {"Hello", "", {kSpecial}}, begun);
}

TEST(Families, apertus) {
  expect("apertus",
         "<|inner_prefix|>t<|inner_suffix|>Hello<|tools_prefix|>[{\"special_function\": "
         "{\"arg1\": 1}}, {\"python\": {\"code\": \"x\"}}]<|tools_suffix|>",
         {"Hello", "t", {kSpecial, {"python", R"({"code": "x"})"}}});
}

TEST(Families, cohere) {
  expect("cohere",
         "<|START_THINKING|>t<|END_THINKING|><|START_ACTION|>[\n    {\"tool_call_id\": \"0\", "
         "\"tool_name\": \"special_function\", \"parameters\": {\"arg1\": 1}}\n]<|END_ACTION|>",
         {"", "t", {kSpecial}});
  expect("command_r_plus",
         "Action:\n```json\n[\n    {\n        \"tool_name\": \"special_function\",\n        "
         "\"parameters\": {\"arg1\": 1}\n    }\n]\n```",
         {"", "", {kSpecial}});
  expect("command_r_plus", "Action: none is needed.", {"Action: none is needed.", "", {}});
}

TEST(Families, seed_oss) {
  expect("seed_oss",
         "<seed:think>t</seed:think><seed:tool_call>\n<function=special_function>\n"
         "<parameter=arg1>1</parameter>\n</function>\n</seed:tool_call>",
         {"", "t", {kSpecial}});
}

TEST(Families, hermes) {
  // OpenAI's wrapper, the arguments as a string, and the keys in another order.
  expect(
      "hermes",
      R"(<tool_call>{"type": "function", "function": {"name": "special_function", "arguments": {"arg1": 1}}}</tool_call>)",
      {"", "", {kSpecial}});
  expect("hermes",
         R"(<tool_call>{"name": "special_function", "arguments": "{\"arg1\": 1}"}</tool_call>)",
         {"", "", {kSpecial}});
  expect("hermes",
         R"(<tool_call>{"arguments": {"arg1": 1}, "name": "special_function"}</tool_call>)",
         {"", "", {kSpecial}});
  // Raw line ends inside strings are what models write and JSON forbids.
  expect("hermes",
         "<tool_call>{\"name\": \"python\", \"arguments\": {\"code\": \"a\nb\"}}</tool_call>",
         {"", "", {{"python", R"({"code": "a\nb"})"}}});
  expect("hermes", "2 < 3 <tool", {"2 < 3 <tool", "", {}});
  expect("hermes", "<tool_call>{\"name\": \"python\", \"arguments\": {}}</tool_call> and more",
         {"and more", "", {{"python", "{}"}}});
  EXPECT_NE(error_of("hermes", "<tool_call>{\"name\": \"python\", oops}</tool_call>"), "");
  // Half a call is none.
  const auto half = parse_output(*family_format("hermes"), options(),
                                 "Wait. <tool_call>{\"name\": \"python\", \"argu");
  ASSERT_TRUE(half);
  EXPECT_EQ(half->content, "Wait. ");
  EXPECT_TRUE(half->calls.empty());
}

TEST(Families, arguments_appear_while_they_are_written) {
  const auto so_far = [](std::string_view family, std::string_view text) {
    const test::Parsed parsed =
        test::parse_pieces(*family_format(family), options(), {text}, false);
    return parsed.output.calls.empty() ? "none" : parsed.output.calls.back().arguments;
  };
  EXPECT_EQ(so_far("hermes", R"(<tool_call>{"name": "python", "arguments": {"code": "pri)"),
            R"({"code": "pri)");
  EXPECT_EQ(
      so_far("harmony", R"(<|channel|>commentary to=functions.python<|message|>{"code": "pri)"),
      R"({"code": "pri)");
  EXPECT_EQ(so_far("mistral", R"([TOOL_CALLS]python[ARGS]{"code": "pri)"), R"({"code": "pri)");
  EXPECT_EQ(so_far("lfm2", R"(<|tool_call_start|>[python(code="pri)"), R"({"code": "pri)");
  EXPECT_EQ(
      so_far("qwen3_coder",
             "<tool_call>\n<function=special_function>\n<parameter=arg1>\n1\n</parameter>\n<par"),
      R"({"arg1":1)");
}

TEST(Families, nothing_is_read_after_an_error) {
  EXPECT_NE(
      error_of("harmony", "<|channel|>commentary to=self<|message|><|message|>t<|end|>{\"a\": 1}"),
      "");
}

TEST(Families, limits_are_errors) {
  const std::string deep(kArgumentsDepthMax + 1, '[');
  EXPECT_NE(error_of("hermes", "<tool_call>{\"name\": \"python\", \"arguments\": {\"a\": " + deep),
            "");
  const std::string name(5000, 'x');
  EXPECT_NE(error_of("mistral", "[TOOL_CALLS]" + name), "");
}

}  // namespace
}  // namespace lar::chat
