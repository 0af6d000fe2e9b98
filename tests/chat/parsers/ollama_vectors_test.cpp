// The tables of Ollama's own tests of its output parsers: stream pieces, and the content, thinking
// and tool calls that they must give.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "chat/json.h"
#include "chat/parsers/detect.h"
#include "chat/parsers/function_names.h"
#include "chat/parsers/gemma_calls.h"
#include "chat/parsers/generic_calls.h"
#include "chat/parsers/pieces.h"
#include "chat/parsers/python_value.h"
#include "chat/parsers/registry.h"
#include "chat/parsers/tool_set.h"
#include "chat/parsers/white_space.h"
#include "support/data.h"
#include "support/json.h"

namespace lar::chat {
namespace {

using Json = nlohmann::ordered_json;
using lar::test::read_file;
using lar::test::shared_data;

// Go's empty strings and slices are recorded as [] and null.
std::string text_of(const Json& entry, const std::string& key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

nlohmann::json go_arguments(const Json& value) {
  if (value.is_object() && value.contains("$call")) return nlohmann::json::object();
  return nlohmann::json(value);
}

Json schema_of(const Json& properties) {
  Json schema = {{"type", "object"}, {"properties", Json::object()}};
  for (const auto& [name, property] : properties.items()) {
    Json type = property.value("Type", Json());
    schema["properties"][name] = type.is_null() ? Json::object() : Json{{"type", type}};
  }
  return schema;
}

Value tools_of(const Json& tools) {
  Json list = Json::array();
  if (tools.is_array()) {
    for (const Json& tool : tools) {
      Json function;
      if (tool.contains("$call")) {
        function["name"] = tool["args"][0];
        Json properties;
        for (size_t i = 1; i < tool["args"].size(); ++i) {
          properties[tool["args"][i].get<std::string>()] = {{"Type", {"string"}}};
        }
        function["parameters"] = schema_of(properties);
      } else {
        const Json& inner = tool["Function"];
        function["name"] = inner["Name"];
        function["parameters"] = schema_of(
            inner.value("Parameters", Json::object()).value("Properties", Json::object()));
      }
      list.push_back({{"type", "function"}, {"function", function}});
    }
  }
  const auto value = from_json(list);
  return value ? *value : Value();
}

void expect_calls(const std::vector<ParsedCall>& calls, const Json& expected) {
  const size_t count = expected.is_array() ? expected.size() : 0;
  ASSERT_EQ(calls.size(), count);
  for (size_t i = 0; i < count; ++i) {
    const Json& function = expected[i]["Function"];
    EXPECT_EQ(calls[i].name, function["Name"].get<std::string>());
    EXPECT_EQ(test::arguments_of(calls[i]), go_arguments(function["Arguments"]))
        << calls[i].arguments;
    EXPECT_TRUE(calls[i].complete);
  }
}

std::vector<std::string> chunks_of(const Json& entry) {
  if (entry.contains("input")) return {text_of(entry, "input")};
  if (entry.contains("chunks")) return entry["chunks"].get<std::vector<std::string>>();
  // The recorder has put a few lists under a key of another name.
  for (const auto& [key, value] : entry.items()) {
    if (key.starts_with("[") && value.is_array()) return value.get<std::vector<std::string>>();
  }
  return {};
}

std::string joined(const std::vector<std::string>& chunks) {
  std::string text;
  for (const std::string& chunk : chunks) text += chunk;
  return text;
}

// One row of a table whose columns are input, expectedContent, expectedThinking, expectedCalls.
void check_row(const std::string& parser, const Json& entry, bool think, const Value& tools) {
  auto format = ollama_parser_format(parser);
  ASSERT_TRUE(format);
  OutputOptions options;
  options.tools = tools;
  options.thinking_off = !think;
  // Without thinking the prompt has closed it, and lfm2 takes its tags for text.
  if (!think && parser == "lfm2") format->thinking_start = ThinkingStart::kNever;
  if (!think && parser == "lfm2") format->trim_start = false;
  const std::string text = joined(chunks_of(entry));
  const test::Parsed parsed = test::parse_every_way(*format, options, text);
  EXPECT_EQ(parsed.error, "");
  std::string content = text_of(entry, "expectedContent") + text_of(entry, "expectedText");
  EXPECT_EQ(parsed.output.content, content);
  EXPECT_EQ(parsed.output.thinking, text_of(entry, "expectedThinking"));
  Json calls;
  if (entry.contains("expectedCalls")) calls = entry["expectedCalls"];
  if (entry.contains("expectedToolCalls")) calls = entry["expectedToolCalls"];
  // The tables of the boundary tests name their one call in the code.
  if (text.contains("<|tool_call>call:get_weather") && calls.is_null()) {
    calls = lar::test::parse_json<Json>(
        R"([{"Function": {"Name": "get_weather", "Arguments": {"location": "Paris"}}}])");
  }
  expect_calls(parsed.output.calls, calls);
}

bool thinks(const Json& entry) {
  if (entry.contains("thinkValue") && entry["thinkValue"].is_object()) {
    return entry["thinkValue"].value("Value", false);
  }
  return entry.value("hasThinking",
                     entry.value("hasThinkingSupport", entry.value("thinkingEnabled", false)));
}

void for_rows(const std::string& file,
              const std::vector<std::string>& tests,
              const std::function<void(const std::string& test, const Json&)>& check,
              size_t at_least = 1) {
  std::istringstream lines(read_file(shared_data("chat/ollama/ollama_go_tables.jsonl")));
  size_t rows = 0;
  for (std::string line; std::getline(lines, line);) {
    const Json row = lar::test::parse_json<Json>(line);
    if (row["file"] != file || row["complete"] != true) continue;
    const std::string test = row["test"];
    if (std::find(tests.begin(), tests.end(), test) == tests.end()) continue;
    SCOPED_TRACE(test + ": " + row["case"].dump().substr(0, 400));
    check(test, row["case"]);
    ++rows;
  }
  EXPECT_GE(rows, at_least);
}

class OllamaVectors : public ::testing::Test {
 protected:
  void SetUp() override { LAR_REQUIRE_DATA(shared_data("chat/ollama/ollama_go_tables.jsonl")); }
};

TEST_F(OllamaVectors, every_parser_name_is_known) {
  for_rows("model/parsers/parsers_test.go", {"TestBuiltInParsersStillWork"},
           [](const std::string&, const Json& entry) {
             EXPECT_TRUE(ollama_parser_format(entry[0].get<std::string>()));
           });
  EXPECT_FALSE(ollama_parser_format("no-such-parser"));
}

TEST_F(OllamaVectors, cogito) {
  for_rows("model/parsers/cogito_test.go",
           {"TestCogitoParser", "TestCogitoParser_StreamingEdgeCases"},
           [](const std::string& test, const Json& entry) {
             Json row = entry;
             bool think = !text_of(entry, "expectedThinking").empty();
             if (test.ends_with("EdgeCases")) {
               // The columns are there under the texts of their first row.
               think = entry["hasThinkingSupport"].get<bool>();
               row["expectedContent"] = entry["This is content."];
               row["expectedThinking"] = entry["This is thinking content."];
             }
             check_row("cogito", row, think, tools_of(entry.value("tools", Json())));
           });
}

TEST_F(OllamaVectors, deepseek3) {
  for_rows(
      "model/parsers/deepseek3_test.go",
      {"TestDeepSeekParser", "TestDeepSeekParser_Streaming", "TestDeepSeekParser_EdgeCases"},
      [](const std::string&, const Json& entry) {
        check_row("deepseek3", entry, thinks(entry), Value());
      },
      20);
}

TEST_F(OllamaVectors, functiongemma) {
  for_rows(
      "model/parsers/functiongemma_test.go", {"TestFunctionGemmaParser"},
      [](const std::string&, const Json& entry) {
        check_row("functiongemma", entry, false, tools_of(entry.value("tools", Json())));
      },
      10);
}

TEST_F(OllamaVectors, gemma4) {
  for_rows(
      "model/parsers/gemma4_test.go",
      {"TestGemma4Parser", "TestGemma4Parser_IgnoresExtraToolCallCloseTags",
       "TestGemma4Parser_IgnoresToolResponseBoundaryAfterToolCall",
       "TestGemma4Parser_StreamingSplitThinkingTag"},
      [](const std::string&, const Json& entry) { check_row("gemma4", entry, true, Value()); }, 14);
  const auto arguments = [](const std::string& text, const Value& tools, const std::string& name) {
    const ToolSet set(tools);
    const auto json = gemma_arguments(text, "<|\"|>", set.parameters(name));
    return json ? lar::test::try_parse_json<nlohmann::json>(*json) : nlohmann::json();
  };
  for_rows(
      "model/parsers/gemma4_test.go", {"TestGemma4ArgsToJSON"},
      [&](const std::string&, const Json& entry) {
        EXPECT_EQ(arguments(entry["input"], Value(), ""),
                  lar::test::parse_json<nlohmann::json>(entry["expected"].get<std::string>()));
      },
      15);
  // A repair is right if the repaired text and the broken one mean the same.
  for_rows(
      "model/parsers/gemma4_test.go",
      {"TestRepairGemma4MissingStringDelimiter", "TestRepairGemma4MissingObjectClose",
       "TestRepairGemma4SingleQuotedValues", "TestRepairGemma4RawTerminalStringValue"},
      [&](const std::string&, const Json& entry) {
        if (!entry.contains("expected")) return;
        const Value tools = tools_of(entry.value("tools", Json()));
        const std::string name = text_of(entry, "toolName");
        EXPECT_EQ(arguments(entry["input"], tools, name),
                  arguments(entry["expected"], tools, name));
      },
      6);
  for_rows(
      "model/parsers/gemma4_test.go",
      {"TestParseGemma4ToolCall_RepairsIssue15315Examples",
       "TestParseGemma4ToolCall_RepairsMultipleProperties"},
      [](const std::string&, const Json& entry) {
        const auto format = ollama_parser_format("gemma4");
        OutputOptions options;
        options.tools = tools_of(entry["tools"]);
        const test::Parsed parsed = test::parse_every_way(
            *format, options, "<|tool_call>" + text_of(entry, "content") + "<tool_call|>");
        Json expected;
        for (const auto& [key, value] : entry.items()) {
          if (key.starts_with("{")) expected = value;
        }
        expect_calls(parsed.output.calls, Json::array({expected}));
      },
      3);
}

TEST_F(OllamaVectors, lfm2) {
  for_rows(
      "model/parsers/lfm2_test.go",
      {"TestLFM2Parser", "TestLFM2Parser_Streaming", "TestLFM2Parser_EdgeCases"},
      [](const std::string&, const Json& entry) {
        check_row("lfm2", entry, thinks(entry), Value());
      },
      20);
  for_rows(
      "model/parsers/lfm2_test.go",
      {"TestLFM2Parser_parseToolCallContent", "TestLFM2Parser_parseToolCallsContent"},
      [](const std::string&, const Json& entry) {
        const auto format = ollama_parser_format("lfm2");
        const test::Parsed parsed = test::parse_every_way(
            *format, {}, "<|tool_call_start|>" + text_of(entry, "content") + "<|tool_call_end|>");
        if (entry.value("expectError", false)) {
          EXPECT_NE(parsed.error, "");
          return;
        }
        EXPECT_EQ(parsed.error, "");
        const Json& expected = entry["expected"];
        expect_calls(parsed.output.calls, expected.is_array() ? expected : Json::array({expected}));
      },
      18);
}

TEST_F(OllamaVectors, nemotron) {
  for_rows(
      "model/parsers/nemotron3nano_test.go",
      {"TestNemotron3NanoParser", "TestNemotron3NanoParser_Streaming"},
      [](const std::string&, const Json& entry) {
        check_row("nemotron-3-nano", entry, thinks(entry), Value());
      },
      14);
}

TEST_F(OllamaVectors, olmo3) {
  for_rows(
      "model/parsers/olmo3_test.go", {"TestOlmo3Parser", "TestOlmo3Parser_Streaming"},
      [](const std::string&, const Json& entry) { check_row("olmo3", entry, false, Value()); }, 10);
  for_rows(
      "model/parsers/olmo3_test.go", {"TestParseOlmo3Value"},
      [](const std::string&, const Json& entry) {
        PythonValue value;
        std::string json;
        for (const char c : entry[1].get<std::string>() + ")") value.push(c, json);
        EXPECT_EQ(lar::test::try_parse_json<nlohmann::json>(json), nlohmann::json(entry[2]));
      },
      8);
  for_rows(
      "model/parsers/olmo3_think_test.go",
      {"TestOlmo3ThinkParser", "TestOlmo3ThinkParser_StreamingEdgeCases",
       "TestOlmo3ThinkParser_ThinkBoundary"},
      [](const std::string& test, const Json& entry) {
        Json row = entry;
        if (test != "TestOlmo3ThinkParser") {
          row["expectedContent"] = entry["Here is the response."];
          row["expectedThinking"] = entry["I am thinking about this."];
        }
        check_row("olmo3-think", row, true, Value());
      },
      14);
}

// Tables of steps: what has appeared after each of them. Calls that the tables leave raw ("in tool
// call") get a body that can be read.
void check_steps(const std::string& parser, const Json& steps, const OutputOptions& options) {
  const auto format = ollama_parser_format(parser);
  ASSERT_TRUE(format);
  std::vector<std::string> raws;
  for (const Json& step : steps) {
    for (const Json& event : step["wantEvents"]) {
      if (event.contains("raw")) raws.push_back(event["raw"]);
      // An empty call is an error for us, at once; for Ollama when it reads the raw text later.
      if (event.contains("raw") && trim(raws.back()).empty()) return;
    }
  }
  const bool json_calls = parser.starts_with("qwen3");
  OutputParser streamed(*format, options);
  ParsedOutput so_far;
  std::string whole;
  std::string wanted;
  std::string wanted_thinking;
  size_t calls = 0;
  bool thinking_apart = false;  // the table tells thinking from content
  for (const Json& step : steps) {
    std::string input = step["input"];
    for (const std::string& raw : raws) {
      const size_t at = input.find(raw);
      if (json_calls && at != std::string::npos && input.substr(0, at).contains("_call>")) {
        input.replace(at, raw.size(), R"({"name": "x", "arguments": {}})");
      }
    }
    whole += input;
    const auto events = streamed.feed(input);
    ASSERT_TRUE(events) << events.error().message;
    so_far.add(*events);
    for (const Json& event : step["wantEvents"]) {
      if (event.contains("content")) wanted += event["content"].get<std::string>();
      if (event.contains("thinking")) {
        thinking_apart = true;
        wanted_thinking += event["thinking"].get<std::string>();
      }
      if (event.contains("raw") || event.contains("name")) ++calls;
      if (event.contains("name")) {
        ASSERT_GE(so_far.calls.size(), calls);
        EXPECT_EQ(so_far.calls[calls - 1].name, event["name"].get<std::string>());
        EXPECT_EQ(so_far.calls[calls - 1].arguments, event["args"].get<std::string>());
      }
    }
    EXPECT_EQ(thinking_apart ? so_far.content : so_far.thinking + so_far.content, wanted);
    if (thinking_apart) {
      EXPECT_EQ(so_far.thinking, wanted_thinking);
    }
  }
  EXPECT_EQ(so_far.calls.size(), calls);
  test::parse_every_way(*format, options, whole);
}

bool has_steps(const Json& entry) {
  return entry.contains("steps");
}

Json steps_of(const Json& entry) {
  if (has_steps(entry)) return entry["steps"];
  for (const auto& [key, value] : entry.items()) {
    if (key.starts_with("[") && value.is_array()) return value;
  }
  return Json::array();
}

TEST_F(OllamaVectors, ministral) {
  for_rows(
      "model/parsers/ministral_test.go", {"TestMinistralParserStreaming"},
      [](const std::string&, const Json& entry) {
        OutputOptions options;
        options.tools = tools_of(entry.value("tools", Json()));
        options.in_thinking = entry.value("think", false);
        check_steps("ministral", entry["steps"], options);
      },
      15);
}

TEST_F(OllamaVectors, glm) {
  for_rows(
      "model/parsers/glm46_test.go", {"TestGLM46ParserStreaming"},
      [](const std::string&, const Json& entry) { check_steps("glm-4.6", entry["steps"], {}); },
      10);
  const auto tools = parse_json(
      R"([{"name": "grep"}, {"name": "write", "parameters": {"type": "object",
          "properties": {"path": {"type": "string"}, "content": {"type": "string"}},
          "required": ["path", "content"]}}])");
  OutputOptions options;
  options.tools = *tools;
  const auto format = ollama_parser_format("glm-4.6");
  for_rows(
      "model/parsers/glm46_test.go", {"TestGLM46ParserFinalizesCompleteToolCallOnDone"},
      [&](const std::string&, const Json& entry) {
        std::string text;
        for (const Json& chunk : entry["chunks"]) text += text_of(chunk, "content");
        const test::Parsed parsed = test::parse_every_way(*format, options, text);
        ASSERT_EQ(parsed.output.calls.size(), 1U);
        EXPECT_TRUE(parsed.output.calls[0].complete);
        EXPECT_EQ(parsed.output.calls[0].arguments, R"({"pattern":"needle","path":"."})");
      },
      3);
  for_rows(
      "model/parsers/glm46_test.go", {"TestGLM46ParserRejectsIncompleteToolCallOnDone"},
      [&](const std::string&, const Json& entry) {
        const test::Parsed parsed =
            test::parse_every_way(*format, options, text_of(entry, "input"));
        for (const ParsedCall& call : parsed.output.calls) EXPECT_FALSE(call.complete);
      },
      3);
  for_rows(
      "model/parsers/glm46_test.go", {"TestGLMToolCallXMLOrderPreservation"},
      [&](const std::string&, const Json& entry) {
        const test::Parsed parsed = test::parse_every_way(*format, options, text_of(entry, "xml"));
        ASSERT_EQ(parsed.output.calls.size(), 1U);
        Json expected;
        for (size_t i = 0; i < entry["wantKeys"].size(); ++i) {
          expected[entry["wantKeys"][i].get<std::string>()] = entry["wantValues"][i];
        }
        EXPECT_EQ(parsed.output.calls[0].arguments, expected.dump());
      },
      2);
  for_rows(
      "model/parsers/glm46_test.go", {"TestRepairGLM46XML"},
      [&](const std::string&, const Json& entry) {
        const auto parse = [&](const std::string& body) {
          return test::parse_pieces(*format, options, {"<tool_call>" + body + "</tool_call>"});
        };
        const test::Parsed broken = parse(text_of(entry, "input"));
        ASSERT_EQ(broken.output.calls.size(), 1U) << broken.error;
        EXPECT_EQ(test::describe(broken), test::describe(parse(text_of(entry, "want"))));
      },
      5);
}

TEST_F(OllamaVectors, qwen3_coder) {
  for_rows(
      "model/parsers/qwen3coder_test.go", {"TestQwenParserStreaming"},
      [](const std::string&, const Json& entry) { check_steps("qwen3-coder", entry["steps"], {}); },
      10);
  for_rows(
      "model/parsers/qwen3coder_test.go", {"TestQwenToolCallValueParsing"},
      [](const std::string&, const Json& entry) {
        const auto schema = from_json(Json{{"type", entry["paramType"]}});
        ASSERT_TRUE(schema);
        std::string_view raw = entry["raw"].get_ref<const std::string&>();
        if (raw.starts_with('\n')) raw.remove_prefix(1);
        if (raw.ends_with('\n')) raw.remove_suffix(1);
        EXPECT_EQ(lar::test::parse_json<nlohmann::json>(typed_argument(raw, &*schema)),
                  nlohmann::json(entry["want"]));
      },
      30);
}

TEST_F(OllamaVectors, qwen3_vl) {
  for_rows(
      "model/parsers/qwen3vl_nonthinking_test.go",
      {"TestQwen3VLNonThinkingParserStreaming", "TestQwenOldParserStreaming",
       "TestQwen3VLNonThinkingToolCallWhitespaceHandling"},
      [](const std::string&, const Json& entry) {
        check_steps("qwen3-vl-instruct", steps_of(entry), {});
      },
      18);
  for_rows(
      "model/parsers/qwen3vl_thinking_test.go",
      {"TestQwen3VLThinkingParserStreaming", "TestQwen3VLThinkingParserWithThinkingPrefill",
       "TestQwen3VLThinkingWhitespaceHandling", "TestQwen3VLToolCallWhitespaceHandling"},
      [](const std::string&, const Json& entry) {
        OutputOptions options;
        options.thinking_off = entry.contains("prefillMsg");
        check_steps("qwen3-vl-thinking", steps_of(entry), options);
      },
      20);
  for_rows(
      "model/parsers/qwen3vl_thinking_test.go", {"TestQwen3VLThinkingParserWithNonThinkingPrefill"},
      [](const std::string&, const Json& entry) {
        OutputOptions options;
        options.thinking_off = true;
        check_steps("qwen3-vl-thinking", steps_of(entry), options);
      },
      3);
}

TEST_F(OllamaVectors, harmony_names) {
  for_rows(
      "harmony/harmonyparser_test.go", {"TestFunctionConvertToValidChars"},
      [](const std::string&, const Json& entry) {
        EXPECT_EQ(identifier(entry["in"].get<std::string>()), entry["want"].get<std::string>());
      },
      7);
  for_rows(
      "harmony/harmonyparser_test.go", {"TestFunctionConvertAndAdd"},
      [](const std::string&, const Json& entry) {
        const auto names = entry["in"].get<std::vector<std::string>>();
        EXPECT_EQ(FunctionNames(names).mapped(), entry["want"].get<std::vector<std::string>>());
      },
      4);
}

TEST_F(OllamaVectors, tools_of_go_templates) {
  const auto tools = parse_json(
      R"([{"name": "get_temperature"}, {"name": "get_conditions"}, {"name": "say_hello"},
          {"name": "say_hello_world"}, {"name": "get_address"}, {"name": "add"}])");
  for_rows(
      "tools/tools_test.go", {"TestParser"},
      [&](const std::string&, const Json& entry) {
        const auto compiled = gotemplate::Template::compile(text_of(entry, "tmpl"));
        ASSERT_TRUE(compiled);
        const OutputFormat format = detect_go_output_format(**compiled);
        OutputOptions options;
        options.tools = *tools;
        const auto inputs = entry["inputs"].get<std::vector<std::string>>();
        const std::vector<std::string_view> pieces(inputs.begin(), inputs.end());
        // The table's content is what was given out before the end of the output.
        const test::Parsed parsed = test::parse_pieces(format, options, pieces, false);
        EXPECT_EQ(parsed.error, "");
        EXPECT_EQ(parsed.output.content, text_of(entry, "content"));
        expect_calls(parsed.output.calls, entry.value("calls", Json()));
        test::parse_every_way(format, options, joined(inputs));
      },
      20);
  for_rows(
      "tools/tools_test.go", {"TestFindArguments"},
      [](const std::string&, const Json& entry) {
        const auto found = find_arguments(text_of(entry, "tool"), text_of(entry, "buffer"));
        if (entry["want"].is_null()) {
          EXPECT_FALSE(found) << *found;
          return;
        }
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_EQ(lar::test::parse_json<nlohmann::json>(*found), nlohmann::json(entry["want"]));
      },
      20);
}

TEST_F(OllamaVectors, thinking_of_go_templates) {
  OutputFormat format;
  format.thinking = {{"<think>", "</think>"}};
  format.thinking_start = ThinkingStart::kTag;
  for_rows(
      "thinking/parser_test.go", {"TestExtractThinking"},
      [&](const std::string&, const Json& entry) {
        const test::Parsed parsed = test::parse_every_way(format, {}, text_of(entry, "in"));
        EXPECT_EQ(parsed.output.thinking, text_of(entry, "wantThink"));
        EXPECT_EQ(parsed.output.content, text_of(entry, "wantContent"));
      },
      2);
}

}  // namespace
}  // namespace lar::chat
