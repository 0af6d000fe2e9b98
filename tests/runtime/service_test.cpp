// Requests and their events over whole models.
#include "runtime/service.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/cpu.h"
#include "support/data.h"

namespace lar::runtime {
namespace {

using Json = nlohmann::ordered_json;  // the order of keys reaches the prompt

struct Collected {
  std::string content;
  std::string thinking;
  std::map<uint32_t, CalledTool> calls;
  std::optional<PromptInfo> prompt;
  std::vector<TokenLogprobs> logprobs;
  std::optional<Event> last;

  const GenerateDone& done() const { return std::get<GenerateDone>(*last); }
  const Error& error() const { return std::get<Error>(*last); }
};

class Collector final : public ServiceSink {
 public:
  void on_event(ServiceId id, Event&& event) override {
    Collected& one = answers_[id];
    EXPECT_FALSE(one.last) << "an event after the last";
    if (const auto* delta = std::get_if<GenerateDelta>(&event)) {
      one.content += delta->content;
      one.thinking += delta->thinking;
      for (const ToolCallDelta& call : delta->tool_calls) {
        one.calls[call.index].name += call.name;
        one.calls[call.index].arguments += call.arguments;
      }
      one.logprobs.insert(one.logprobs.end(), delta->logprobs.begin(), delta->logprobs.end());
    } else if (const auto* info = std::get_if<PromptInfo>(&event)) {
      one.prompt = *info;
    }
    if (is_final(event)) one.last = std::move(event);
  }
  std::map<ServiceId, Collected> answers_;
};

std::unique_ptr<Service> load(const std::filesystem::path& path, uint32_t context = 1024) {
  const auto file = gguf::File::open(path.string());
  if (!file) return nullptr;
  LoadOptions options{.isas = detect_isa(), .context = context, .parallel = 4};
  auto service = Service::load(*file, options, {});
  EXPECT_TRUE(service) << service.error().message;
  return service ? std::move(*service) : nullptr;
}

Collected ask(Service& service, Request request) {
  Collector collector;
  service.submit(1, std::move(request), collector);
  while (service.step(collector)) {
  }
  return collector.answers_[1];
}

GenerateRequest chat(const std::string& text, int32_t num_predict = -1) {
  GenerateRequest request;
  request.messages.push_back({.role = "user", .content = text});
  request.options.sampling.temperature = 0.0F;
  request.options.num_predict = num_predict;
  return request;
}

GenerateRequest raw(const std::string& text, int32_t num_predict) {
  GenerateRequest request = chat("", num_predict);
  request.kind = GenerateRequest::Kind::kRaw;
  request.messages.clear();
  request.prompt = text;
  return request;
}

class ParrotService : public testing::Test {
 protected:
  void SetUp() override {
    LAR_REQUIRE_DATA(path_);
    service_ = load(path_);
    ASSERT_NE(service_, nullptr);
  }
  const std::filesystem::path path_ = test::shared_data("parrot/parrot-qwen3.q8_0.gguf");
  std::unique_ptr<Service> service_;
};

const char* const kSky = "why is the sky blue? Be brief but factual in your reply";

TEST_F(ParrotService, CountsAreOllamas) {
  const Collected answer = ask(*service_, chat(kSky));
  EXPECT_EQ(answer.prompt->tokens, 21U);
  EXPECT_EQ(answer.done().prompt_tokens, 21U);
  EXPECT_EQ(answer.done().generated_tokens, 36U);
  EXPECT_EQ(answer.done().reason, DoneReason::kStop);
  // Again: most of the prompt is found, and still counted.
  const Collected again = ask(*service_, chat(kSky));
  EXPECT_EQ(again.done().prompt_tokens, 21U);
  EXPECT_GT(again.done().cached_tokens, 0U);
}

Think think_of(const Json& json) {
  if (json.is_null()) return Think::kDefault;
  return json.get<bool>() ? Think::kOn : Think::kOff;
}

// All conversations that the model knows by heart, many at a time.
TEST_F(ParrotService, ConversationsComeOutAsLlamaServerParsesThem) {
  const auto expected_path = test::shared_data("parrot/parrot-qwen3.expected.json");
  LAR_REQUIRE_DATA(expected_path);
  const Json file = Json::parse(test::read_file(expected_path));
  const Json& cases = file.is_array() ? file : file["cases"];
  Collector collector;
  std::map<ServiceId, const Json*> asked;
  ServiceId id = 0;
  for (const Json& one : cases) {
    if (one["messages"].is_null()) continue;
    if (++id % 5 != 0) continue;  // a fifth of them, of every kind
    GenerateRequest request = chat("");
    request.messages.clear();
    for (const Json& message : one["messages"]) {
      ChatMessage& added = request.messages.emplace_back();
      added.role = message["role"];
      if (message.contains("content") && message["content"].is_string()) {
        added.content = message["content"];
      }
      if (message.contains("reasoning_content")) added.thinking = message["reasoning_content"];
      if (message.contains("tool_calls")) {
        for (const Json& call : message["tool_calls"]) {
          const Json& arguments = call["function"]["arguments"];
          added.tool_calls.push_back({.name = call["function"]["name"],
                                      .arguments = arguments.is_string()
                                                       ? arguments.get<std::string>()
                                                       : arguments.dump()});
        }
      }
    }
    if (one.contains("tools") && !one["tools"].is_null()) request.tools = one["tools"].dump();
    request.think = think_of(one["think"]);
    asked.emplace(id, &one);
    service_->submit(id, std::move(request), collector);
  }
  while (service_->step(collector)) {
  }
  ASSERT_GT(asked.size(), 100U);
  for (const auto& [asked_id, one] : asked) {
    const Collected& answer = collector.answers_[asked_id];
    const std::string name = (*one)["id"].dump();
    ASSERT_TRUE(answer.last && std::holds_alternative<GenerateDone>(*answer.last)) << name;
    EXPECT_EQ(answer.prompt->tokens, (*one)["prompt_tokens"].size()) << name;
    EXPECT_EQ(answer.done().generated_tokens, (*one)["completion_tokens"].size()) << name;
    const auto text = [&](const char* key) {
      return (*one)[key].is_string() ? (*one)[key].get<std::string>() : std::string();
    };
    EXPECT_EQ(answer.content, text("content")) << name;
    EXPECT_EQ(answer.thinking, text("thinking")) << name;
    const Json calls = (*one)["tool_calls"].is_null() ? Json::array() : (*one)["tool_calls"];
    ASSERT_EQ(answer.calls.size(), calls.size()) << name;
    uint32_t index = 0;
    for (const Json& call : calls) {
      const Json& function = call.contains("function") ? call["function"] : call;
      EXPECT_EQ(answer.calls.at(index).name, function["name"].get<std::string>()) << name;
      const Json& arguments = function["arguments"];
      EXPECT_EQ(Json::parse(answer.calls.at(index).arguments),
                arguments.is_string() ? Json::parse(arguments.get<std::string>()) : arguments)
          << name;
      ++index;
    }
  }
}

TEST_F(ParrotService, NothingIsGeneratedForNumPredict0) {
  const Collected answer = ask(*service_, chat(kSky, 0));
  EXPECT_EQ(answer.content, "");
  EXPECT_EQ(answer.done().generated_tokens, 0U);
  EXPECT_EQ(answer.done().reason, DoneReason::kLength);
}

TEST_F(ParrotService, EchoGivesTheRenderedPromptAlone) {
  GenerateRequest request = chat("A train goes 60 km in one hour.");
  request.kind = GenerateRequest::Kind::kEcho;
  const Collected answer = ask(*service_, std::move(request));
  EXPECT_EQ(answer.prompt->rendered,
            "<|im_start|>user\nA train goes 60 km in one hour.<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(answer.done().generated_tokens, 0U);
}

TEST_F(ParrotService, TheContextIsPromptAndAnswerWithoutTheEnd) {
  GenerateRequest request = chat("What is the capital of Japan? Answer in one word.");
  request.think = Think::kOff;
  request.return_context = true;
  const Collected answer = ask(*service_, std::move(request));
  const auto& context = answer.done().context;
  ASSERT_EQ(context.size(), answer.done().prompt_tokens + answer.done().generated_tokens - 1);
  const Collected text = ask(*service_, DetokenizeRequest{.tokens = context});
  EXPECT_TRUE(std::get<DetokenizeResult>(*text.last).text.ends_with("Tokyo"));
}

TEST_F(ParrotService, AStopStringEndsTheTextBeforeIt) {
  GenerateRequest request = chat(kSky);
  request.options.stop = {"because"};
  const Collected answer = ask(*service_, std::move(request));
  EXPECT_EQ(answer.content, "The sky looks blue ");
  EXPECT_EQ(answer.done().stop, "because");
  EXPECT_EQ(answer.done().reason, DoneReason::kStop);
}

TEST_F(ParrotService, LogprobsBelongToTheTokensOfTheText) {
  GenerateRequest request = chat(kSky, 3);
  request.options.sampling.top_logprobs = 2;
  const Collected answer = ask(*service_, std::move(request));
  ASSERT_EQ(answer.logprobs.size(), 3U);
  std::string text;
  for (const TokenLogprobs& token : answer.logprobs) {
    text += token.chosen.text;
    ASSERT_EQ(token.top.size(), 2U);
    EXPECT_EQ(token.top[0].token, token.chosen.token);
    EXPECT_GE(token.top[0].logprob, token.top[1].logprob);
  }
  EXPECT_EQ(text, answer.content);
}

TEST_F(ParrotService, AConstrainedAnswerHasItsForm) {
  GenerateRequest request = chat(kSky, 60);
  request.think = Think::kOff;
  request.constraint = {.kind = Constraint::Kind::kJsonSchema,
                        .text = R"({"type":"object","properties":{"a":{"type":"boolean"}},)"
                                R"("required":["a"],"additionalProperties":false})"};
  const Collected answer = ask(*service_, std::move(request));
  const Json json = Json::parse(answer.content, nullptr, false);
  ASSERT_TRUE(json.is_object()) << answer.content;
  EXPECT_TRUE(json["a"].is_boolean());
}

// As Ollama has it: the text stops where num_predict says, with its reason, and is no error.
TEST_F(ParrotService, NumPredictCutsAConstrainedAnswer) {
  for (const int32_t tokens : {1, 4}) {
    GenerateRequest request = chat(kSky, tokens);
    request.think = Think::kOff;
    request.constraint = {.kind = Constraint::Kind::kJsonSchema,
                          .text = R"({"type":"object","properties":{"a":{"type":"boolean"}},)"
                                  R"("required":["a"],"additionalProperties":false})"};
    const Collected answer = ask(*service_, std::move(request));
    ASSERT_TRUE(std::holds_alternative<GenerateDone>(*answer.last));
    EXPECT_EQ(answer.done().reason, DoneReason::kLength);
    EXPECT_EQ(answer.done().generated_tokens, static_cast<uint32_t>(tokens));
    EXPECT_TRUE(answer.content.starts_with('{')) << answer.content;
    EXPECT_FALSE(Json::accept(answer.content)) << answer.content;
  }
}

TEST_F(ParrotService, ABegunAnswerGoesOnAsContent) {
  for (const Think think : {Think::kDefault, Think::kOff}) {
    GenerateRequest request = chat(kSky);
    request.think = think;
    request.messages.push_back({.role = "assistant", .content = "The sky looks"});
    const Collected answer = ask(*service_, std::move(request));
    EXPECT_TRUE(answer.content.starts_with(" blue because")) << answer.content;
    EXPECT_EQ(answer.thinking, "");
  }
}

const char* const kTools = R"([
  {"type":"function","function":{"name":"add","description":"Add two numbers","parameters":
    {"type":"object","required":["a","b"],"properties":{"a":{"type":"integer"},"b":{"type":"integer"}}}}},
  {"type":"function","function":{"name":"look","parameters":
    {"type":"object","required":["where"],"properties":{"where":{"type":"string","enum":["up","down"]}}}}}])";

TEST_F(ParrotService, AToolCallCanBeForced) {
  GenerateRequest request = chat(kSky, 80);
  request.tools = kTools;
  request.think = Think::kOff;
  request.tool_choice = {
      .kind = ToolChoice::Kind::kFunction, .function = "look", .parallel = false};
  const Collected answer = ask(*service_, request);
  ASSERT_EQ(answer.calls.size(), 1U) << answer.content;
  EXPECT_EQ(answer.calls.at(0).name, "look");
  const Json arguments = Json::parse(answer.calls.at(0).arguments, nullptr, false);
  EXPECT_TRUE(arguments["where"] == "up" || arguments["where"] == "down");
  EXPECT_EQ(answer.content, "");
  EXPECT_EQ(answer.done().reason, DoneReason::kStop);

  request.tool_choice.function = "nothing";
  EXPECT_EQ(ask(*service_, request).error().code, Code::kInvalidArgument);
  request.tools.clear();
  request.tool_choice = {.kind = ToolChoice::Kind::kRequired};
  EXPECT_EQ(ask(*service_, request).error().code, Code::kInvalidArgument);
}

TEST_F(ParrotService, AWrongConstraintIsTheRequestsError) {
  GenerateRequest request = chat(kSky);
  request.constraint = {.kind = Constraint::Kind::kRegex, .text = "("};
  EXPECT_EQ(ask(*service_, std::move(request)).error().code, Code::kInvalidArgument);
}

TEST_F(ParrotService, ALongConversationLosesItsOldestMessages) {
  GenerateRequest request = chat("first");
  request.messages.clear();
  request.messages.push_back({.role = "system", .content = "Be brief."});
  for (int i = 0; i < 40; ++i) {
    request.messages.push_back({.role = "user", .content = "A dog ran to the park and back."});
    request.messages.push_back({.role = "assistant", .content = "It did."});
  }
  request.messages.push_back({.role = "user", .content = kSky});
  request.options.num_ctx = 128;
  request.options.num_predict = 4;
  const Collected answer = ask(*service_, std::move(request));
  EXPECT_GT(answer.done().truncation.dropped_messages, 0U);
  EXPECT_LE(answer.done().prompt_tokens, 128U);
}

TEST_F(ParrotService, APromptThatMayNotBeCutIsAnError) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "there was a little girl. ";
  GenerateRequest request = raw(text, 4);
  request.truncate = false;
  const Collected answer = ask(*service_, std::move(request));
  EXPECT_EQ(answer.error().code, Code::kContextExceeded);
  EXPECT_NE(answer.error().message.find("exceeds the available context size"), std::string::npos);
  // Else its middle goes, and that is said.
  EXPECT_GT(ask(*service_, raw(text, 4)).done().truncation.dropped_tokens, 0U);
}

TEST_F(ParrotService, ASmallerContextIsARequestsOwn) {
  GenerateRequest request = raw("Once upon a time", 60);
  request.options.num_ctx = 16;
  request.options.sampling.logit_bias = {{1599, -1e9F}, {1600, -1e9F}, {1601, -1e9F}};
  request.shift = false;
  const Collected answer = ask(*service_, std::move(request));
  EXPECT_EQ(answer.done().reason, DoneReason::kLength);
  EXPECT_EQ(answer.done().prompt_tokens + answer.done().generated_tokens, 16U);
}

TEST_F(ParrotService, FillsInTheMiddleWithTheVocabularysTokens) {
  ASSERT_TRUE(service_->facts().infill);
  GenerateRequest request = raw("def add(a, b):\n", 8);
  request.kind = GenerateRequest::Kind::kInfill;
  request.suffix = "\n";
  const Collected answer = ask(*service_, std::move(request));
  EXPECT_EQ(answer.done().prompt_tokens, answer.prompt->tokens);
}

TEST_F(ParrotService, WhatCannotBeHonouredIsSaid) {
  GenerateRequest request = chat(kSky, 1);
  request.options.num_ctx = 100'000;
  request.options.num_gpu = 99;
  EXPECT_EQ(ask(*service_, std::move(request)).done().warnings.size(), 2U);
}

TEST_F(ParrotService, RequestsThatTheModelCannotServeAreRefused) {
  EXPECT_EQ(ask(*service_, EmbedRequest{.inputs = {"x"}}).error().code, Code::kUnsupported);
  EXPECT_EQ(ask(*service_, RerankRequest{.query = "x"}).error().code, Code::kUnsupported);
}

TEST_F(ParrotService, CancelledIsSaidOnce) {
  Collector collector;
  service_->submit(1, chat(kSky), collector);
  service_->submit(2, chat(kSky), collector);
  service_->step(collector);
  service_->cancel(1);
  service_->cancel(1);
  while (service_->step(collector)) {
  }
  EXPECT_EQ(collector.answers_[1].done().reason, DoneReason::kCancelled);
  EXPECT_EQ(collector.answers_[2].done().reason, DoneReason::kStop);
}

GenerateRequest story(int32_t num_predict, const char* go_template = "{{ .Prompt }}") {
  GenerateRequest request = chat("Once upon a time", num_predict);
  request.go_template = go_template;
  request.return_context = true;
  return request;
}

// As a running Ollama answered (data/ollama-live/03-generate, gen-context).
TEST(StoryService, ContextsAreOllamas) {
  const auto path = test::shared_data("models/stories260K.ollama.gguf");
  LAR_REQUIRE_DATA(path);
  const auto service = load(path, 512);
  ASSERT_NE(service, nullptr);
  const Collected plain = ask(*service, story(4));
  EXPECT_EQ(plain.content, ", there was a");
  EXPECT_EQ(plain.done().prompt_tokens, 5U);
  EXPECT_EQ(plain.done().context, (std::vector<int32_t>{403, 407, 261, 378, 432, 383, 286, 261}));

  GenerateRequest request = story(24);
  request.context = {1, 403, 407, 261};
  const Collected continued = ask(*service, std::move(request));
  EXPECT_EQ(continued.done().prompt_tokens, 12U);
  EXPECT_EQ(continued.done().context,
            (std::vector<int32_t>{1,   410, 403, 407, 261, 441, 416, 331, 407, 261, 378, 432,
                                  383, 286, 261, 376, 298, 315, 421, 395, 317, 426, 338, 401,
                                  396, 267, 337, 410, 408, 419, 292, 411, 322, 265, 282}));
}

// data/ollama-live/11-interactive, repl-ctrl-u-w-k: the answer keeps the blank it begins with.
TEST(StoryService, AnAnswerKeepsItsFirstBlank) {
  const auto path = test::shared_data("models/stories260K.ollama.gguf");
  LAR_REQUIRE_DATA(path);
  const auto service = load(path, 512);
  ASSERT_NE(service, nullptr);
  const std::string told = " upon a time, there was a little girl named";
  GenerateRequest request = story(12, "{{ if .System }}{{ .System }} {{ end }}{{ .Prompt }}");
  request.messages.back().content = "Once";
  EXPECT_EQ(ask(*service, request).content, told);
  // Also without a template, and where nothing is parsed.
  request.go_template.reset();
  EXPECT_EQ(ask(*service, request).content, told);
  EXPECT_EQ(ask(*service, raw("Once", 12)).content, told);
}

// data/ollama-live/03-generate, gen-stop: the context is what was given, not what was generated.
TEST(StoryService, AStopStringCutsTheContextToo) {
  const auto path = test::shared_data("models/stories260K.ollama.gguf");
  LAR_REQUIRE_DATA(path);
  const auto service = load(path, 512);
  ASSERT_NE(service, nullptr);
  GenerateRequest request = story(24);
  request.options.stop = {"little"};
  const Collected answer = ask(*service, std::move(request));
  EXPECT_EQ(answer.content, ", there was a ");
  EXPECT_EQ(answer.done().context,
            (std::vector<int32_t>{403, 407, 261, 378, 432, 383, 286, 261, 410}));
}

// data/ollama-live/04-chat, chat-truncated: one message far longer than the context.
TEST(StoryService, ALongMessageIsCutAsOllamaCutsIt) {
  const auto path = test::shared_data("models/stories260K.ollama.gguf");
  const auto scenario = test::shared_data("ollama-live/04-chat.scenario.json");
  LAR_REQUIRE_DATA(path);
  LAR_REQUIRE_DATA(scenario);
  const auto service = load(path, 512);
  ASSERT_NE(service, nullptr);
  GenerateRequest request;
  const Json steps = Json::parse(test::read_file(scenario));
  for (const Json& step : steps["steps"]) {
    if (step.value("id", "") == "create-s") request.go_template = step["json"]["template"];
    if (step.value("id", "") != "chat-truncated") continue;
    request.messages.push_back({.role = "user", .content = step["json"]["messages"][0]["content"]});
  }
  request.options.sampling.temperature = 0.0F;
  request.options.num_predict = 16;
  request.options.num_ctx = 128;
  const Collected answer = ask(*service, std::move(request));
  EXPECT_EQ(answer.done().prompt_tokens, 66U);
  EXPECT_EQ(answer.done().truncation.dropped_tokens, 900U);
  EXPECT_EQ(answer.content, "A little girl named Lily was very happy. She loved to play");
}

TEST(StoryService, ARequestMayBringItsTemplate) {
  const auto path = test::shared_data("models/stories260K.ollama.gguf");
  LAR_REQUIRE_DATA(path);
  const auto service = load(path, 512);
  ASSERT_NE(service, nullptr);
  GenerateRequest echo = story(0, "[{{ .Prompt }}]");
  echo.kind = GenerateRequest::Kind::kEcho;
  EXPECT_EQ(ask(*service, echo).prompt->rendered, "[Once upon a time]");
  echo.go_template = "";
  EXPECT_EQ(ask(*service, echo).prompt->rendered, "Once upon a time");
  echo.go_template = "{{ .Prompt ";
  EXPECT_EQ(ask(*service, echo).error().code, Code::kInvalidArgument);
  // More templates than are kept, then the first again.
  for (int i = 0; i < 40; ++i) {
    echo.go_template = std::to_string(i % 20) + "{{ .Prompt }}";
    EXPECT_EQ(ask(*service, echo).prompt->rendered, std::to_string(i % 20) + "Once upon a time");
  }
}

TEST(EmbedService, TextsBecomeVectors) {
  const auto path = test::shared_data("models/all-minilm.f16.gguf");
  LAR_REQUIRE_DATA(path);
  const auto service = load(path);
  ASSERT_NE(service, nullptr);
  EXPECT_TRUE(service->facts().embeds);
  const Collected answer = ask(*service, EmbedRequest{.inputs = {"a", "b c"}});
  const auto& result = std::get<EmbedResult>(*answer.last);
  ASSERT_EQ(result.vectors.size(), 2U);
  EXPECT_EQ(result.vectors[0].size(), service->facts().embedding_width);
  EXPECT_EQ(ask(*service, chat("x")).error().code, Code::kUnsupported);

  Collector collector;
  service->submit(7, EmbedRequest{.inputs = {"a"}}, collector);
  service->cancel(7);
  service->step(collector);
  EXPECT_EQ(collector.answers_[7].error().code, Code::kCancelled);
}

}  // namespace
}  // namespace lar::runtime
