// Where a constraint begins in the answers of families that think, or that write headers.
#include "runtime/free_thinking.h"

#include <gtest/gtest.h>

#include "chat/json.h"
#include "chat/parsers/detect.h"
#include "chat/parsers/registry.h"
#include "runtime/constraint.h"
#include "runtime/tool_grammar.h"
#include "tokenizer/sources.h"

namespace lar::runtime {
namespace {

using tokenizer::TokenType;

tokenizer::test::Loaded harmony_vocabulary() {
  tokenizer::test::VocabularyBuilder builder(tokenizer::Algorithm::kBpe);
  builder.pre("gpt-2").add_byte_chars();
  for (const char* name : {"<|start|>", "<|channel|>", "<|message|>", "<|constrain|>", "<|end|>"}) {
    builder.add(name, TokenType::kControl);
  }
  builder.vocabulary().ids.eos = builder.add("<|return|>", TokenType::kControl);
  builder.vocabulary().ids.eot = builder.add("<|call|>", TokenType::kControl);
  return tokenizer::test::from_vocabulary(builder.build());
}

class Harmony : public testing::Test {
 protected:
  // How much of `text` the mask lets through, in tokens, and whether the output may then end.
  struct Taken {
    std::string text;
    bool may_end = false;
  };
  Taken take(const GrammarSpec& grammar,
             Constrained constrained,
             std::string_view prompt,
             std::string_view begun,
             std::string_view text) {
    const chat::OutputOptions reading =
        chat::options_for_prompt(format_, prompt, chat::Value(), std::nullopt, begun);
    auto mask = constrainer_.mask(grammar, free_thinking(format_, reading, constrained));
    EXPECT_TRUE(mask) << mask.error().message;
    Taken taken;
    const auto allows = [&](int32_t token) {
      std::vector<float> logits(vocabulary_->size(), 1.0F);
      EXPECT_TRUE((*mask)->apply(logits));
      return logits[static_cast<size_t>(token)] == 1.0F;
    };
    const std::vector<int32_t> tokens =
        *vocabulary_->encode(text, {.add_special = false, .parse_special = true});
    for (const int32_t token : tokens) {
      if (!allows(token)) return taken;
      (*mask)->accept(token);
      const int32_t ids[] = {token};
      taken.text += vocabulary_->decode(ids, {.special = true});
    }
    taken.may_end = allows(vocabulary_->find("<|return|>"));
    return taken;
  }

  const tokenizer::test::Loaded vocabulary_ = harmony_vocabulary();
  const chat::OutputFormat format_ = *chat::family_format("harmony");
  Constrainer constrainer_{*vocabulary_.tokenizer};
  const GrammarSpec json_{.constraint = {.kind = Constraint::Kind::kJson, .text = {}}};
};

const std::string kPrompt = "<|start|>user<|message|>Why?<|end|><|start|>assistant";
const std::string kThought = "<|channel|>analysis<|message|>Hm {no} JSON<|end|><|start|>assistant";

TEST_F(Harmony, TheConstraintBindsTheFinalChannel) {
  for (const std::string& thought : {std::string(), kThought, kThought + kThought}) {
    for (const char* header :
         {"<|channel|>final<|message|>", "<|channel|>final <|constrain|>json<|message|>"}) {
      const std::string text = thought + header;
      const Taken good = take(json_, Constrained::kContent, kPrompt, "", text + "{\"a\":1}");
      EXPECT_EQ(good.text, text + "{\"a\":1}");
      EXPECT_TRUE(good.may_end);
      const Taken bad = take(json_, Constrained::kContent, kPrompt, "", text + "Because");
      EXPECT_EQ(bad.text, text);
      EXPECT_FALSE(bad.may_end);
    }
  }
  EXPECT_FALSE(take(json_, Constrained::kContent, kPrompt, "", kThought).may_end);
}

TEST_F(Harmony, AnAnswerThatHasBegunIsBoundAtOnce) {
  const std::string prompt = kPrompt + "<|channel|>final<|message|>So: ";
  EXPECT_EQ(take(json_, Constrained::kContent, prompt, "So: ", "{}").text, "{}");
  EXPECT_EQ(take(json_, Constrained::kContent, prompt, "So: ", "x").text, "");
}

TEST_F(Harmony, AForcedCallFollowsTheThought) {
  const auto tools = chat::parse_json(
      R"([{"type": "function", "function": {"name": "get-weather", "parameters": {"type": "object",
          "required": ["city"], "properties": {"city": {"type": "string"}}}}}])");
  const auto grammar = tool_call_grammar(format_, *vocabulary_.tokenizer, *tools,
                                         {.kind = ToolChoice::Kind::kRequired});
  ASSERT_TRUE(grammar) << grammar.error().message;
  const std::string call =
      "<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>"
      "{\"city\": \"Paris\"}<|call|>";
  for (const std::string& thought : {std::string(), kThought}) {
    const std::string text = thought + call;
    const Taken taken = take(*grammar, Constrained::kToolCall, kPrompt, "", text);
    EXPECT_EQ(taken.text, text);
    EXPECT_TRUE(taken.may_end);
    const Taken final = take(*grammar, Constrained::kToolCall, kPrompt, "",
                             thought + "<|channel|>final<|message|>No");
    EXPECT_EQ(final.text, thought + "<|channel|>");
    chat::OutputOptions reading;
    reading.tools = *tools;
    const auto output = chat::parse_output(format_, reading, text);
    ASSERT_TRUE(output) << output.error().message;
    ASSERT_EQ(output->calls.size(), 1U);
    EXPECT_EQ(output->calls[0].name, "get-weather");
    EXPECT_EQ(output->calls[0].arguments, "{\"city\": \"Paris\"}");
  }
}

// What the parts are for families of tags.
TEST(FreeThinking, IsWhatThePromptLeavesOpen) {
  const chat::OutputFormat tagged = *chat::family_format("hermes");
  const chat::OutputFormat implicit = *chat::ollama_parser_format("qwen3");
  const auto part = [](const chat::OutputFormat& format, std::string_view prompt,
                       std::optional<bool> think, std::string_view begun) {
    return free_thinking(format,
                         chat::options_for_prompt(format, prompt, chat::Value(), think, begun),
                         Constrained::kContent);
  };
  EXPECT_EQ(part(tagged, "assistant\n", std::nullopt, "").start_text, "<think>");
  EXPECT_EQ(part(tagged, "assistant\n<think>\n", std::nullopt, "").start_text, "");
  EXPECT_EQ(part(tagged, "assistant\n<think>\n", std::nullopt, "").end_texts.size(), 1U);
  EXPECT_TRUE(part(tagged, "<think>\n\n</think>\n\n", std::nullopt, "").end_texts.empty());
  EXPECT_TRUE(part(tagged, "assistant\n", false, "").end_texts.empty());
  EXPECT_TRUE(part(tagged, "assistant\n{\"a\":", std::nullopt, "{\"a\":").end_texts.empty());
  // Without an opening tag the thought is there until it ends.
  EXPECT_EQ(part(implicit, "assistant\n", std::nullopt, "").start_text, "");
  EXPECT_EQ(part(implicit, "assistant\n", std::nullopt, "").end_texts.size(), 1U);
  EXPECT_TRUE(part(implicit, "assistant\n", false, "").end_texts.empty());
}

}  // namespace
}  // namespace lar::runtime
