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
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

Json user(std::string text) {
  return {{"role", "user"}, {"content", std::move(text)}};
}

Json tool(const char* name) {
  return {{"type", "function"},
          {"function", {{"name", name}, {"parameters", {{"type", "object"}}}}}};
}

class OpenAiChatTest : public testing::Test, protected EndpointHarness {
 protected:
  OpenAiChatTest() {
    add_model("go", {.go_template = "{{ range .Messages }}{{ .Content }}{{ end }}"});
    add_model("jinja", {.jinja_template = "{{ messages }}{{ tools }}<think></think>"});
    add_model("cold", {.go_template = "{{ .Prompt }}", .params = R"({"temperature": 0.25})"});
  }

  // Fills in what every request has.
  Reply chat(Json fields) {
    Json body = {{"model", "jinja"}, {"messages", {user("Hi")}}};
    if (!fields.is_null()) body.update(fields);
    if (service.scripts.empty()) service.scripts.assign(8, FakeService::answer("Hello"));
    return post("/v1/chat/completions", body);
  }
  std::string refusal(Json fields) {
    const Reply reply = chat(std::move(fields));
    return std::to_string(reply.status) + " " +
           reply.json()["error"].value("message", std::string("?"));
  }
  const GenerateRequest& asked() {
    return std::get<GenerateRequest>(service.orders.back().request.value());
  }
  const runtime::Options& options() { return service.orders.back().options; }
};

FakeService::Script script(std::vector<runtime::Event> events) {
  events.insert(events.begin(), PromptInfo{.tokens = 5});
  return {.events = std::move(events)};
}

TEST_F(OpenAiChatTest, AnswersWithAWholeObject) {
  service.scripts.push_back(script(
      {GenerateDelta{.content = "Hel", .thinking = "hm"}, GenerateDelta{.content = "lo"},
       GenerateDone{
           .prompt_tokens = 5, .cached_tokens = 4, .generated_tokens = 3, .reasoning_tokens = 1}}));
  const Reply reply = chat({});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const Json json = reply.json();
  EXPECT_EQ(json["object"], "chat.completion");
  EXPECT_EQ(json["model"], "jinja");
  EXPECT_THAT(json["id"].get<std::string>(), StartsWith("chatcmpl-"));
  EXPECT_EQ(json["choices"],
            Json::parse(R"([{"index": 0, "message": {"role": "assistant", "content": "Hello",
                "refusal": null, "reasoning": "hm"}, "finish_reason": "stop", "logprobs": null}])"));
  EXPECT_EQ(json["usage"], Json::parse(R"({"prompt_tokens": 5, "completion_tokens": 3,
      "total_tokens": 8, "prompt_tokens_details": {"cached_tokens": 4},
      "completion_tokens_details": {"reasoning_tokens": 1}})"));
}

TEST_F(OpenAiChatTest, StreamsChunksAsOllamaDoes) {
  service.scripts.push_back(script(
      {GenerateDelta{.thinking = "hm"}, GenerateDelta{.content = "a"},
       GenerateDelta{.content = "b"},
       GenerateDone{.reason = DoneReason::kLength, .prompt_tokens = 5, .generated_tokens = 3}}));
  const Reply reply = chat({{"stream", true}, {"stream_options", {{"include_usage", true}}}});
  EXPECT_EQ(reply.type, "text/event-stream");
  const auto events = reply.events();
  ASSERT_THAT(events, SizeIs(6));
  const auto delta = [&](size_t i) { return events[i]["data"]["choices"][0]["delta"]; };
  EXPECT_EQ(delta(0), Json::parse(R"({"content": "", "reasoning": "hm", "role": "assistant"})"));
  EXPECT_EQ(delta(1), Json::parse(R"({"content": "a"})"));
  EXPECT_EQ(delta(2), Json::parse(R"({"content": "b"})"));
  EXPECT_EQ(delta(3), Json::object());
  EXPECT_EQ(events[3]["data"]["choices"][0]["finish_reason"], "length");
  EXPECT_FALSE(events[3]["data"].contains("usage"));
  EXPECT_EQ(events[4]["data"]["choices"], Json::array());
  EXPECT_EQ(events[4]["data"]["usage"]["total_tokens"], 8);
  EXPECT_EQ(events[5]["data"], "[DONE]");
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(events[i]["event"], nullptr);
    EXPECT_EQ(events[i]["data"]["object"], "chat.completion.chunk");
    EXPECT_EQ(events[i]["data"]["id"], events[0]["data"]["id"]);
    EXPECT_EQ(events[i]["data"]["created"], events[0]["data"]["created"]);
  }
}

TEST_F(OpenAiChatTest, StreamsArgumentsOfToolCallsAsTheyCome) {
  service.scripts.push_back(
      script({GenerateDelta{.tool_calls = {{.index = 0, .name = "add", .arguments = "{\"a\""}}},
              GenerateDelta{.tool_calls = {{.index = 0, .arguments = ":1}", .done = true},
                                           {.index = 1, .name = "now", .done = true}}},
              GenerateDone{}}));
  const auto events = chat({{"stream", true}, {"tools", {tool("add"), tool("now")}}}).events();
  ASSERT_THAT(events, SizeIs(4));
  const Json first = events[0]["data"]["choices"][0]["delta"];
  EXPECT_EQ(first["role"], "assistant");
  EXPECT_EQ(first["content"], "");
  EXPECT_EQ(first["tool_calls"][0]["type"], "function");
  EXPECT_EQ(first["tool_calls"][0]["function"]["name"], "add");
  EXPECT_EQ(first["tool_calls"][0]["function"]["arguments"], "{\"a\"");
  const Json second = events[1]["data"]["choices"][0]["delta"]["tool_calls"];
  EXPECT_EQ(second[0], Json::parse(R"({"index": 0, "function": {"arguments": ":1}"}})"));
  EXPECT_EQ(second[1]["index"], 1);
  EXPECT_EQ(second[1]["function"]["arguments"], "{}") << "a call without arguments has none";
  EXPECT_NE(second[1]["id"], first["tool_calls"][0]["id"]);
  EXPECT_EQ(events[2]["data"]["choices"][0]["finish_reason"], "tool_calls");
}

TEST_F(OpenAiChatTest, TellsWholeToolCalls) {
  service.scripts.push_back(script(
      {GenerateDelta{.tool_calls = {{.index = 0, .name = "add", .arguments = "{}", .done = true}}},
       GenerateDone{}}));
  const Json choice = chat({{"tools", {tool("add")}}}).json()["choices"][0];
  EXPECT_EQ(choice["finish_reason"], "tool_calls");
  EXPECT_EQ(choice["message"]["content"], "");
  Json call = choice["message"]["tool_calls"][0];
  EXPECT_THAT(call["id"].get<std::string>(), StartsWith("call_"));
  call.erase("id");
  EXPECT_EQ(call, Json::parse(R"({"index": 0, "type": "function",
      "function": {"name": "add", "arguments": "{}"}})"));
}

TEST_F(OpenAiChatTest, GivesLogprobsInOpenAisForm) {
  const runtime::TokenLogprobs token{.chosen = {.token = 1, .text = "\xc3\xa9", .logprob = -0.5F},
                                     .top = {{.token = 1, .text = "\xc3\xa9", .logprob = -0.5F}}};
  const auto events =
      script({GenerateDelta{.content = "\xc3\xa9", .logprobs = {token}}, GenerateDone{}});
  service.scripts.push_back(events);
  const Json expected = Json::parse(R"({"content": [{"token": "é", "logprob": -0.5,
      "bytes": [195, 169], "top_logprobs": [{"token": "é", "logprob": -0.5, "bytes": [195, 169]}]}],
      "refusal": null})");
  EXPECT_EQ(chat({{"logprobs", true}, {"top_logprobs", 1}}).json()["choices"][0]["logprobs"],
            expected);
  EXPECT_EQ(options().sampling.top_logprobs, 1);
  service.scripts.push_back(events);
  const auto chunks = chat({{"logprobs", true}, {"stream", true}}).events();
  EXPECT_EQ(options().sampling.top_logprobs, 0);
  EXPECT_EQ(chunks[0]["data"]["choices"][0]["logprobs"], expected);
  EXPECT_THAT(refusal({{"logprobs", true}, {"top_logprobs", 21}}),
              HasSubstr("400 top_logprobs must be between 0 and 20"));
}

TEST_F(OpenAiChatTest, PassesEveryOptionOn) {
  chat({{"temperature", 0.5},
        {"top_p", 0.25},
        {"seed", 7},
        {"max_completion_tokens", 9},
        {"stop", {"a", "b"}},
        {"presence_penalty", 0.5},
        {"frequency_penalty", 0.75},
        {"logit_bias", {{"11", -100}, {"12", 5.5}}},
        {"keep_alive", "5m"}});
  EXPECT_FLOAT_EQ(options().sampling.temperature, 0.5F);
  EXPECT_FLOAT_EQ(options().sampling.top_p, 0.25F);
  EXPECT_FLOAT_EQ(options().sampling.presence_penalty, 0.5F);
  EXPECT_FLOAT_EQ(options().sampling.frequency_penalty, 0.75F);
  EXPECT_EQ(options().sampling.seed, 7);
  EXPECT_EQ(options().num_predict, 9);
  EXPECT_THAT(options().stop, ElementsAre("a", "b"));
  ASSERT_THAT(options().sampling.logit_bias, SizeIs(2));
  EXPECT_EQ(options().sampling.logit_bias[0].token, 11);
  EXPECT_FLOAT_EQ(options().sampling.logit_bias[0].bias, -100);
  EXPECT_EQ(service.orders.back().keep_alive, std::chrono::minutes(5));
}

TEST_F(OpenAiChatTest, SamplesFromTheWholeDistributionUnlessSomebodySaysOtherwise) {
  chat({});
  EXPECT_FLOAT_EQ(options().sampling.temperature, 1);
  EXPECT_FLOAT_EQ(options().sampling.top_p, 1);
  chat({{"model", "cold"}});
  EXPECT_FLOAT_EQ(options().sampling.temperature, 0.25F);
  chat({{"model", "cold"}, {"temperature", 2}});
  EXPECT_FLOAT_EQ(options().sampling.temperature, 2);
}

TEST_F(OpenAiChatTest, RefusesInOllamasWords) {
  EXPECT_EQ(refusal({{"messages", Json::array()}}), "400 [] is too short - 'messages'");
  EXPECT_EQ(refusal({{"model", "nosuch"}}), "404 model 'nosuch' not found");
  EXPECT_EQ(refusal({{"model", ""}}), "400 model is required");
  EXPECT_EQ(refusal({{"messages", {{{"role", "user"}, {"content", 5}}}}}),
            "400 invalid message content type: float64");
  EXPECT_EQ(refusal({{"messages", {{{"role", "user"}, {"content", nullptr}}}}}),
            "400 invalid message content type: <nil>");
  EXPECT_EQ(refusal({{"reasoning_effort", "enormous"}}),
            "400 invalid reasoning value: \"enormous\" (must be \"minimal\", \"low\", \"medium\", "
            "\"high\", \"xhigh\", \"ultra\", \"max\", or \"none\")");
  EXPECT_EQ(refusal({{"model", "go"}, {"reasoning_effort", "high"}}),
            "400 \"go\" does not support thinking");
  EXPECT_THAT(refusal({{"model", "go"}, {"tools", {tool("f")}}}),
              HasSubstr("does not support tools"));
  const Json error = chat({{"temperature", "hot"}}).json()["error"];
  EXPECT_EQ(error["type"], "invalid_request_error");
  EXPECT_TRUE(error["param"].is_null() && error["code"].is_null());
}

TEST_F(OpenAiChatTest, RefusesPicturesClearly) {
  const auto image = [](const char* url) {
    return Json{{"messages",
                 {{{"role", "user"},
                   {"content", {{{"type", "image_url"}, {"image_url", {{"url", url}}}}}}}}}};
  };
  EXPECT_EQ(refusal(image("http://127.0.0.1:1/x.png")),
            "400 image URLs are not currently supported, please use base64 encoded data instead");
  EXPECT_THAT(refusal(image("data:image/png;base64,iVBORw0KGgo=")),
              HasSubstr("400 this model does not support images"));
  EXPECT_THAT(service.orders, IsEmpty());
}

TEST_F(OpenAiChatTest, ReadsMessagesInEveryForm) {
  chat({{"messages",
         {{{"role", "developer"}, {"content", "Be short."}},
          {{"role", "user"},
           {"content", {{{"type", "text"}, {"text", "a"}}, {{"type", "text"}, {"text", "b"}}}}},
          {{"role", "assistant"},
           {"content", nullptr},
           {"reasoning", "hm"},
           {"tool_calls",
            {{{"id", "c1"},
              {"type", "function"},
              {"function", {{"name", "f"}, {"arguments", "{\"z\": 1}"}}}}}}},
          {{"role", "tool"}, {"tool_call_id", "c1"}, {"content", "42"}}}}});
  const auto& messages = asked().messages;
  ASSERT_THAT(messages, SizeIs(4));
  EXPECT_EQ(messages[0].role, "system") << "which templates know";
  EXPECT_EQ(messages[1].content, "a\n\nb");
  EXPECT_EQ(messages[2].thinking, "hm");
  EXPECT_EQ(messages[2].tool_calls[0].arguments, "{\"z\": 1}");
  EXPECT_EQ(messages[3].tool_name, "f");
  EXPECT_EQ(messages[3].tool_call_id, "c1");
  EXPECT_EQ(refusal({{"messages",
                      {{{"role", "assistant"},
                        {"content", nullptr},
                        {"tool_calls", {{{"function", {{"name", "f"}, {"arguments", "{"}}}}}}}}}}),
            "400 invalid tool call arguments");
}

TEST_F(OpenAiChatTest, ChoosesTools) {
  const Json tools = {tool("f"), tool("g")};
  chat({{"tools", tools}, {"tool_choice", "required"}, {"parallel_tool_calls", false}});
  EXPECT_EQ(asked().tool_choice.kind, ToolChoice::Kind::kRequired);
  EXPECT_FALSE(asked().tool_choice.parallel);
  chat({{"tools", tools}, {"tool_choice", "none"}});
  EXPECT_EQ(asked().tool_choice.kind, ToolChoice::Kind::kNone);
  chat({{"tools", tools}, {"tool_choice", {{"type", "function"}, {"function", {{"name", "g"}}}}}});
  EXPECT_EQ(asked().tool_choice.kind, ToolChoice::Kind::kFunction);
  EXPECT_EQ(asked().tool_choice.function, "g");
  chat({{"tools", tools},
        {"tool_choice",
         {{"type", "allowed_tools"},
          {"allowed_tools", {{"mode", "required"}, {"tools", {tool("g")}}}}}}});
  EXPECT_EQ(asked().tool_choice.kind, ToolChoice::Kind::kRequired);
  EXPECT_EQ(Json::parse(asked().tools), Json::array({tool("g")}));
  EXPECT_THAT(refusal({{"tools", tools},
                       {"tool_choice", {{"type", "function"}, {"function", {{"name", "h"}}}}}}),
              HasSubstr("400 tool_choice: \"h\" is none of the tools"));
  EXPECT_THAT(refusal({{"tool_choice", "required"}}), HasSubstr("400"));
  EXPECT_THAT(refusal({{"tools", tools}, {"tool_choice", "sometimes"}}), HasSubstr("400"));
}

TEST_F(OpenAiChatTest, LetsNoCallThroughWhereNoneIsToBe) {
  service.scripts.push_back(script(
      {GenerateDelta{.content = "a",
                     .tool_calls = {{.index = 0, .name = "f", .arguments = "{}", .done = true}}},
       GenerateDone{}}));
  const Json json = chat({{"tools", {tool("f")}}, {"tool_choice", "none"}}).json();
  EXPECT_FALSE(json["choices"][0]["message"].contains("tool_calls"));
  EXPECT_EQ(json["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(json["warnings"][0], "the model called a tool that it was not to call");
}

TEST_F(OpenAiChatTest, TakesResponseFormatsAndEfforts) {
  using Kind = runtime::Constraint::Kind;
  chat({{"response_format", {{"type", "json_object"}}}, {"reasoning_effort", "minimal"}});
  EXPECT_EQ(asked().constraint.kind, Kind::kJson);
  EXPECT_EQ(asked().think, Think::kLow);
  const Json schema = {{"type", "object"}};
  chat({{"response_format",
         {{"type", "json_schema"}, {"json_schema", {{"name", "x"}, {"schema", schema}}}}},
        {"reasoning", {{"effort", "none"}}}});
  EXPECT_EQ(asked().constraint.kind, Kind::kJsonSchema);
  EXPECT_EQ(asked().constraint.text, schema.dump());
  EXPECT_EQ(asked().think, Think::kOff);
  chat({{"response_format", {{"type", "text"}}}});
  EXPECT_EQ(asked().constraint.kind, Kind::kNone);
  EXPECT_EQ(asked().think, Think::kOn) << "the model can think";
  EXPECT_THAT(refusal({{"response_format", {{"type", "xml"}}}}), HasSubstr("400 response_format"));
}

TEST_F(OpenAiChatTest, AnswersWithSeveralChoices) {
  service.scripts = {FakeService::answer("one"), FakeService::answer("two")};
  const Json json = chat({{"n", 2}, {"seed", 5}}).json();
  ASSERT_THAT(json["choices"], SizeIs(2));
  EXPECT_EQ(json["choices"][0]["message"]["content"], "one");
  EXPECT_EQ(json["choices"][1]["message"]["content"], "two");
  EXPECT_EQ(json["choices"][1]["index"], 1);
  EXPECT_EQ(json["usage"]["prompt_tokens"], 3) << "of one prompt";
  EXPECT_EQ(json["usage"]["completion_tokens"], 4);
  EXPECT_EQ(std::get<GenerateRequest>(*service.orders[0].request).options.sampling.seed, 5);
  EXPECT_EQ(std::get<GenerateRequest>(*service.orders[1].request).options.sampling.seed, 6);

  service.scripts = {FakeService::answer("one"), FakeService::answer("two")};
  const auto events = chat({{"n", 2}, {"stream", true}}).events();
  ASSERT_THAT(events, SizeIs(5));
  EXPECT_EQ(events[2]["data"]["choices"][0]["index"], 1);
  EXPECT_EQ(events[2]["data"]["choices"][0]["delta"]["role"], "assistant");
  EXPECT_THAT(refusal({{"n", 0}}), HasSubstr("400 n must be"));
  EXPECT_THAT(refusal({{"n", 17}}), HasSubstr("400 n must be"));
}

TEST_F(OpenAiChatTest, TellsErrorsBeforeAndDuringAStream) {
  service.scripts.push_back({.ready = fail(Code::kUnavailable, "the queue is full"),
                             .events = {},
                             .retry_after = std::chrono::seconds(2)});
  const Reply refused = chat({{"stream", true}});
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "2");
  EXPECT_EQ(refused.json()["error"]["message"], "the queue is full");

  service.scripts.push_back(
      script({GenerateDelta{.content = "a"}, Error{Code::kUnavailable, "the runner died"}}));
  const auto events = chat({{"stream", true}}).events();
  ASSERT_THAT(events, SizeIs(2)) << "and no [DONE]";
  EXPECT_EQ(events[1]["data"]["error"]["message"], "the runner died");
  EXPECT_EQ(events[1]["data"]["error"]["type"], "api_error");
}

TEST_F(OpenAiChatTest, CallsOffWhenTheClientLeaves) {
  service.scripts.push_back(script({GenerateDelta{.content = "a"}, GenerateDelta{.content = "b"},
                                    GenerateDelta{.content = "c"}, GenerateDone{}}));
  writes_until_gone = 1;
  chat({{"stream", true}});
  EXPECT_EQ(*service.open_streams, 0);
}

TEST_F(OpenAiChatTest, WarnsOfWhatItCannotDo) {
  service.scripts.push_back(
      script({GenerateDone{.truncation = {.dropped_messages = 1, .dropped_tokens = 7}}}));
  const Json json = chat({{"prediction", {{"type", "content"}}}, {"stop", 5}}).json();
  ASSERT_TRUE(json.contains("warnings"));
  EXPECT_THAT(json["warnings"].dump(), HasSubstr("\\\"prediction\\\" is not supported"));
  EXPECT_THAT(json["warnings"].dump(), HasSubstr("stop: only a string"));
  EXPECT_THAT(json["warnings"].dump(), HasSubstr("1 messages and 7 tokens are missing"));
}

// B20: what an agent compacts its conversation by.
TEST_F(OpenAiChatTest, APromptBeyondTheContextHasACode) {
  service.scripts = {{.events = {Error{Code::kContextExceeded, "request (9 tokens) exceeds"}}}};
  const Reply reply = chat({});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.json()["error"]["code"], "context_length_exceeded");
  EXPECT_EQ(reply.json()["error"]["type"], "invalid_request_error");
}

}  // namespace
}  // namespace lar::test
