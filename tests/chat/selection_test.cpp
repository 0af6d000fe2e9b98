// Which template is used, and what a model can do, as Ollama decides both.
#include "chat/selection.h"

#include <gtest/gtest.h>

namespace lar::chat {
namespace {

using Names = std::vector<std::string>;

constexpr const char* kPlainGo = "{{ .System }}{{ .Prompt }}{{ .Response }}";
constexpr const char* kToolsGo =
    "{{ range .Messages }}{{ if .ToolCalls }}x{{ end }}{{ .Content }}{{ end }}{{ .Tools }}";
constexpr const char* kRoundTripGo =
    "{{ range .Messages }}{{ if .ToolCalls }}x{{ end }}{{ if eq .Role \"tool\" }}y{{ end }}"
    "{{ .Content }}{{ end }}{{ .Tools }}";
constexpr const char* kPlainJinja = "{{ messages[0].content }}";
constexpr const char* kToolsJinja = "{{ tools }}{{ m.tool_calls }}{% if m.role == 'x' %}";
constexpr const char* kRoundTripJinja =
    "{{ tools }}{{ m.tool_calls }}{% if message.role == 'tool' %}";

ModelFacts model(std::string go, std::string jinja) {
  ModelFacts facts;
  facts.architecture = "llama";
  facts.go_template = std::move(go);
  facts.jinja_template = std::move(jinja);
  return facts;
}

TEST(Selection, the_order_of_systems) {
  EXPECT_EQ(select_prompt_system(model("", "")), PromptSystem::kPlain);
  EXPECT_EQ(select_prompt_system(model("", kPlainJinja)), PromptSystem::kJinja);
  EXPECT_EQ(select_prompt_system(model(kPlainGo, "")), PromptSystem::kGoTemplate);
  EXPECT_EQ(select_prompt_system(model(kPlainGo, kPlainJinja)), PromptSystem::kGoTemplate);
  ModelFacts named = model(kPlainGo, kPlainJinja);
  named.renderer = "qwen3-coder";
  EXPECT_EQ(select_prompt_system(named), PromptSystem::kRenderer);
  ModelFacts parsed = model(kPlainGo, kRoundTripJinja);
  parsed.parser = "qwen3";
  EXPECT_EQ(select_prompt_system(parsed), PromptSystem::kGoTemplate);
}

TEST(Selection, jinja_wins_where_it_can_do_more) {
  EXPECT_EQ(select_prompt_system(model(kPlainGo, kToolsJinja)), PromptSystem::kJinja);
  EXPECT_EQ(select_prompt_system(model(kToolsGo, kRoundTripJinja)), PromptSystem::kJinja);
  EXPECT_EQ(select_prompt_system(model(kToolsGo, kToolsJinja)), PromptSystem::kGoTemplate);
  EXPECT_EQ(select_prompt_system(model(kRoundTripGo, kRoundTripJinja)), PromptSystem::kGoTemplate);
  // More of the one, but results of tools would be lost.
  const std::string thinking = std::string(kToolsJinja) + "<think></think>";
  EXPECT_EQ(select_prompt_system(model(kRoundTripGo, thinking)), PromptSystem::kGoTemplate);
  EXPECT_EQ(select_prompt_system(model(kToolsGo, thinking)), PromptSystem::kJinja);
}

TEST(Selection, the_environment_overrides) {
  EXPECT_EQ(select_prompt_system(model(kPlainGo, kToolsJinja), true), PromptSystem::kGoTemplate);
  EXPECT_EQ(select_prompt_system(model(kPlainGo, kPlainJinja), false), PromptSystem::kJinja);
  EXPECT_EQ(select_prompt_system(model(kPlainGo, ""), false), PromptSystem::kPlain);
}

TEST(Selection, gpt_oss_keeps_its_go_template) {
  ModelFacts facts = model("<|start|>{{ .Prompt }}<|end|>", kRoundTripJinja);
  facts.architecture = "gptoss";
  EXPECT_TRUE(uses_harmony(facts));
  EXPECT_EQ(select_prompt_system(facts), PromptSystem::kGoTemplate);
  EXPECT_EQ(model_capabilities(facts), (Names{"completion", "thinking"}));
}

TEST(Selection, the_size_of_gemma) {
  ModelFacts facts = model("", "");
  facts.renderer = "gemma4";
  EXPECT_EQ(resolve_renderer(facts), "gemma4-small");
  facts.parameter_size = "25.2B";
  EXPECT_EQ(resolve_renderer(facts), "gemma4-large");
  facts.parameter_size = "4.3B";
  EXPECT_EQ(resolve_renderer(facts), "gemma4-small");
  facts.name = "my-gemma4:31B";
  EXPECT_EQ(resolve_renderer(facts), "gemma4-large");
  facts.name = "gemma4:e2b";
  facts.parameter_size = "25B";
  EXPECT_EQ(resolve_renderer(facts), "gemma4-small");
  facts.renderer = "qwen3.5";
  EXPECT_EQ(resolve_renderer(facts), "qwen3.5");
}

TEST(Capabilities, of_templates) {
  EXPECT_EQ(model_capabilities(model("", kPlainJinja)), (Names{"completion"}));
  EXPECT_EQ(model_capabilities(model("", kToolsJinja)), (Names{"tools", "completion"}));
  EXPECT_EQ(model_capabilities(model(kToolsGo, "")), (Names{"completion", "tools"}));
  EXPECT_EQ(model_capabilities(model("{{ .Prompt }}{{ .Suffix }}{{ .Response }}", "")),
            (Names{"completion", "insert"}));
  EXPECT_EQ(model_capabilities(model("{{ range .Messages }}{{ if .Thinking }}<t>{{ .Thinking }}</t>"
                                     "{{ end }}{{ end }}",
                                     "")),
            (Names{"completion", "thinking"}));
  EXPECT_EQ(model_capabilities(model("", "{{ x }}<think>y</think>")),
            (Names{"thinking", "completion"}));
  EXPECT_EQ(model_capabilities(model("", "content.split('</think>')")),
            (Names{"thinking", "completion"}));
  EXPECT_EQ(model_capabilities(model("", "content.split('</think>') reasoning_content")),
            (Names{"completion"}));
}

TEST(Capabilities, of_files_layers_and_parsers) {
  ModelFacts facts = model("", "");
  facts.has_pooling = true;
  EXPECT_EQ(model_capabilities(facts), (Names{"embedding"}));
  facts = model("", "");
  facts.has_vision_blocks = facts.has_audio_blocks = true;
  EXPECT_EQ(model_capabilities(facts), (Names{"completion", "vision", "audio"}));
  facts = model("", "");
  facts.has_projector = facts.projector_has_audio = true;
  EXPECT_EQ(model_capabilities(facts), (Names{"completion", "vision", "audio"}));
  facts.projector_type = "gemma3nv";
  EXPECT_EQ(model_capabilities(facts), (Names{"completion", "vision"}));
  facts = model("", "");
  facts.renderer = facts.parser = "qwen3-vl-thinking";
  facts.capabilities = {"image"};
  EXPECT_EQ(model_capabilities(facts), (Names{"image", "completion", "tools", "thinking"}));
  facts.architecture = "nemotron_h_omni";
  facts.has_audio_blocks = true;
  EXPECT_EQ(model_capabilities(facts), (Names{"image", "completion", "tools", "thinking"}));
}

TEST(Capabilities, of_a_template_that_does_not_compile) {
  EXPECT_EQ(model_capabilities(model("{{ .Tools ", "")), (Names{"completion"}));
}

}  // namespace
}  // namespace lar::chat
