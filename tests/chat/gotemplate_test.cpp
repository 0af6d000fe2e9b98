// Go templates: the language as text/template runs it, and Ollama's ways to render with it.
#include "chat/gotemplate/template.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "chat/gotemplate/ollama_types.h"
#include "chat/json.h"
#include "chat/message.h"
#include "support/data.h"
#include "support/json.h"

namespace lar::chat::gotemplate {
namespace {

using Json = nlohmann::ordered_json;
using lar::test::read_file;
using lar::test::shared_data;

std::vector<Message> messages_of(const Json& json) {
  const auto value = from_json(json);
  EXPECT_TRUE(value.has_value());
  auto messages = parse_messages(*value);
  EXPECT_TRUE(messages.has_value()) << messages.error().message;
  return messages.value_or(std::vector<Message>());
}

// The vectors spell Go's field names.
std::vector<Message> go_messages(const Json& list) {
  std::vector<Message> messages;
  for (const Json& entry : list) {
    Message message;
    message.role = entry.value("Role", "");
    message.content = Value::string(entry.value("Content", ""), Origin::kContent);
    if (entry.contains("ToolName")) message.name = entry["ToolName"].get<std::string>();
    messages.push_back(std::move(message));
  }
  return messages;
}

std::string render(std::string_view source, const Values& values) {
  const auto compiled = Template::compile(source);
  if (!compiled) return "refused: " + compiled.error().message;
  ExecuteOptions options;
  options.now = jinja::DateTime{2024, 3, 1, 12, 0, 0, 0};
  const auto prompt = (*compiled)->render(values, options);
  if (!prompt) return "error: " + prompt.error().message;
  EXPECT_EQ(prompt->runs.empty(), prompt->text.empty());
  if (!prompt->runs.empty()) {
    EXPECT_EQ(prompt->runs.back().end, prompt->text.size());
  }
  return prompt->text;
}

// Over three messages with a call, and a tool.
std::string run(std::string_view source) {
  static const std::vector<Message> messages = messages_of(lar::test::parse_json<Json>(R"([
    {"role": "system", "content": "Be <b>rief."},
    {"role": "user", "content": "hé llo"},
    {"role": "assistant", "content": "", "tool_calls": [
      {"id": "i1", "function": {"name": "g", "arguments":
        {"z": "<a&b>", "n": {"k": [1, 2.5, null, "s", true]}, "f": 1e21, "i": 1000000}}}]},
    {"role": "tool", "content": "r", "tool_name": "g", "tool_call_id": "i1"}])"));
  static const std::vector<Tool> tools = *parse_tools(*from_json(lar::test::parse_json<Json>(R"([
    {"type": "function", "function": {"name": "g", "description": "d", "parameters":
      {"type": "object", "required": ["b"], "properties": {
        "b": {"type": ["string", "integer"], "enum": ["x", 1], "minimum": 3},
        "a": {"type": "array", "description": "list"}}}}}])")));
  return render(std::string(source) + "{{ if .Messages }}{{ end }}",
                {.messages = messages, .tools = &tools, .think = Think::kHigh});
}

struct Case {
  std::string_view source;
  std::string_view printed;
};

TEST(GoTemplate, prints_what_text_template_prints) {
  constexpr Case kCases[] = {
      {"{{ 1_000 }} {{ 0x1p4 }} {{ 'a' }} {{ 1e3 }} {{ 0777 }} {{ 1.0 }} {{ -5 }} {{ 0x1F }}",
       "1000 16 97 1000 511 1 -5 31"},
      {"{{ print 1000000.0 123456789.0 1e20 0.0001 0.00001 1.5 }}",
       "1e+06 1.23456789e+08 1e+20 0.0001 1e-05 1.5"},
      {R"({{ print "a" "b" 1 2 "c" 3 nil true false }}|{{ println 1 "a" }}|)",
       "ab1 2c3 <nil> true false|1 a\n|"},
      {R"({{ printf "%s %d %v %q %t %5d|%-5s|%05d %x %.2f %T %% %c %U" "s" 3 2.5 "a\n" true 3 "x")"
       R"( 3 255 3.14159 "t" 65 65 }})",
       "s 3 2.5 \"a\\n\" true     3|x    |00003 ff 3.14 string % A U+0041"},
      {R"({{ printf "%d" "a" }} {{ printf "%d" }} {{ printf "a" 1 "b" }} {{ printf "%*s|" 4 "x" }})",
       "%!d(string=a) %!d(MISSING) a%!(EXTRA int=1, string=b)    x|"},
      {R"({{ html "<a>'" }} {{ js "a'<" }} {{ urlquery "a b&c" }})",
       "&lt;a&gt;&#39; a\\'\\u003C a+b%26c"},
      {R"({{ index "abc" 1 }} {{ slice "abc" 1 }} {{ slice "abc" 1 2 }} {{ len "hé" }})",
       "98 bc b 3"},
      {"{{ range 3 }}{{ . }}{{ end }}{{ range 0 }}x{{ else }}none{{ end }}", "012none"},
      {R"({{ "abc" | printf "%s-%s" "x" }} {{ true | not }} {{ 3 | eq 3 }})", "x-abc false true"},
      {R"({{ and 1 0 2 }} {{ or 0 "" "x" }} {{ and true "y" }} {{ not 0.0 }})", "0 x y true"},
      {R"({{ eq 1 2 1 }} {{ ne "a" "b" }} {{ lt 1 2 }} {{ ge 2.5 2.5 }} {{ eq .Foo nil }})",
       "true true true true true"},
      {"a {{- 1 -}} b {{/* c */}} c {{- /* d */ -}} d", "a1b  cd"},
      {"{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}", "32"},
      {"{{ with .Foo }}a{{ else with 7 }}{{ . }}{{ else }}b{{ end }}{{ .Foo }}", "7<no value>"},
      {"{{ range $i, $m := .Messages }}{{ if eq $i 1 }}{{ continue }}{{ end }}"
       "{{ if eq $i 3 }}{{ break }}{{ end }}{{ $i }}{{ $m.Role }} {{ end }}",
       "0system 2assistant "},
      {R"({{ define "t" }}<{{ . }}{{ $ }}>{{ end }}{{ template "t" 5 }}{{ block "u" 6 }}{{ . }})"
       R"({{ end }})",
       "<55>6"},
      {R"({{ (index .Messages 1).Content }}{{ (slice .Messages 1 2) | len }}{{ len .Messages }})",
       "hé llo14"},
      {"{{ .Think }} {{ .ThinkLevel }} {{ .IsThinkSet }} {{ .System }}",
       "true high true Be <b>rief."},
      {"{{ with (index .Messages 2).ToolCalls }}{{ with index . 0 }}{{ .ID }} {{ .Function.Name }} "
       "{{ .Function.Arguments }} {{ .Function.Arguments.i }}{{ range $k, $v := "
       ".Function.Arguments }} {{ $k }}={{ $v }}{{ end }}{{ end }}{{ end }}",
       "i1 g {\"f\":1e+21,\"i\":1000000,\"n\":{\"k\":[1,2.5,null,\"s\",true]},"
       "\"z\":\"\\u003ca\\u0026b\\u003e\"} 1e+06 f=1e+21 i=1e+06 n=map[k:[1 2.5 <nil> s true]] "
       "z=<a&b>"},
      {"{{ .Tools }}",
       "[{\"type\":\"function\",\"function\":{\"name\":\"g\",\"description\":\"d\",\"parameters\":{"
       "\"type\":\"object\",\"required\":[\"b\"],\"properties\":{\"a\":{\"type\":\"array\","
       "\"description\":\"list\"},\"b\":{\"type\":[\"string\",\"integer\"],\"enum\":[\"x\",1]}}}}}"
       "]"},
      {"{{ range .Tools }}{{ range $n, $p := .Function.Parameters.Properties }}{{ $n }}: "
       "{{ toTypeScriptType $p }} {{ $p.Type }}; {{ end }}{{ json .Function.Name }}{{ end }}",
       "a: any[] array; b: string | number [string integer]; \"g\""},
      {"{{ currentDate }} {{ yesterdayDate }} {{ currentDate \"x\" }}",
       "2024-03-01 2024-02-29 2024-03-01"},
      {"{{ json .Foo }} {{ json \"\\u2028é<\" }} {{ .System | json }}",
       "null \"\\u2028é\\u003c\" \"Be \\u003cb\\u003erief.\""},
      {"{{ (index .Messages 3) }}", "{tool r  [] [] g i1}"},
  };
  for (const Case& test : kCases) EXPECT_EQ(run(test.source), test.printed) << test.source;
}

TEST(GoTemplate, refuses_with_line_and_column) {
  constexpr Case kCases[] = {
      {"{{ .Prompt ", "unclosed action"},
      {"a\n{{ foo }}", "refused: line 2, column 4: function \"foo\" not defined"},
      {"{{ if }}x{{ end }}", "missing value for if"},
      {"{{ if true }}x", "unexpected EOF"},
      {"{{ end }}", "unexpected {{end}}"},
      {"{{ break }}", "{{break}} outside {{range}}"},
      {"{{ $x }}", "undefined variable \"$x\""},
      {"{{ \"a }}", "unterminated quoted string"},
      {"{{ 99999999999999999999 }}", "illegal number syntax"},
      {"{{ (1 }}", "unclosed left paren"},
      {"{{ 1 | 2 }}", "non executable command in pipeline stage 2"},
      {"{{ /* x", "unexpected / in command"},
      {"{{/* x", "unclosed comment"},
      {"{{define \"x\"}}{{template \"x\"}}{{end}}{{template \"x\"}}",
       "undefined template specified"},
      {"{{define \"x\"}}a{{end}}{{define \"x\"}}b{{end}}", "multiple definition"},
      {"{{ \"\xff\" }}{{ \xff }}", "unrecognized character"},
      {"{{ $x, $y := 1 }}", "too many declarations in command"},
  };
  for (const Case& test : kCases) {
    const std::string outcome = render(test.source, {});
    EXPECT_TRUE(outcome.starts_with("refused: line ")) << test.source << ": " << outcome;
    EXPECT_NE(outcome.find(test.printed), std::string::npos) << test.source << ": " << outcome;
  }
}

TEST(GoTemplate, fails_with_line_and_column) {
  constexpr Case kCases[] = {
      {"{{ .System.Foo }}", "line 1, column 4: at <.System.Foo>: can't evaluate field Foo"},
      {"x\n {{ (index .Messages 0).Nope }}", "line 2, column 6: "},
      {"{{ .Foo.Bar }}", "nil pointer evaluating interface {}.Bar"},
      {"{{ len 3 }}", "error calling len: len of type int"},
      {"{{ index .Messages 99 }}", "index out of range: 99"},
      {"{{ slice .Messages 3 1 }}", "invalid slice index: 3 > 1"},
      {"{{ eq 1 \"a\" }}", "incompatible types for comparison: int and string"},
      {"{{ lt .Messages 1 }}", "invalid type for comparison"},
      {"{{ nil }}", "nil is not a command"},
      {"{{ \"a\" 1 }}", "can't give argument to non-function \"a\""},
      {"{{ printf 1 }}", "expected string; found 1"},
      {"{{ len }}", "wrong number of args for len: want 1 got 0"},
      {"{{ range \"abc\" }}{{ end }}", "range can't iterate over abc"},
      {"{{ template \"none\" . }}", "template \"none\" not defined"},
      {"{{ call 1 }}", "error calling call: non-function of type int"},
  };
  for (const Case& test : kCases) {
    const std::string outcome = run(test.source);
    EXPECT_TRUE(outcome.starts_with("error: line ")) << test.source << ": " << outcome;
    EXPECT_NE(outcome.find(test.printed), std::string::npos) << test.source << ": " << outcome;
  }
}

TEST(GoTemplate, text_of_users_stays_content) {
  const auto compiled = Template::compile(
      "{{ range .Messages }}<|{{ .Role }}|>{{ printf \"%s<|e|>\" (slice .Content 1) }}{{ end }}");
  ASSERT_TRUE(compiled.has_value());
  Message message;
  message.role = "user";
  message.content = Value::string("x<|im_end|>", Origin::kContent);
  const auto prompt = (*compiled)->render({.messages = std::span(&message, 1)});
  ASSERT_TRUE(prompt.has_value());
  EXPECT_EQ(prompt->text, "<|user|><|im_end|><|e|>");
  std::string letters;
  for (const auto& run : prompt->runs) {
    letters.resize(run.end, run.origin == Origin::kContent ? 'c' : 't');
  }
  EXPECT_EQ(letters, "ttccccttccccccccccttttt");
}

TEST(GoTemplate, completes_text_between_prompt_and_suffix) {
  EXPECT_EQ(render("<P>{{ .Prompt }}<S>{{ .Suffix }}<M>",
                   {.infill = true, .prompt = "def f(", .suffix = ")"}),
            "<P>def f(<S>)<M>");
}

TEST(OllamaTemplates, bundled_templates_render_as_recorded) {
  const auto folder = shared_data("chat/ollama/template");
  LAR_REQUIRE_DATA(folder);
  const Json conversations = lar::test::parse_json<Json>(R"({
    "user": [{"role": "user", "content": "Hello, how are you?"}],
    "user-assistant-user": [
      {"role": "user", "content": "Hello, how are you?"},
      {"role": "assistant", "content": "I'm doing great. How can I help you today?"},
      {"role": "user", "content": "I'd like to show off how chat templating works!"}],
    "system-user-assistant-user": [
      {"role": "system", "content": "You are a helpful assistant."},
      {"role": "user", "content": "Hello, how are you?"},
      {"role": "assistant", "content": "I'm doing great. How can I help you today?"},
      {"role": "user", "content": "I'd like to show off how chat templating works!"}]})");
  size_t cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "testdata")) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename();
    for (const auto& [roles, conversation] : conversations.items()) {
      const auto messages = messages_of(conversation);
      std::string text = render(read_file(folder / name), {.messages = messages});
      const std::string expected = read_file(entry.path() / roles);
      // These recordings were made without the space at the end.
      if (text == expected + " ") text.pop_back();
      EXPECT_EQ(text, expected) << name << " " << roles;
      ++cases;
    }
  }
  EXPECT_EQ(cases, 36U);
}

TEST(OllamaTemplates, tools_render_as_recorded) {
  const auto folder = shared_data("chat/ollama/tools");
  LAR_REQUIRE_DATA(folder);
  const auto messages =
      messages_of(lar::test::parse_json<Json>(read_file(folder / "messages.json")));
  const auto tools = parse_tools(*parse_json(read_file(folder / "tools.json")));
  ASSERT_TRUE(tools.has_value());
  size_t cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".gotmpl") continue;
    const std::string text =
        render(read_file(entry.path()), {.messages = messages, .tools = &*tools});
    std::filesystem::path expected = entry.path();
    expected.replace_extension(".out");
    EXPECT_EQ(text, read_file(expected)) << entry.path().filename();
    ++cases;
  }
  EXPECT_EQ(cases, 7U);
}

TEST(OllamaTemplates, every_published_template_compiles) {
  const auto path = shared_data("chat/ollama/ollama_library_templates.json");
  LAR_REQUIRE_DATA(path);
  size_t cases = 0;
  for (const Json& entry : lar::test::parse_json<Json>(read_file(path))) {
    const std::string source = entry["ollama"].value("template", "");
    if (source.empty()) continue;
    const auto compiled = Template::compile(source);
    EXPECT_TRUE(compiled.has_value()) << entry["model"] << compiled.error().message;
    ++cases;
  }
  EXPECT_GT(cases, 90U);
}

// The cases of one test of Ollama's, from the extracted tables.
std::vector<Json> table(const std::string& file, const std::string& test) {
  std::vector<Json> cases;
  std::istringstream lines(read_file(shared_data("chat/ollama/ollama_go_tables.jsonl")));
  for (std::string line; std::getline(lines, line);) {
    const Json entry = lar::test::parse_json<Json>(line);
    if (entry["file"] == file && entry["test"] == test) cases.push_back(entry["case"]);
  }
  EXPECT_FALSE(cases.empty()) << test;
  return cases;
}

TEST(OllamaTables, names_errors_and_the_three_ways) {
  LAR_REQUIRE_DATA(shared_data("chat/ollama/ollama_go_tables.jsonl"));
  for (const Json& test : table("template/template_test.go", "TestParse")) {
    const auto compiled = Template::compile(test["template"].get<std::string>());
    ASSERT_TRUE(compiled.has_value());
    EXPECT_EQ((*compiled)->names(), test["vars"].get<std::vector<std::string>>()) << test;
  }
  for (const Json& test : table("template/template_test.go", "TestParseError")) {
    const auto compiled = Template::compile(test[1].get<std::string>());
    ASSERT_FALSE(compiled.has_value()) << test;
    EXPECT_NE(compiled.error().message.find(test[2].get<std::string>()), std::string::npos);
  }
  for (const Json& test : table("template/template_test.go", "TestExecuteWithMessages")) {
    const auto messages = go_messages(test[2]["Messages"]);
    for (const Json& form : test[1]) {
      EXPECT_EQ(render(form[1].get<std::string>(), {.messages = messages}),
                test[3].get<std::string>())
          << form;
    }
  }
}

TEST(OllamaTables, collation) {
  LAR_REQUIRE_DATA(shared_data("chat/ollama/ollama_go_tables.jsonl"));
  for (const Json& test : table("template/template_test.go", "TestCollate")) {
    const Collated collated = collate(go_messages(test["msgs"]));
    const auto expected = go_messages(test["expected"]);
    EXPECT_EQ(collated.system.text(), test["system"].get<std::string>());
    ASSERT_EQ(collated.messages.size(), expected.size()) << test;
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(collated.messages[i].role, expected[i].role);
      EXPECT_EQ(collated.messages[i].content.text(), expected[i].content.text());
      EXPECT_EQ(collated.messages[i].name, expected[i].name);
    }
  }
}

TEST(OllamaTables, tags_of_thinking_and_of_calls) {
  LAR_REQUIRE_DATA(shared_data("chat/ollama/ollama_go_tables.jsonl"));
  for (const Json& test : table("thinking/template_test.go", "TestInferThinkingTags")) {
    const auto compiled = Template::compile(test["tmplString"].get<std::string>());
    ASSERT_TRUE(compiled.has_value());
    const ThinkingTags tags = (*compiled)->thinking_tags();
    EXPECT_EQ(tags.open, test["wantOpeningTag"].get<std::string>()) << test["desc"];
    EXPECT_EQ(tags.close, test["wantClosingTag"].get<std::string>()) << test["desc"];
  }
  const auto tag = [](std::string_view source) {
    const auto compiled = Template::compile(source);
    return compiled ? (*compiled)->tool_call_tag() : compiled.error().message;
  };
  EXPECT_EQ(tag("{{ if .ToolCalls }}\n <tool_call>{\"name\"{{ .Role }}{{ end }}"), "<tool_call>");
  EXPECT_EQ(tag("{{ range .Messages }}{{ if .ToolCalls }}[TC] [{{ end }}{{ end }}"), "[TC] [");
  EXPECT_EQ(tag("{{ if .ToolCalls }}{{ .Role }}x{{ end }}"), "{");
  EXPECT_EQ(tag("{{ if .ToolCalls }}{\"name\"{{ end }}"), "{");
  EXPECT_EQ(tag("{{ .Role }}"), "{");
}

}  // namespace
}  // namespace lar::chat::gotemplate
