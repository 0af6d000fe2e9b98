// One door to all three systems.
#include "chat/prompt_renderer.h"

#include <gtest/gtest.h>

#include "chat/json.h"

namespace lar::chat {
namespace {

ModelFacts facts(std::string go, std::string jinja, std::string renderer = "") {
  ModelFacts made;
  made.architecture = "llama";
  made.go_template = std::move(go);
  made.jinja_template = std::move(jinja);
  made.renderer = std::move(renderer);
  return made;
}

std::string render(const ModelFacts& made, const char* messages, Think think = Think::kUnset) {
  const auto renderer = PromptRenderer::create(made, {.bos = "<s>"});
  if (!renderer) return "refused: " + renderer.error().message;
  const auto list = parse_messages(*parse_json(messages));
  const auto prompt = renderer->render({.messages = *list, .think = think});
  return prompt ? prompt->text : "error: " + prompt.error().message;
}

constexpr const char* kHello =
    R"([{"role": "System", "content": "S"}, {"role": "USER", "content": "Hi"}])";
constexpr const char* kJinja =
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% if enable_thinking is defined %}"
    "{{ enable_thinking }}{{ reasoning_effort }}{% endif %}{% endif %}";

TEST(PromptRenderer, every_system) {
  EXPECT_EQ(render(facts("", kJinja), kHello), "<s>[system]S[user]Hi[assistant]");
  EXPECT_EQ(render(facts("{{ .System }}|{{ .Prompt }}|", ""), kHello), "S|Hi|");
  EXPECT_EQ(render(facts("", "", "glm-4.7"), kHello),
            "[gMASK]<sop><|system|>S<|user|>Hi<|assistant|><think>");
  EXPECT_EQ(render(facts("", ""), kHello), "Hi");
}

TEST(PromptRenderer, thinking) {
  EXPECT_EQ(render(facts("", kJinja), kHello, Think::kOff), "<s>[system]S[user]Hi[assistant]False");
  EXPECT_EQ(render(facts("", kJinja), kHello, Think::kOn), "<s>[system]S[user]Hi[assistant]True");
  EXPECT_EQ(render(facts("", kJinja), kHello, Think::kMax),
            "<s>[system]S[user]Hi[assistant]Truemax");
  EXPECT_EQ(render(facts("{{ .Prompt }}{{ .Think }}{{ .ThinkLevel }}{{ .IsThinkSet }}", ""), kHello,
                   Think::kLow),
            "Hitruelowtrue");
}

// An answer that has begun is continued.
TEST(PromptRenderer, prefill) {
  constexpr const char* kBegun =
      R"([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Well"}])";
  EXPECT_EQ(render(facts("", kJinja), kBegun), "<s>[user]Hi[assistant]FalseWell");
  EXPECT_EQ(render(facts("{{ .Prompt }}|{{ .Response }}<end>", ""), kBegun), "Hi|Well");
  EXPECT_EQ(render(facts("", "", "qwen3-vl-instruct"), kBegun),
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nWell");
}

TEST(PromptRenderer, thoughts_of_the_past_are_dropped_where_clients_send_them_back) {
  constexpr const char* kThoughts = R"([
    {"role": "user", "content": "1"},
    {"role": "assistant", "content": " <think>\nhm\n</think>\n\nA"},
    {"role": "assistant", "content": "B <think>x</think>"},
    {"role": "user", "content": "2"},
    {"role": "assistant", "content": "<think>y</think>C", "tool_calls": [
      {"function": {"name": "f", "arguments": {}}}]}])";
  ModelFacts qwen = facts("", kJinja);
  qwen.family = "qwen3";
  EXPECT_EQ(render(qwen, kThoughts),
            "<s>[user]1[assistant]A[assistant]B <think>x</think>[user]2"
            "[assistant]<think>y</think>C[assistant]");
  ModelFacts other = facts("", kJinja);
  EXPECT_NE(render(other, kThoughts).find("hm"), std::string::npos);
  other.name = "someone/deepseek-r1:8b";
  EXPECT_EQ(render(other, kThoughts).find("hm"), std::string::npos);
}

TEST(PromptRenderer, media_are_numbered) {
  constexpr const char* kPictures = R"([
    {"role": "user", "content": "Compare [img] and", "images": ["a", "b"]},
    {"role": "assistant", "content": "Done."},
    {"role": "user", "content": "and this", "images": ["c"]}])";
  EXPECT_EQ(render(facts("{{ range .Messages }}{{ .Content }};{{ end }}", ""), kPictures),
            "[img-1]Compare [img-0] and;Done.;[img-2]and this;");
  EXPECT_EQ(render(facts("", "", "glm-ocr"), kPictures),
            "[gMASK]<sop><|user|>\n[img-1] Compare [img-0] and<|assistant|>\n<think></think>\nDone."
            "\n<|user|>\n[img-2] and this<|assistant|>\n");
}

TEST(PromptRenderer, what_does_not_compile_is_refused_with_its_place) {
  EXPECT_EQ(render(facts("{{ nope }}", ""), kHello),
            "refused: template: line 1, column 4: function \"nope\" not defined");
  EXPECT_TRUE(render(facts("", "{% if %}"), kHello).starts_with("refused: chat template: line 1"));
  EXPECT_EQ(render(facts("", "", "nobody"), kHello), "refused: unknown renderer \"nobody\"");
}

TEST(PromptRenderer, think_values) {
  EXPECT_EQ(*parse_think(*parse_json("null")), Think::kUnset);
  EXPECT_EQ(*parse_think(*parse_json("true")), Think::kOn);
  EXPECT_EQ(*parse_think(*parse_json("\"max\"")), Think::kMax);
  EXPECT_EQ(parse_think(*parse_json("\"huge\"")).error().message,
            "invalid think value: \"huge\" (must be \"high\", \"medium\", \"low\", \"max\", true, "
            "or false)");
}

}  // namespace
}  // namespace lar::chat
