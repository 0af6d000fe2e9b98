// Answers that the prompt has begun with a last message of the assistant.
#include "chat/begun_answer.h"

#include <gtest/gtest.h>

#include "chat/parsers/detect.h"
#include "chat/parsers/pieces.h"
#include "chat/parsers/registry.h"
#include "chat/prompt_renderer.h"

namespace lar::chat {
namespace {

Message message_of(std::string role, std::string text) {
  Message message;
  message.role = std::move(role);
  message.content = Value::string(std::move(text), Origin::kContent);
  return message;
}

// What `format` makes of `text` behind a prompt that ends with `begun`.
test::Parsed read(const OutputFormat& format,
                  std::string_view prompt,
                  std::string_view begun,
                  std::string_view text) {
  const OutputOptions options = options_for_prompt(format, prompt, Value(), std::nullopt, begun);
  return test::parse_every_way(format, options, text, 2);
}

TEST(BegunAnswer, goes_on_as_content_with_its_white_space) {
  for (const std::string_view name : ollama_parser_names()) {
    if (name == "harmony" || name == "glimmer") continue;
    SCOPED_TRACE(name);
    const OutputFormat format = *ollama_parser_format(name);
    const test::Parsed parsed =
        read(format, "<|im_start|>assistant\nThe answer is ", "The answer is ", "  42\nor 43.");
    EXPECT_EQ(parsed.error, "");
    EXPECT_EQ(parsed.output.content, "  42\nor 43.");
    EXPECT_EQ(parsed.output.thinking, "");
  }
}

TEST(BegunAnswer, may_end_within_a_thought) {
  const OutputFormat format = *family_format("hermes");
  const test::Parsed parsed =
      read(format, "assistant\n<think>\nHm", "<think>\nHm", ", well.\n</think>\n\nYes.");
  EXPECT_EQ(parsed.output.thinking, ", well.\n");
  EXPECT_EQ(parsed.output.content, "Yes.");
  const test::Parsed past =
      read(format, "<think>\nHm</think>\n\nSo", "<think>\nHm</think>\n\nSo", " it is.");
  EXPECT_EQ(past.output.thinking, "");
  EXPECT_EQ(past.output.content, " it is.");
}

// A template that does not leave the last message open begins a new answer.
TEST(BegunAnswer, counts_where_the_prompt_ends_with_it) {
  const OutputFormat format = *ollama_parser_format("qwen3");
  const test::Parsed parsed = read(format, "The answer is<|im_end|>\n<|im_start|>assistant\n",
                                   "The answer is", "Hm</think>Yes");
  EXPECT_EQ(parsed.output.thinking, "Hm");
  EXPECT_EQ(parsed.output.content, "Yes");
}

TEST(BegunAnswer, in_a_channel_goes_on_in_it) {
  const OutputFormat format = *family_format("harmony");
  const std::string prompt = "<|start|>assistant<|channel|>";
  const test::Parsed answer = read(format, prompt + "final<|message|>a <", "a <", " b<|return|>");
  EXPECT_EQ(answer.output.content, " b");
  const test::Parsed thought =
      read(format, prompt + "analysis<|message|>Hm", "Hm",
           ", well<|end|><|start|>assistant<|channel|>final<|message|>Yes<|return|>");
  EXPECT_EQ(thought.output.thinking, ", well");
  EXPECT_EQ(thought.output.content, "Yes");
}

TEST(BegunAnswer, still_calls_tools) {
  const OutputFormat format = *family_format("hermes");
  const test::Parsed parsed =
      read(format, "assistant\nLet me see.", "Let me see.",
           "\n<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>");
  ASSERT_EQ(parsed.output.calls.size(), 1U);
  EXPECT_EQ(parsed.output.calls[0].name, "f");
}

std::string rendered(std::string_view jinja, Think think) {
  const auto renderer =
      PromptRenderer::create({.jinja_template = std::string(jinja)}, SpecialTokens{});
  EXPECT_TRUE(renderer);
  const std::vector<Message> messages = {message_of("user", "Why?"),
                                         message_of("assistant", "Because")};
  const auto prompt = renderer->render({.messages = messages, .think = think});
  return prompt ? prompt->text : prompt.error().message;
}

// The thought that a template always opens is closed before the text that follows it.
TEST(BegunAnswer, is_past_its_thinking) {
  const std::string_view always =
      "{% for m in messages %}[{{ m.content }}]{% endfor %}{% if add_generation_prompt %}"
      "<assistant><think>\n{% endif %}";
  EXPECT_EQ(rendered(always, Think::kUnset), "[Why?]<assistant><think>\n</think>\n\nBecause");
  EXPECT_EQ(rendered(always, Think::kOn), "[Why?]<assistant><think>\n</think>\n\nBecause");
  EXPECT_EQ(answer_header("<assistant><think>\n", "<think>\nHm", false), "");
  const std::string_view harmony =
      "{% for m in messages %}{% if m.thinking %}<|channel|>{% endif %}[{{ m.content }}]"
      "{% endfor %}{% if add_generation_prompt %}<|start|>assistant{% endif %}";
  EXPECT_EQ(rendered(harmony, Think::kUnset),
            "[Why?]<|start|>assistant<|channel|>final<|message|>Because");
}

}  // namespace
}  // namespace lar::chat
