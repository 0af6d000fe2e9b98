#include <gmock/gmock.h>

#include "endpoint_harness.h"

namespace lar::test {
namespace {

using runtime::GenerateRequest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class GenerateTest : public testing::Test, protected EndpointHarness {
 protected:
  GenerateTest() {
    add_model("plain", {});
    add_model("tale", {.go_template = "{{ .System }} {{ .Prompt }}{{ .Suffix }}",
                       .system = "Be short.",
                       .params = R"({"temperature":0.25,"stop":["<end>"],"num_ctx":2048})",
                       .messages = R"([{"role":"user","content":"a"},
                                       {"role":"assistant","content":"b"}])"});
    add_model("thinker", {.jinja_template = "{{ messages }}<think></think>{{ tools }}"});
    add_model("vectors", {.architecture = "bert", .pooling = true});
  }

  Reply generate(Json body) { return post("/api/generate", body); }
  const GenerateRequest& asked() {
    return std::get<GenerateRequest>(service.orders.at(service.orders.size() - 1).request.value());
  }
};

TEST_F(GenerateTest, StreamsPiecesAndThenTheNumbers) {
  service.scripts.push_back(
      {.events = {runtime::PromptInfo{.tokens = 7}, runtime::GenerateDelta{.content = "Hel"},
                  runtime::GenerateDelta{.content = "lo <b>"},
                  runtime::GenerateDone{.prompt_tokens = 7,
                                        .generated_tokens = 3,
                                        .prompt = std::chrono::milliseconds(2),
                                        .generation = std::chrono::milliseconds(5),
                                        .context = {1, 2}}}});
  const Reply reply = generate({{"model", "plain"}, {"prompt", "Hi"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.type, "application/x-ndjson");
  const auto lines = reply.lines();
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(lines[0]["response"], "Hel");
  EXPECT_EQ(lines[0]["done"], false);
  EXPECT_EQ(lines[1]["response"], "lo <b>");
  EXPECT_THAT(reply.body, HasSubstr("lo \\u003cb\\u003e")) << "escaped as Go does";
  const Json& last = lines[2];
  EXPECT_EQ(last["response"], "");
  EXPECT_EQ(last["done_reason"], "stop");
  EXPECT_EQ(last["context"], Json({1, 2}));
  EXPECT_EQ(last["prompt_eval_count"], 7);
  EXPECT_EQ(last["prompt_eval_duration"], 2'000'000);
  EXPECT_EQ(last["eval_count"], 3);
  EXPECT_EQ(last["load_duration"], 3'000'000);
  EXPECT_GT(last["total_duration"], 0);
  EXPECT_FALSE(last.contains("warnings"));
  EXPECT_FALSE(last.contains("truncated"));
}

TEST_F(GenerateTest, AnswersWholeWhereNoStreamIsWanted) {
  service.scripts.push_back(FakeService::answer("Hello"));
  const Reply reply = generate({{"model", "plain"}, {"prompt", "Hi"}, {"stream", false}});
  EXPECT_THAT(reply.type, HasSubstr("application/json"));
  EXPECT_EQ(reply.json()["response"], "Hello");
  EXPECT_EQ(reply.json()["done"], true);
}

TEST_F(GenerateTest, PutsTheModelsLayersUnderTheRequest) {
  service.scripts.assign(2, FakeService::answer("x"));
  generate({{"model", "tale"}, {"prompt", "Hi"}, {"options", {{"temperature", 0.5}}}});
  EXPECT_FLOAT_EQ(asked().options.sampling.temperature, 0.5F);
  EXPECT_THAT(asked().options.stop, ElementsAre("<end>"));
  EXPECT_EQ(asked().options.num_ctx, 2048U);
  ASSERT_THAT(asked().messages, SizeIs(4));
  EXPECT_EQ(asked().messages[0].content, "Be short.");
  EXPECT_EQ(asked().messages[2].content, "b");
  EXPECT_EQ(asked().messages[3].content, "Hi");

  generate({{"model", "tale"},
            {"prompt", "Hi"},
            {"system", "Sing."},
            {"context", {5, 6}},
            {"options", {{"stop", {"|"}}}}});
  ASSERT_THAT(asked().messages, SizeIs(2))
      << "with a context the model's own messages are not sent";
  EXPECT_EQ(asked().messages[0].content, "Sing.");
  EXPECT_THAT(asked().context, ElementsAre(5, 6));
  EXPECT_THAT(asked().options.stop, ElementsAre("|"));
}

TEST_F(GenerateTest, LoadsAndUnloadsByAnEmptyPrompt) {
  service.scripts.push_back({.events = {}});
  const Reply loaded = generate({{"model", "plain"}, {"prompt", ""}});
  EXPECT_EQ(loaded.json()["done_reason"], "load");
  EXPECT_THAT(loaded.type, HasSubstr("application/json")) << "no stream";
  EXPECT_FALSE(service.orders.at(0).request);

  const Reply unloaded = generate({{"model", "plain"}, {"keep_alive", 0}});
  EXPECT_EQ(unloaded.json()["done_reason"], "unload");
  EXPECT_EQ(unloaded.json()["response"], "");
  ASSERT_THAT(service.unloaded, SizeIs(1));
  EXPECT_EQ(service.unloaded[0].name, "plain:latest");
}

TEST_F(GenerateTest, TakesKeepAliveAsSecondsOrDuration) {
  service.scripts.assign(4, FakeService::answer("x"));
  const auto kept = [&](Json value) {
    generate({{"model", "plain"}, {"prompt", "x"}, {"keep_alive", std::move(value)}});
    return service.orders.back().keep_alive;
  };
  EXPECT_EQ(kept("10m"), std::chrono::minutes(10));
  EXPECT_EQ(kept(1.5), std::chrono::milliseconds(1500));
  EXPECT_LT(kept(-1)->count(), 0);
  EXPECT_EQ(kept(nullptr), std::nullopt);
  EXPECT_EQ(generate({{"model", "plain"}, {"keep_alive", "soon"}}).error(),
            "time: invalid duration \"soon\"");
}

TEST_F(GenerateTest, RefusesInOllamasWordsAndOrder) {
  const auto refused = [&](Json body) {
    const Reply reply = generate(std::move(body));
    return std::to_string(reply.status) + " " + reply.error();
  };
  EXPECT_EQ(refused({{"prompt", "x"}}), "404 model '' not found");
  EXPECT_EQ(refused({{"model", "no/such"}, {"prompt", "x"}}), "404 model 'no/such' not found");
  EXPECT_EQ(refused({{"model", "???"}, {"prompt", "x"}}), "400 invalid model name");
  EXPECT_EQ(refused({{"model", "nosuch"}, {"top_logprobs", 21}}),
            "400 top_logprobs must be between 0 and 20");
  EXPECT_EQ(refused({{"model", "plain"}, {"prompt", "x"}, {"raw", true}, {"system", "y"}}),
            "400 raw mode does not support template, system, or context");
  EXPECT_EQ(refused({{"model", "plain"}, {"prompt", "x"}, {"suffix", "y"}}),
            "400 registry.ollama.ai/library/plain:latest does not support insert");
  EXPECT_EQ(refused({{"model", "plain"}, {"prompt", "x"}, {"think", true}}),
            "400 \"plain\" does not support thinking");
  EXPECT_EQ(refused({{"model", "vectors"}, {"prompt", "x"}}),
            "400 \"vectors\" does not support generate");
  EXPECT_EQ(
      refused({{"model", "plain"}, {"think", "loud"}}),
      "400 invalid think value: \"loud\" (must be \"high\", \"medium\", \"low\", \"max\", true, "
      "or false)");
  EXPECT_EQ(refused({{"model", "plain"}, {"prompt", "x"}, {"format", "xml"}}),
            "500 invalid format: \"\\\"xml\\\"\"; expected \"json\" or a valid JSON Schema object");
  EXPECT_EQ(refused({{"model", "plain"}, {"prompt", "x"}, {"options", {{"stop", "a"}}}}),
            "500 option \"stop\" must be of type array");
  EXPECT_EQ(refused({{"model", "plain"}, {"prompt", "x"}, {"options", {{"temperature", "hot"}}}}),
            "500 option \"temperature\" must be of type float32");
  EXPECT_EQ(refused({{"model", "plain"}, {"prompt", "x"}, {"images", {"aGk="}}}),
            "400 this model does not support images");
  EXPECT_EQ(refused({{"model", "big:cloud"}, {"prompt", "x"}}),
            "403 this server runs no cloud models");
  for (const char* both : {"big:cloud:local", "big:local:cloud"}) {
    EXPECT_EQ(refused({{"model", both}, {"prompt", "x"}}),
              "400 use either :local or :cloud, not both");
  }
  EXPECT_THAT(service.orders, IsEmpty());
}

TEST_F(GenerateTest, ReportsWhatItDoesNotKnow) {
  service.scripts.push_back(FakeService::answer("x"));
  const Json body = {{"model", "plain"},
                     {"prompt", "x"},
                     {"stream", false},
                     {"max_tokens", 5},
                     {"options", {{"num_predict", 2.5}, {"tempratur", 1}, {"low_vram", true}}}};
  const Json reply = generate(body).json();
  EXPECT_THAT(reply["warnings"],
              ElementsAre("unknown field \"max_tokens\"", "unknown option \"tempratur\"",
                          "option \"low_vram\" does nothing any more"));
  EXPECT_EQ(asked().options.num_predict, 2) << "a fraction is cut, as Ollama does";

  const Reply strict = call_text("POST", "/api/generate", body.dump(), {{"Lar-Strict", "1"}});
  EXPECT_EQ(strict.status, 400);
  EXPECT_EQ(strict.error(), "unknown field \"max_tokens\"");
}

TEST_F(GenerateTest, SaysThatThePromptWasCut) {
  service.scripts.push_back({.events = {runtime::GenerateDone{
                                 .prompt_tokens = 90,
                                 .shifted_tokens = 4,
                                 .truncation = {.dropped_messages = 2, .dropped_tokens = 30}}}});
  const Reply reply = generate({{"model", "plain"}, {"prompt", "x"}, {"stream", false}});
  const Json truncated = reply.json()["truncated"];
  EXPECT_EQ(truncated["dropped_messages"], 2);
  EXPECT_EQ(truncated["dropped_tokens"], 30);
  EXPECT_EQ(truncated["shifted_tokens"], 4);
  EXPECT_EQ(reply.header("Lar-Truncated"), "messages=2, tokens=30, shifted=4");
}

TEST_F(GenerateTest, RawIsPassedOnAsItIs) {
  service.scripts.push_back(FakeService::answer("x"));
  const Json reply =
      generate({{"model", "tale"}, {"prompt", "x"}, {"raw", true}, {"stream", false}}).json();
  EXPECT_EQ(asked().kind, GenerateRequest::Kind::kRaw);
  EXPECT_EQ(asked().prompt, "x");
  EXPECT_FALSE(asked().parse_output);
  EXPECT_THAT(asked().messages, IsEmpty());
  EXPECT_FALSE(reply.contains("context"));
}

TEST_F(GenerateTest, FillsInTheMiddleWhereTheTemplateCan) {
  service.scripts.push_back(FakeService::answer("x"));
  generate({{"model", "tale"}, {"prompt", "a"}, {"suffix", "b"}});
  EXPECT_EQ(asked().kind, GenerateRequest::Kind::kInfill);
  EXPECT_EQ(asked().suffix, "b");
}

TEST_F(GenerateTest, ThinksByDefaultWhereTheModelCan) {
  service.scripts.push_back(
      {.events = {runtime::GenerateDelta{.thinking = "hm"},
                  runtime::GenerateDelta{.content = "yes"}, runtime::GenerateDone{}}});
  const auto lines = generate({{"model", "thinker"}, {"prompt", "x"}}).lines();
  EXPECT_EQ(asked().think, runtime::Think::kOn);
  EXPECT_EQ(lines[0]["thinking"], "hm");
  EXPECT_EQ(lines[0]["response"], "");
  EXPECT_FALSE(lines[1].contains("thinking"));
}

TEST_F(GenerateTest, GivesLogProbabilities) {
  runtime::GenerateDelta delta{.content = "Hi"};
  delta.logprobs = {{.chosen = {.token = 4, .text = "Hi", .logprob = -0.5F},
                     .top = {{.token = 4, .text = "Hi", .logprob = -0.5F},
                             {.token = 5, .text = "\xAF", .logprob = -2.0F}}}};
  service.scripts.push_back({.events = {delta, runtime::GenerateDone{}}});
  const auto lines =
      generate({{"model", "plain"}, {"prompt", "x"}, {"logprobs", true}, {"top_logprobs", 1}})
          .lines();
  EXPECT_EQ(asked().options.sampling.top_logprobs, 1);
  const Json& token = lines[0]["logprobs"][0];
  EXPECT_EQ(token["token"], "Hi");
  EXPECT_EQ(token["bytes"], Json({72, 105}));
  EXPECT_EQ(token["top_logprobs"][0]["logprob"], -0.5);
  EXPECT_EQ(token["top_logprobs"][1]["token"], "\uFFFD");
  EXPECT_EQ(token["top_logprobs"][1]["bytes"], Json({0xEF, 0xBF, 0xBD})) << "those of the text";
}

TEST_F(GenerateTest, AnErrorBeforeTheFirstPieceHasItsStatus) {
  service.scripts.push_back({.ready = fail(Code::kUnavailable, "busy"),
                             .events = {},
                             .retry_after = std::chrono::seconds(7)});
  const Reply busy = generate({{"model", "plain"}, {"prompt", "x"}});
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.header("Retry-After"), "7");
  EXPECT_EQ(busy.error(), "busy");

  service.scripts.push_back({.events = {Error{Code::kInvalidArgument, "too long"}}});
  EXPECT_EQ(generate({{"model", "plain"}, {"prompt", "x"}}).status, 400);

  service.scripts.push_back({.events = {Error{Code::kContextExceeded, "request (9 tokens)"}}});
  const Reply over = generate({{"model", "plain"}, {"prompt", "x"}});
  EXPECT_EQ(over.status, 400);
  EXPECT_EQ(over.json()["code"], "context_length_exceeded");
  EXPECT_EQ(over.error(), "request (9 tokens)");
}

TEST_F(GenerateTest, AnErrorInTheMiddleIsALineOfTheStream) {
  service.scripts.push_back({.events = {runtime::GenerateDelta{.content = "Hel"},
                                        Error{Code::kUnavailable, "the runner crashed"}}});
  const Reply reply = generate({{"model", "plain"}, {"prompt", "x"}});
  EXPECT_EQ(reply.status, 200);
  ASSERT_THAT(reply.lines(), SizeIs(2));
  EXPECT_EQ(reply.lines()[1], Json({{"error", "the runner crashed"}}));
}

TEST_F(GenerateTest, EachLineSaysWhenItsTokenWasMade) {
  service.scripts.push_back(
      {.events = {runtime::GenerateDelta{
                      .content = "a", .made = std::chrono::nanoseconds(1'800'000'000'000'000'005)},
                  runtime::GenerateDone{}}});
  const Reply reply = generate({{"model", "plain"}, {"prompt", "x"}});
  ASSERT_THAT(reply.lines(), SizeIs(2));
  EXPECT_EQ(reply.lines()[0]["created_at"], "2027-01-15T08:00:00.000000005Z");
}

TEST_F(GenerateTest, AClientThatLeavesEndsTheRequest) {
  service.scripts.push_back(
      {.events = {runtime::GenerateDelta{.content = "a"}, runtime::GenerateDelta{.content = "b"},
                  runtime::GenerateDelta{.content = "c"}, runtime::GenerateDone{}}});
  writes_until_gone = 1;
  const Reply reply = generate({{"model", "plain"}, {"prompt", "x"}});
  EXPECT_EQ(reply.parts, 1);
  EXPECT_EQ(*service.open_streams, 0) << "destroying the stream is what cancels";
}

TEST_F(GenerateTest, OnlyRendersWhereThatIsAskedFor) {
  service.scripts.push_back({.events = {runtime::PromptInfo{.tokens = 2, .rendered = "<user>Hi"},
                                        runtime::GenerateDone{}}});
  const Json reply =
      generate({{"model", "tale"}, {"prompt", "Hi"}, {"_debug_render_only", true}}).json();
  EXPECT_EQ(asked().kind, GenerateRequest::Kind::kEcho);
  EXPECT_EQ(reply["_debug_info"]["rendered_template"], "<user>Hi");
}

}  // namespace
}  // namespace lar::test
