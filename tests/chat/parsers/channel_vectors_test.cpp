// Messages in channels: the tables of Ollama's parsers of gpt-oss and Glimmer, and the texts of
// OpenAI's own library for gpt-oss.
#include <gtest/gtest.h>

#include <sstream>

#include "chat/fixtures.h"
#include "chat/json.h"
#include "chat/parsers/pieces.h"
#include "chat/parsers/registry.h"
#include "support/data.h"
#include "support/json.h"

namespace lar::chat {
namespace {

using Json = nlohmann::ordered_json;
using lar::test::read_file;
using lar::test::shared_data;

std::vector<Json> rows(const std::string& file, const std::string& test) {
  std::vector<Json> found;
  std::istringstream lines(read_file(shared_data("chat/ollama/ollama_go_tables.jsonl")));
  for (std::string line; std::getline(lines, line);) {
    const Json row = lar::test::parse_json<Json>(line);
    if (row["file"] == file && row["test"] == test) found.push_back(row["case"]);
  }
  EXPECT_FALSE(found.empty()) << test;
  return found;
}

// What a message with such a header is to a client.
struct Expected {
  std::string content;
  std::string thinking;
  std::vector<std::string> calls;

  void add(const Json& header, const std::string& text) {
    const std::string role = header.value("Role", "");
    std::string recipient = header.value("Recipient", "");
    if (!role.empty() && role != "assistant") return;
    if (!recipient.empty()) {
      if (recipient.starts_with("functions.")) recipient.erase(0, 10);
      calls.push_back(recipient);
    } else {
      (header.value("Channel", "") == "analysis" ? thinking : content) += text;
    }
  }
};

void expect(const Expected& expected, const std::string& text) {
  SCOPED_TRACE(text);
  const test::Parsed parsed = test::parse_every_way(*family_format("harmony"), {}, text, 2);
  EXPECT_EQ(parsed.output.thinking, expected.thinking);
  EXPECT_EQ(parsed.output.content, expected.content);
  ASSERT_EQ(parsed.output.calls.size(), expected.calls.size());
  for (size_t i = 0; i < expected.calls.size(); ++i) {
    EXPECT_EQ(parsed.output.calls[i].name, expected.calls[i]);
  }
}

class HarmonyVectors : public testing::Test {
 protected:
  void SetUp() override { LAR_REQUIRE_DATA(shared_data("chat/ollama/ollama_go_tables.jsonl")); }
};

TEST_F(HarmonyVectors, headers) {
  for (const Json& row : rows("harmony/harmonyparser_test.go", "TestHeaderParsing")) {
    Expected expected;
    expected.add({{"Role", row["wantRole"]},
                  {"Channel", row["wantChannel"]},
                  {"Recipient", row["wantRecipient"]}},
                 "{}");
    expect(expected, "<|start|>" + row["in"].get<std::string>() + "<|message|>{}<|end|>");
  }
}

TEST_F(HarmonyVectors, first_headers) {
  for (const Json& row : rows("harmony/harmonyparser_test.go", "TestHarmonyParserHeaderEvent")) {
    const std::string text = row["in"];
    const test::Parsed parsed = test::parse_every_way(*family_format("harmony"), {}, text, 2);
    EXPECT_EQ(parsed.error, "");
    EXPECT_FALSE(parsed.output.thinking.empty());
    EXPECT_EQ(parsed.output.content, "");
    EXPECT_EQ(parsed.output.calls.size(), text.contains("to=functions.") ? 1U : 0U);
  }
}

TEST_F(HarmonyVectors, events) {
  for (const char* test : {"TestHarmonyParserNonStreaming", "TestHarmonyParserStreaming"}) {
    for (const Json& row : rows("harmony/harmonyparser_test.go", test)) {
      Json steps = row.value("steps", Json::array());
      if (row.contains("in")) {
        steps.push_back({{"input", row["in"]}, {"wantEvents", row["wantEvents"]}});
      }
      Expected expected;
      std::string text;
      Json header;
      std::string body;
      for (const Json& step : steps) {
        text += step["input"];
        if (!step["wantEvents"].is_array()) continue;
        for (const Json& event : step["wantEvents"]) {
          if (event.is_object() && event.contains("Content")) {
            body += event["Content"].get<std::string>();
          } else if (event.is_object() && event.contains("Header")) {
            header = event["Header"];
          } else if (!header.is_null()) {  // the end
            expected.add(header, body);
            header = Json();
            body.clear();
          }
        }
      }
      // A call's arguments are an object to us; there it may be any text.
      if (body.empty() && text.contains("Computing...")) continue;
      expect(expected, text);
    }
  }
}

TEST(HarmonyTexts, of_openais_library) {
  const auto path = shared_data("chat/harmony");
  LAR_REQUIRE_DATA(path);
  // The prompts before the answers end with "<|start|>assistant".
  const std::string answer = read_file(path / "test_streamable_parser.txt");
  const test::Parsed parsed = test::parse_every_way(*family_format("harmony"), {}, answer, 1);
  EXPECT_EQ(parsed.error, "");
  EXPECT_TRUE(parsed.output.thinking.starts_with("User asks \"Who is the current US president?\""));
  EXPECT_EQ(parsed.output.content, "");
  ASSERT_EQ(parsed.output.calls.size(), 1U);
  EXPECT_EQ(parsed.output.calls[0].name, "browser.search");
  EXPECT_EQ(test::arguments_of(parsed.output.calls[0]),
            lar::test::parse_json<nlohmann::json>(
                R"({"query": "current US president July 2025", "topn": 10, "source": "news"})"));
  // What is no message of the assistant is none of the answer.
  const test::Parsed result = test::parse_every_way(
      *family_format("harmony"), {}, read_file(path / "test_tool_response_parsing.txt"), 1);
  EXPECT_EQ(result.output.content, "");
  EXPECT_TRUE(result.output.calls.empty());
  // The last answer of a rendered conversation.
  const std::string conversation = read_file(path / "test_keep_analysis_between_finals.txt");
  const std::string last =
      conversation.substr(conversation.find("<|start|>assistant<|channel|>analysis"));
  const test::Parsed final = test::parse_every_way(*family_format("harmony"), {}, last, 1);
  EXPECT_EQ(final.output.thinking, "thinking 3+5");
  EXPECT_EQ(final.output.content, "8");
}

// The publisher's template writes the same system message as the publisher's library.
TEST(HarmonyTexts, the_template_agrees_with_openais_library) {
  const auto library = shared_data("chat/harmony/test_no_tools.txt");
  const auto source = shared_data("chat/llama.cpp-templates/openai-gpt-oss-120b.jinja");
  LAR_REQUIRE_DATA(library);
  LAR_REQUIRE_DATA(source);
  std::string expected = read_file(library);
  while (expected.ends_with('\n')) expected.pop_back();
  const std::string next = "<|start|>assistant";
  ASSERT_TRUE(expected.ends_with(next));
  expected.resize(expected.size() - next.size());
  const Json context = {{"messages", {{{"role", "user"}, {"content", "2+2"}}}},
                        {"add_generation_prompt", true}};
  jinja::RenderOptions options;
  options.now = jinja::parse_iso_8601("2025-06-28T10:00:00Z");
  const auto prompt = test::run(read_file(source), context, {}, options);
  EXPECT_EQ(prompt.error, "");
  EXPECT_EQ(prompt.text, expected + "<|start|>user<|message|>2+2<|end|>" + next);
}

TEST_F(HarmonyVectors, glimmers_names_resolve_within_their_namespace) {
  const auto tools = parse_json(
      R"([{"type": "function", "function": {"name": "read", "parameters": {}}},
          {"type": "function", "function": {"name": "repo.read", "parameters": {}}}])");
  for (const Json& row :
       rows("model/parsers/glimmer_test.go", "TestGlimmerParserNamespaceResolutionStaysStrict")) {
    const std::string name = row[0];
    const std::string block = "<atem:function_calls>\n<atem:invoke name=\"" + name +
                              "\">\n</atem:invoke>\n</atem:function_calls>";
    OutputOptions options;
    options.tools = *tools;
    const test::Parsed parsed = test::parse_every_way(*family_format("glimmer"), options,
                                                      " to=user<|message|>" + block + "<|eot|>", 2);
    SCOPED_TRACE(name);
    ASSERT_EQ(parsed.output.calls.size(), row[2].get<bool>() ? 1U : 0U);
    if (row[2].get<bool>()) {
      EXPECT_EQ(parsed.output.calls[0].name, row[1].get<std::string>());
    } else {
      EXPECT_EQ(parsed.output.content, block);
    }
  }
}

// Tags that only seem to begin: laguna's tables.
TEST(ChannelVectors, lagunas_content_keeps_what_looks_like_a_tag) {
  const OutputFormat format = *ollama_parser_format("laguna");
  for (const bool begun : {false, true}) {
    OutputOptions options;
    options.begun = begun;
    options.thinking_closed = !begun;
    for (const char* text : {"Document literal <think fakeout", "</think fakeout"}) {
      const test::Parsed parsed = test::parse_every_way(format, options, text, 2);
      EXPECT_EQ(parsed.output.content, text);
      EXPECT_EQ(parsed.output.thinking, "");
    }
  }
}

}  // namespace
}  // namespace lar::chat
