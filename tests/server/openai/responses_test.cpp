#include <gmock/gmock.h>

#include "endpoint_harness.h"

namespace lar::test {
namespace {

using runtime::DoneReason;
using runtime::GenerateDelta;
using runtime::GenerateDone;
using runtime::GenerateRequest;
using runtime::PromptInfo;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class ResponsesTest : public testing::Test, protected EndpointHarness {
 protected:
  ResponsesTest() {
    add_model("m", {.jinja_template = "{{ messages }}{{ tools }}<think></think>"});
  }

  Reply respond(Json fields) {
    Json body = {{"model", "m"}, {"input", "Hi"}};
    if (!fields.is_null()) body.update(fields);
    if (service.scripts.empty()) service.scripts.push_back(FakeService::answer("Hello"));
    return post("/v1/responses", body);
  }
  void script(std::vector<runtime::Event> events) {
    events.insert(events.begin(), PromptInfo{.tokens = 5});
    service.scripts.push_back({.events = std::move(events)});
  }
  const GenerateRequest& asked() {
    return std::get<GenerateRequest>(service.orders.back().request.value());
  }
  static Json tool() {
    return {{"type", "function"}, {"name", "add"}, {"parameters", {{"type", "object"}}}};
  }
};

std::vector<std::string> types_of(const std::vector<Json>& events) {
  std::vector<std::string> types;
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i]["event"], events[i]["data"]["type"]);
    EXPECT_EQ(events[i]["data"]["sequence_number"], i);
    const auto type = events[i]["event"].get<std::string>();
    types.push_back(type.substr(type.find('.') + 1));
  }
  return types;
}

TEST_F(ResponsesTest, AnswersWithItems) {
  script(
      {GenerateDelta{.thinking = "hm"}, GenerateDelta{.content = "Hello"},
       GenerateDone{
           .prompt_tokens = 5, .cached_tokens = 4, .generated_tokens = 3, .reasoning_tokens = 1}});
  const Json json = respond({{"temperature", 0}, {"instructions", "Be short."}}).json();
  EXPECT_EQ(json["object"], "response");
  EXPECT_EQ(json["status"], "completed");
  EXPECT_TRUE(json["completed_at"].is_number());
  EXPECT_EQ(json["instructions"], "Be short.");
  EXPECT_EQ(json["temperature"], 0);
  EXPECT_EQ(json["top_p"], 1);
  EXPECT_EQ(json["text"], Json::parse(R"({"format": {"type": "text"}})"));
  ASSERT_THAT(json["output"], SizeIs(2));
  EXPECT_EQ(json["output"][0]["type"], "reasoning");
  EXPECT_EQ(json["output"][0]["summary"],
            Json::parse(R"([{"type": "summary_text", "text": "hm"}])"));
  EXPECT_EQ(json["output"][1]["content"], Json::parse(R"([{"type": "output_text",
      "text": "Hello", "annotations": [], "logprobs": []}])"));
  EXPECT_EQ(json["usage"]["input_tokens_details"]["cached_tokens"], 4);
  EXPECT_EQ(json["usage"]["output_tokens_details"]["reasoning_tokens"], 1);
  EXPECT_EQ(asked().messages[0].role, "system");
}

TEST_F(ResponsesTest, StreamsEventsWithoutAGap) {
  script({GenerateDelta{.thinking = "hm"}, GenerateDelta{.content = "Hel"},
          GenerateDelta{.content = "lo"},
          GenerateDelta{.tool_calls = {{.index = 0, .name = "add", .arguments = "{\"a\":"}}},
          GenerateDelta{.tool_calls = {{.index = 0, .arguments = "1}", .done = true}}},
          GenerateDone{}});
  const auto events = respond({{"stream", true}, {"tools", {tool()}}}).events();
  EXPECT_THAT(
      types_of(events),
      ElementsAre("created", "in_progress", "output_item.added", "reasoning_summary_part.added",
                  "reasoning_summary_text.delta", "reasoning_summary_text.done",
                  "reasoning_summary_part.done", "output_item.done", "output_item.added",
                  "content_part.added", "output_text.delta", "output_text.delta",
                  "output_text.done", "content_part.done", "output_item.done", "output_item.added",
                  "function_call_arguments.delta", "function_call_arguments.delta",
                  "function_call_arguments.done", "output_item.done", "completed"));
  const Json last = events.back()["data"]["response"];
  ASSERT_THAT(last["output"], SizeIs(3)) << "text beside calls is kept";
  EXPECT_EQ(last["output"][1]["content"][0]["text"], "Hello");
  EXPECT_EQ(last["output"][2]["arguments"], "{\"a\":1}");
  EXPECT_THAT(last["output"][2]["call_id"].get<std::string>(), StartsWith("call_"));
  EXPECT_EQ(events[6]["data"]["part"], last["output"][0]["summary"][0]);
  EXPECT_EQ(events[19]["data"]["item"], last["output"][2]);
  EXPECT_EQ(events[19]["data"]["output_index"], 2);
  EXPECT_EQ(last["tools"][0]["name"], "add");
}

TEST_F(ResponsesTest, IsIncompleteWhenTheTokensDidNotSuffice) {
  script({GenerateDelta{.content = "Hel"}, GenerateDone{.reason = DoneReason::kLength}});
  const auto events = respond({{"stream", true}, {"max_output_tokens", 2}}).events();
  EXPECT_EQ(events.back()["event"], "response.incomplete");
  const Json json = events.back()["data"]["response"];
  EXPECT_EQ(json["status"], "incomplete");
  EXPECT_EQ(json["incomplete_details"]["reason"], "max_output_tokens");
  EXPECT_EQ(json["output"][0]["status"], "incomplete");
  EXPECT_EQ(json["max_output_tokens"], 2);
  EXPECT_EQ(asked().options.num_predict, 2);
}

// B20
TEST_F(ResponsesTest, APromptBeyondTheContextHasACode) {
  service.scripts = {{.events = {Error{Code::kContextExceeded, "request (9 tokens) exceeds"}}}};
  const Reply reply = respond({});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.json()["error"]["code"], "context_length_exceeded");
  script({Error{Code::kContextExceeded, "request (9 tokens) exceeds"}});
  const auto events = respond({{"stream", true}}).events();
  EXPECT_EQ(events.back()["data"]["response"]["error"]["code"], "context_length_exceeded");
}

TEST_F(ResponsesTest, TellsOfErrorsInAStream) {
  script({GenerateDelta{.content = "Hel"}, Error{Code::kUnavailable, "the runner died"}});
  const auto events = respond({{"stream", true}}).events();
  EXPECT_THAT(types_of(events),
              ElementsAre("created", "in_progress", "output_item.added", "content_part.added",
                          "output_text.delta", "error", "failed"));
  const Json told = events[5]["data"];
  EXPECT_EQ(told["message"], "the runner died");
  EXPECT_EQ(told["code"], "server_error");
  EXPECT_EQ(told["error"]["message"], "the runner died");
  const Json json = events.back()["data"]["response"];
  EXPECT_EQ(json["status"], "failed");
  EXPECT_EQ(json["error"]["message"], "the runner died");
}

TEST_F(ResponsesTest, ReadsItems) {
  respond({{"input",
            {{{"role", "user"}, {"content", {{{"type", "input_text"}, {"text", "Add."}}}}},
             {{"type", "reasoning"}, {"summary", Json::array()}, {"encrypted_content", "hm"}},
             {{"type", "function_call"}, {"call_id", "c1"}, {"name", "add"}, {"arguments", "{}"}},
             {{"type", "function_call"}, {"call_id", "c2"}, {"name", "now"}, {"arguments", ""}},
             {{"type", "function_call_output"}, {"call_id", "c2"}, {"output", "noon"}}}}});
  const auto& messages = asked().messages;
  ASSERT_THAT(messages, SizeIs(3));
  EXPECT_EQ(messages[0].content, "Add.");
  EXPECT_EQ(messages[1].thinking, "hm");
  ASSERT_THAT(messages[1].tool_calls, SizeIs(2)) << "calls of one turn are one message";
  EXPECT_EQ(messages[1].tool_calls[1].arguments, "{}");
  EXPECT_EQ(messages[2].role, "tool");
  EXPECT_EQ(messages[2].tool_name, "now");
}

TEST_F(ResponsesTest, TakesFormatsChoicesAndEfforts) {
  const Json schema = {{"type", "object"}};
  const Json json =
      respond({{"text", {{"format", {{"type", "json_schema"}, {"name", "x"}, {"schema", schema}}}}},
               {"tools", {tool(), {{"type", "web_search"}}}},
               {"tool_choice", {{"type", "function"}, {"name", "add"}}},
               {"reasoning", {{"effort", "low"}}},
               {"previous_response_id", "resp_1"}})
          .json();
  EXPECT_EQ(asked().constraint.text, schema.dump());
  EXPECT_EQ(asked().tool_choice.function, "add");
  EXPECT_EQ(asked().think, runtime::Think::kLow);
  EXPECT_EQ(json["text"]["format"]["name"], "x");
  EXPECT_EQ(json["reasoning"]["effort"], "low");
  EXPECT_THAT(json["tools"], SizeIs(1));
  EXPECT_THAT(json["warnings"].dump(), HasSubstr("web_search"));
  EXPECT_THAT(json["warnings"].dump(), HasSubstr("previous_response_id"));
}

TEST_F(ResponsesTest, RefusesWhatItCannotRead) {
  EXPECT_EQ(respond({{"input", 5}}).status, 400);
  EXPECT_EQ(respond({{"input", nullptr}}).status, 400);
  EXPECT_EQ(respond({{"input", {{{"type", "item_reference"}, {"id", "x"}}}}}).status, 400);
  EXPECT_EQ(
      respond({{"input", {{{"role", "user"}, {"content", {{{"type", "input_file"}}}}}}}}).status,
      400);
  EXPECT_EQ(respond({{"model", "nosuch"}}).json()["error"]["type"], "not_found_error");
}

TEST_F(ResponsesTest, EchoesDeepSchemas) {
  Json schema = {{"type", "object"}};
  for (int i = 0; i < 100; ++i) schema = {{"type", "array"}, {"items", schema}};
  const Json json =
      respond(
          {{"text", {{"format", {{"type", "json_schema"}, {"name", "x"}, {"schema", schema}}}}}})
          .json();
  EXPECT_EQ(json["text"]["format"]["schema"], schema);
}

}  // namespace
}  // namespace lar::test
