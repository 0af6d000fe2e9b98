#include <gmock/gmock.h>

#include "endpoint_harness.h"

namespace lar::test {
namespace {

using runtime::DoneReason;
using runtime::GenerateDelta;
using runtime::GenerateDone;
using runtime::GenerateRequest;
using runtime::PromptInfo;
using runtime::Think;
using runtime::ToolChoice;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;
using testing::StartsWith;

class MessagesTest : public testing::Test, protected EndpointHarness {
 protected:
  MessagesTest() {
    add_model("m", {.jinja_template = "{{ messages }}{{ tools }}<think></think>"});
    add_model("plain", {.go_template = "{{ .Prompt }}"});
  }

  Reply send(Json fields, const char* path = "/v1/messages") {
    Json body = {
        {"model", "m"}, {"max_tokens", 16}, {"messages", {{{"role", "user"}, {"content", "Hi"}}}}};
    if (!fields.is_null()) body.update(fields);
    if (service.scripts.empty()) service.scripts.push_back(FakeService::answer("Hello"));
    return post(path, body);
  }
  void script(std::vector<runtime::Event> events) {
    events.insert(events.begin(), PromptInfo{.tokens = 5});
    service.scripts.push_back({.events = std::move(events)});
  }
  const GenerateRequest& asked() {
    return std::get<GenerateRequest>(service.orders.back().request.value());
  }
  static Json tool() {
    return {{"name", "add"}, {"description", "adds"}, {"input_schema", {{"type", "object"}}}};
  }
};

TEST_F(MessagesTest, AnswersWithBlocks) {
  script({GenerateDelta{.thinking = "hm"}, GenerateDelta{.content = "Hello"},
          GenerateDelta{
              .tool_calls =
                  {{.index = 0, .name = "add", .arguments = "{\"b\":1,\"a\":2}", .done = true}}},
          GenerateDone{.prompt_tokens = 5, .cached_tokens = 4, .generated_tokens = 3}});
  const Json json = send({{"tools", {tool()}}}).json();
  EXPECT_THAT(json["id"].get<std::string>(), MatchesRegex("msg_[0-9a-f]{24}"));
  EXPECT_EQ(json["type"], "message");
  EXPECT_EQ(json["role"], "assistant");
  EXPECT_EQ(json["stop_reason"], "tool_use");
  EXPECT_EQ(json["content"][0], Json::parse(R"({"type": "thinking", "thinking": "hm"})"));
  EXPECT_EQ(json["content"][1], Json::parse(R"({"type": "text", "text": "Hello"})"));
  EXPECT_EQ(json["content"][2]["input"].dump(), R"({"b":1,"a":2})") << "keys in their order";
  EXPECT_THAT(json["content"][2]["id"].get<std::string>(), StartsWith("toolu_"));
  EXPECT_EQ(json["usage"]["input_tokens"], 5);
  EXPECT_EQ(json["usage"]["output_tokens"], 3);
}

TEST_F(MessagesTest, TellsCachedTokensApartWhereCachesAreMarked) {
  script({GenerateDone{.prompt_tokens = 5, .cached_tokens = 4}});
  const Json usage =
      send({{"system",
             {{{"type", "text"}, {"text", "Be."}, {"cache_control", {{"type", "ephemeral"}}}}}}})
          .json()["usage"];
  EXPECT_EQ(usage["input_tokens"], 1);
  EXPECT_EQ(usage["cache_read_input_tokens"], 4);
}

TEST_F(MessagesTest, StreamsEvents) {
  script({GenerateDelta{.thinking = "hm"}, GenerateDelta{.content = "a"},
          GenerateDelta{.content = "b"},
          GenerateDelta{.tool_calls = {{.index = 0, .name = "add", .arguments = "{\"a\""}}},
          GenerateDelta{.tool_calls = {{.index = 0, .arguments = ":1}", .done = true}}},
          GenerateDone{.prompt_tokens = 5, .generated_tokens = 3}});
  const auto events = send({{"stream", true}, {"tools", {tool()}}}).events();
  std::vector<std::string> types;
  for (const Json& event : events) {
    EXPECT_EQ(event["event"], event["data"]["type"]);
    types.push_back(event["event"].get<std::string>());
  }
  EXPECT_THAT(types, ElementsAre("message_start", "content_block_start", "content_block_delta",
                                 "content_block_stop", "content_block_start", "content_block_delta",
                                 "content_block_delta", "content_block_stop", "content_block_start",
                                 "content_block_delta", "content_block_delta", "content_block_stop",
                                 "message_delta", "message_stop"));
  EXPECT_EQ(events[0]["data"]["message"]["usage"]["input_tokens"], 5) << "counted, not guessed";
  EXPECT_EQ(events[0]["data"]["message"]["content"], Json::array());
  EXPECT_EQ(events[2]["data"]["delta"],
            Json::parse(R"({"type": "thinking_delta", "thinking": "hm"})"));
  EXPECT_EQ(events[6]["data"], Json::parse(R"({"type": "content_block_delta", "index": 1,
      "delta": {"type": "text_delta", "text": "b"}})"));
  EXPECT_EQ(events[8]["data"]["content_block"]["input"], Json::object());
  EXPECT_EQ(events[10]["data"]["delta"],
            Json::parse(R"({"type": "input_json_delta", "partial_json": ":1}"})"));
  EXPECT_EQ(events[12]["data"]["delta"]["stop_reason"], "tool_use");
  EXPECT_EQ(events[12]["data"]["usage"]["output_tokens"], 3);
}

TEST_F(MessagesTest, TellsWhichStopSequenceEndedIt) {
  script({GenerateDelta{.content = "a"}, GenerateDone{.stop = "END"}});
  const Json json = send({{"stop_sequences", {"END"}}}).json();
  EXPECT_EQ(json["stop_reason"], "stop_sequence");
  EXPECT_EQ(json["stop_sequence"], "END");
  EXPECT_THAT(asked().options.stop, ElementsAre("END"));
  script({GenerateDelta{.content = "a"}, GenerateDone{.stop = "<|im_end|>"}});
  EXPECT_EQ(send({{"stop_sequences", {"END"}}}).json()["stop_reason"], "end_turn")
      << "a stop string of the model's own";
  script({GenerateDone{.reason = DoneReason::kLength}});
  EXPECT_EQ(send({{"max_tokens", 0}}).json()["stop_reason"], "max_tokens");
}

TEST_F(MessagesTest, TellsOfErrorsInAStream) {
  script({GenerateDelta{.content = "a"}, Error{Code::kUnavailable, "the runner died"}});
  const auto events = send({{"stream", true}}).events();
  EXPECT_EQ(events.back()["event"], "error");
  EXPECT_EQ(events.back()["data"]["type"], "error");
  EXPECT_EQ(events.back()["data"]["error"]["type"], "overloaded_error");
}

TEST_F(MessagesTest, ReadsTurns) {
  send({{"system", {{{"type", "text"}, {"text", "Be "}}, {{"type", "text"}, {"text", "short."}}}},
        {"messages",
         {{{"role", "user"}, {"content", "Add."}},
          {{"role", "assistant"},
           {"content",
            {{{"type", "thinking"}, {"thinking", "hm"}},
             {{"type", "text"}, {"text", "So."}},
             {{"type", "tool_use"}, {"id", "t1"}, {"name", "add"}, {"input", {{"a", 1}}}}}}},
          {{"role", "user"},
           {"content",
            {{{"type", "text"}, {"text", "And?"}},
             {{"type", "tool_result"},
              {"tool_use_id", "t1"},
              {"content", {{{"type", "text"}, {"text", "1"}}}}}}}}}}});
  const auto& messages = asked().messages;
  ASSERT_THAT(messages, SizeIs(5));
  EXPECT_EQ(messages[0].content, "Be short.");
  EXPECT_EQ(messages[2].thinking, "hm");
  EXPECT_EQ(messages[2].content, "So.");
  EXPECT_EQ(messages[2].tool_calls[0].arguments, R"({"a":1})");
  EXPECT_EQ(messages[3].role, "tool");
  EXPECT_EQ(messages[3].content, "1");
  EXPECT_EQ(messages[3].tool_name, "add");
  EXPECT_EQ(messages[4].content, "And?") << "the results of tools come before the text";
}

TEST_F(MessagesTest, TakesToolsChoicesFormatsAndEfforts) {
  const Json schema = {{"type", "object"}};
  send({{"tools", {tool()}},
        {"tool_choice", {{"type", "tool"}, {"name", "add"}, {"disable_parallel_tool_use", true}}},
        {"thinking", {{"type", "enabled"}, {"budget_tokens", 1024}}},
        {"output_config",
         {{"effort", "max"}, {"format", {{"type", "json_schema"}, {"schema", schema}}}}}});
  EXPECT_EQ(Json::parse(asked().tools), Json::parse(R"([{"type": "function", "function":
      {"name": "add", "description": "adds", "parameters": {"type": "object"}}}])"));
  EXPECT_EQ(asked().tool_choice.kind, ToolChoice::Kind::kFunction);
  EXPECT_FALSE(asked().tool_choice.parallel);
  EXPECT_EQ(asked().think, Think::kMax);
  EXPECT_EQ(asked().constraint.text, schema.dump());
  send({{"thinking", {{"type", "disabled"}}}, {"output_config", {{"effort", "low"}}}});
  EXPECT_EQ(asked().think, Think::kOff);
  EXPECT_EQ(send({{"model", "plain"}, {"thinking", {{"type", "enabled"}}}}).status, 200)
      << "a model that cannot think answers without";
}

TEST_F(MessagesTest, RefusesInOllamasWords) {
  const auto refusal = [&](Json fields) {
    const Reply reply = send(std::move(fields));
    EXPECT_EQ(reply.json()["type"], "error");
    EXPECT_THAT(reply.json()["request_id"].get<std::string>(), StartsWith("req_"));
    return std::to_string(reply.status) + " " + reply.json()["error"].value("message", "");
  };
  EXPECT_EQ(refusal({{"model", ""}}), "400 model is required");
  EXPECT_EQ(refusal({{"max_tokens", nullptr}}), "400 max_tokens is required and must be positive");
  EXPECT_EQ(refusal({{"max_tokens", -1}}), "400 max_tokens is required and must be positive");
  EXPECT_EQ(refusal({{"messages", Json::array()}}), "400 messages is required");
  EXPECT_EQ(refusal({{"model", "nosuch"}}), "404 model 'nosuch' not found");
  EXPECT_EQ(refusal({{"model", "plain"}, {"tools", {tool()}}}),
            "400 registry.ollama.ai/library/plain:latest does not support tools");
  EXPECT_THAT(refusal({{"messages", {{{"role", "user"}, {"content", 5}}}}}), HasSubstr("400 "));
  EXPECT_THAT(refusal({{"messages",
                        {{{"role", "user"},
                          {"content", {{{"type", "image"}, {"source", {{"type", "base64"}}}}}}}}}}),
              HasSubstr("400 this model does not support images"));
}

TEST_F(MessagesTest, CountsTokens) {
  service.scripts.push_back(
      {.events = {PromptInfo{.tokens = 11}, GenerateDone{.prompt_tokens = 11}}});
  const Json json =
      send({{"max_tokens", nullptr}, {"tools", {tool()}}}, "/v1/messages/count_tokens").json();
  EXPECT_EQ(json, Json::parse(R"({"input_tokens": 11})"));
  EXPECT_EQ(asked().kind, GenerateRequest::Kind::kEcho) << "nothing is generated";
}

}  // namespace
}  // namespace lar::test
