// Prompts of requests: rendered, tokenized and cut, with a real model's template and vocabulary.
#include "runtime/prompt_builder.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "runtime/model_facts.h"
#include "support/data.h"

namespace lar::runtime {
namespace {

using Json = nlohmann::ordered_json;
using lar::test::read_file;
using lar::test::shared_data;

struct Parrot {
  std::shared_ptr<const gguf::File> file;
  std::unique_ptr<tokenizer::Tokenizer> tokenizer;

  static Parrot open() {
    Parrot parrot;
    auto file = gguf::File::open(shared_data("parrot/parrot-qwen3.q8_0.gguf"));
    EXPECT_TRUE(file.has_value());
    parrot.file = *std::move(file);
    auto made = tokenizer::Tokenizer::create(*parrot.file);
    EXPECT_TRUE(made.has_value());
    parrot.tokenizer = *std::move(made);
    return parrot;
  }

  Result<PromptBuilder> builder(const PromptStyle& style = {}) const {
    return PromptBuilder::create(*tokenizer, facts_of(*file, style));
  }
};

GenerateRequest request_of(const Json& test) {
  GenerateRequest request;
  for (const Json& entry : test["messages"]) {
    ChatMessage& message = request.messages.emplace_back();
    message.role = entry["role"];
    if (entry.contains("content") && entry["content"].is_string()) {
      message.content = entry["content"];
    }
    message.thinking = entry.value("thinking", entry.value("reasoning_content", ""));
    message.tool_name = entry.value("tool_name", entry.value("name", ""));
    message.tool_call_id = entry.value("tool_call_id", "");
    for (const Json& call : entry.value("tool_calls", Json::array())) {
      const Json& arguments = call["function"]["arguments"];
      message.tool_calls.push_back(
          {.id = call.value("id", ""),
           .name = call["function"]["name"],
           .arguments = arguments.is_string() ? arguments.get<std::string>() : arguments.dump()});
    }
  }
  if (test.contains("tools") && !test["tools"].is_null()) request.tools = test["tools"].dump();
  if (test.contains("think") && test["think"].is_boolean()) {
    request.think = test["think"].get<bool>() ? Think::kOn : Think::kOff;
  }
  return request;
}

TEST(PromptBuilder, every_prompt_of_the_parrot_text_and_tokens) {
  const auto path = shared_data("parrot/parrot-qwen3.expected.json");
  LAR_REQUIRE_DATA(path);
  const Parrot parrot = Parrot::open();
  const auto builder = parrot.builder();
  ASSERT_TRUE(builder.has_value()) << builder.error().message;
  EXPECT_TRUE(builder->abilities().tools);
  EXPECT_TRUE(builder->abilities().thinking);
  size_t cases = 0;
  for (const Json& test : Json::parse(read_file(path))) {
    if (test["messages"].is_null()) continue;
    const auto built = builder->build(request_of(test), 4096);
    ASSERT_TRUE(built.has_value()) << test["id"] << built.error().message;
    EXPECT_EQ(built->rendered, test["raw_prompt"].get<std::string>()) << test["id"];
    EXPECT_EQ(built->tokens, test["prompt_tokens"].get<std::vector<int32_t>>()) << test["id"];
    ++cases;
  }
  EXPECT_GT(cases, 1000U);
}

constexpr const char* kGoTemplate =
    "{{ if .Suffix }}<|fim_prefix|>{{ .Prompt }}<|fim_suffix|>{{ .Suffix }}<|fim_middle|>"
    "{{ else }}{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}"
    "<|im_start|>assistant\n{{ end }}";

GenerateRequest conversation(size_t turns) {
  GenerateRequest request;
  request.messages.push_back({.role = "system", .content = "Be brief."});
  for (size_t i = 0; i < turns; ++i) {
    request.messages.push_back({.role = "user", .content = "question number one two three"});
    request.messages.push_back({.role = "assistant", .content = "an answer of five words"});
  }
  request.messages.push_back({.role = "user", .content = "last"});
  return request;
}

TEST(PromptBuilder, a_modelfiles_template_and_one_of_the_request) {
  LAR_REQUIRE_DATA(shared_data("parrot"));
  const Parrot parrot = Parrot::open();
  const auto builder = parrot.builder({.go_template = "{{ .System }}|{{ .Prompt }}|"});
  ASSERT_TRUE(builder.has_value()) << builder.error().message;
  // The file's own template can do more and is preferred, as Ollama does.
  EXPECT_EQ(builder->renderer().system(), chat::PromptSystem::kJinja);
  GenerateRequest request = conversation(0);
  request.go_template = "{{ .System }}|{{ .Prompt }}|";
  const auto built = builder->build(request, 100);
  ASSERT_TRUE(built.has_value()) << built.error().message;
  EXPECT_EQ(built->rendered, "Be brief.|last|");
  request.go_template = "{{ .System ";
  const auto refused = builder->build(request, 100);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("line 1, column"), std::string::npos);
}

TEST(PromptBuilder, renderers_and_infill) {
  LAR_REQUIRE_DATA(shared_data("parrot"));
  const Parrot parrot = Parrot::open();
  const auto family = parrot.builder({.renderer = "qwen3-vl-instruct"});
  ASSERT_TRUE(family.has_value());
  const auto built = family->build(conversation(0), 100);
  ASSERT_TRUE(built.has_value());
  EXPECT_EQ(built->rendered,
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nlast<|im_end|>\n"
            "<|im_start|>assistant\n");
  const auto unknown = parrot.builder({.renderer = "nobody"});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().message, "unknown renderer \"nobody\"");

  GenerateRequest infill{.kind = GenerateRequest::Kind::kInfill, .prompt = "a", .suffix = "b"};
  infill.go_template = kGoTemplate;
  const auto by_template = family->build(infill, 100);
  ASSERT_TRUE(by_template.has_value());
  EXPECT_EQ(by_template->rendered, "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>");
  infill.go_template.reset();
  const auto by_vocabulary = family->build(infill, 100);
  ASSERT_TRUE(by_vocabulary.has_value()) << by_vocabulary.error().message;
  EXPECT_EQ(by_vocabulary->tokens, by_template->tokens);
}

TEST(PromptBuilder, drops_the_oldest_messages_and_says_how_many) {
  LAR_REQUIRE_DATA(shared_data("parrot"));
  const Parrot parrot = Parrot::open();
  const auto builder = parrot.builder();
  ASSERT_TRUE(builder.has_value());
  const GenerateRequest request = conversation(30);
  const auto whole = builder->build(request, 4096);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->truncation.dropped_messages, 0U);
  const auto cut = builder->build(request, 200);
  ASSERT_TRUE(cut.has_value());
  EXPECT_GT(cut->truncation.dropped_messages, 10U);
  EXPECT_EQ(cut->truncation.dropped_tokens, 0U);
  EXPECT_LE(cut->tokens.size(), 200U);
  EXPECT_TRUE(cut->rendered.starts_with("<|im_start|>system\nBe brief."));
  EXPECT_NE(cut->rendered.find("last<|im_end|>"), std::string::npos);
  GenerateRequest strict = request;
  strict.truncate = false;
  EXPECT_FALSE(builder->build(strict, 200).has_value());
}

// Ollama's integration suite, context-long-input; by a Go template Ollama cuts the message.
TEST(PromptBuilder, a_long_message_is_cut_only_where_a_go_template_writes_it) {
  LAR_REQUIRE_DATA(shared_data("parrot"));
  const Parrot parrot = Parrot::open();
  GenerateRequest request = conversation(0);
  for (int i = 0; i < 300; ++i) request.messages.back().content += " word";
  const auto by_jinja = parrot.builder();
  ASSERT_TRUE(by_jinja.has_value());
  const auto refused = by_jinja->build(request, 200);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kContextExceeded);
  EXPECT_NE(refused.error().message.find("exceeds the available context size (200 tokens)"),
            std::string::npos);
  request.go_template = "{{ .Prompt }}";
  const auto cut = by_jinja->build(request, 200);
  ASSERT_TRUE(cut.has_value()) << cut.error().message;
  EXPECT_GT(cut->truncation.dropped_tokens, 100U);
  EXPECT_LT(cut->tokens.size(), 200U);
}

}  // namespace
}  // namespace lar::runtime
