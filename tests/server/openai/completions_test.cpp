#include <gmock/gmock.h>

#include "endpoint_harness.h"

namespace lar::test {
namespace {

using runtime::GenerateDelta;
using runtime::GenerateDone;
using runtime::GenerateRequest;
using runtime::PromptInfo;
using testing::HasSubstr;
using testing::SizeIs;

class CompletionsTest : public testing::Test, protected EndpointHarness {
 protected:
  CompletionsTest() {
    add_model("m", {.go_template = "{{ .Prompt }}"});
    add_model("fim", {.go_template = "{{ .Prompt }}{{ .Suffix }}"});
  }

  Reply complete(Json fields) {
    Json body = {{"model", "m"}, {"prompt", "Once"}};
    if (!fields.is_null()) body.update(fields);
    if (service.scripts.empty()) service.scripts.assign(8, FakeService::answer(" upon"));
    return post("/v1/completions", body);
  }
  const GenerateRequest& asked() {
    return std::get<GenerateRequest>(service.orders.back().request.value());
  }
};

TEST_F(CompletionsTest, CompletesThroughTheTemplate) {
  const Json json = complete({{"max_tokens", 4}}).json();
  EXPECT_EQ(json["object"], "text_completion");
  EXPECT_EQ(json["choices"], Json::parse(R"([{"index": 0, "text": " upon",
      "finish_reason": "stop", "logprobs": null}])"));
  EXPECT_EQ(json["usage"]["total_tokens"], 5);
  EXPECT_EQ(asked().kind, GenerateRequest::Kind::kChat);
  EXPECT_EQ(asked().messages.back().content, "Once");
  EXPECT_EQ(asked().options.num_predict, 4);
}

// B20
TEST_F(CompletionsTest, APromptBeyondTheContextHasACode) {
  for (const bool stream : {false, true}) {
    service.scripts = {{.events = {Error{Code::kContextExceeded, "request (9 tokens) exceeds"}}}};
    const Reply reply = complete({{"stream", stream}});
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.json()["error"]["code"], "context_length_exceeded");
  }
}

TEST_F(CompletionsTest, TakesSeveralPromptsAndChoices) {
  service.scripts = {FakeService::answer("1"), FakeService::answer("2"), FakeService::answer("3"),
                     FakeService::answer("4")};
  const Json json = complete({{"prompt", {"a", "b"}}, {"n", 2}, {"echo", true}}).json();
  ASSERT_THAT(json["choices"], SizeIs(4));
  EXPECT_EQ(json["choices"][1]["text"], "a2");
  EXPECT_EQ(json["choices"][2]["text"], "b3");
  EXPECT_EQ(json["choices"][3]["index"], 3);
  EXPECT_EQ(json["usage"]["prompt_tokens"], 6) << "each prompt once";
  EXPECT_EQ(json["usage"]["completion_tokens"], 8);
  EXPECT_EQ(complete({{"prompt", Json(std::vector<std::string>(65, "x"))}, {"n", 2}}).status, 400);
  EXPECT_EQ(complete({{"prompt", {1, 2}}}).status, 400);
}

TEST_F(CompletionsTest, Streams) {
  const auto events = complete({{"stream", true}, {"echo", true}}).events();
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(events[0]["data"]["choices"][0]["text"], "Once");
  EXPECT_EQ(events[1]["data"]["choices"][0],
            Json::parse(R"({"index": 0, "text": " upon", "finish_reason": null})"));
  EXPECT_EQ(events[2]["data"]["choices"][0]["finish_reason"], "stop");
  EXPECT_FALSE(events[1]["data"].contains("usage"));
  EXPECT_EQ(events[3]["data"], "[DONE]");
  const auto counted =
      complete({{"stream", true}, {"stream_options", {{"include_usage", true}}}}).events();
  ASSERT_THAT(counted, SizeIs(4));
  EXPECT_EQ(counted[0]["data"]["usage"]["total_tokens"], 0);
  EXPECT_EQ(counted[2]["data"]["usage"]["total_tokens"], 5);
  EXPECT_EQ(counted[2]["data"]["choices"], Json::array());
}

TEST_F(CompletionsTest, GivesLogprobsInTheOlderForm) {
  const runtime::TokenLogprobs token{.chosen = {.token = 1, .text = " up", .logprob = -0.5F},
                                     .top = {{.token = 2, .text = " in", .logprob = -1.5F}}};
  service.scripts.push_back(
      {.events = {PromptInfo{}, GenerateDelta{.content = " up", .logprobs = {token, token}},
                  GenerateDone{}}});
  const Json choice = complete({{"logprobs", 1}, {"echo", true}}).json()["choices"][0];
  EXPECT_EQ(choice["logprobs"], Json::parse(R"({"tokens": [" up", " up"],
      "token_logprobs": [-0.5, -0.5], "top_logprobs": [{" in": -1.5}, {" in": -1.5}],
      "text_offset": [4, 7]})"));
  EXPECT_EQ(complete({{"logprobs", 50}}).status, 400);
}

TEST_F(CompletionsTest, FillsInTheMiddleWhereTheModelCan) {
  complete({{"model", "fim"}, {"suffix", "end"}});
  EXPECT_EQ(asked().kind, GenerateRequest::Kind::kInfill);
  EXPECT_EQ(asked().prompt, "Once");
  EXPECT_EQ(asked().suffix, "end");
  const Reply refused = complete({{"suffix", "end"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.json()["error"]["message"],
            "registry.ollama.ai/library/m:latest does not support insert");
}

TEST_F(CompletionsTest, OnlyLoadsForAnEmptyPrompt) {
  const Json json = complete({{"prompt", ""}}).json();
  EXPECT_EQ(json["choices"][0]["finish_reason"], "load");
  EXPECT_FALSE(service.orders.back().request);
}

TEST_F(CompletionsTest, RefusesInOllamasWords) {
  EXPECT_EQ(post("/v1/completions", Json::object()).status, 404);
  EXPECT_EQ(complete({{"model", "nosuch"}}).json()["error"]["message"], "model 'nosuch' not found");
  EXPECT_EQ(complete({{"stop", 5}}).status, 200) << "left out, with a warning";
}

}  // namespace
}  // namespace lar::test
