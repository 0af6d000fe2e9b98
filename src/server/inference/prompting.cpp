#include "server/inference/prompting.h"

#include "chat/gotemplate/template.h"

namespace lar::server {
namespace {

// What one of the two kinds of templates can express.
struct TemplateAbilities {
  bool tools = false;
  bool thinking = false;
  bool tool_results = false;  // the answers of tools reach the model

  int count() const { return (tools ? 1 : 0) + (thinking ? 1 : 0); }
};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TemplateAbilities of_jinja(std::string_view text) {
  const bool tags = has(text, "<think>") && has(text, "</think>");
  const bool split = has(text, "split('</think>')") || has(text, "split(\"</think>\")");
  const bool results = has(text, "tool_response") || has(text, "== \"tool\"") ||
                       has(text, "== 'tool'") || has(text, "<|tool|>") || has(text, "ipython") ||
                       has(text, "[TOOL_RESULTS]");
  return {.tools = has(text, "tools") || has(text, "tool_call"),
          .thinking = tags || split,
          .tool_results = results};
}

TemplateAbilities of_go(std::string_view text) {
  const auto compiled = chat::gotemplate::Template::compile(text);
  if (!compiled) return {};
  const auto& go = **compiled;
  const auto tags = go.thinking_tags();
  return {.tools = go.mentions("tools"),
          .thinking = !tags.open.empty() && !tags.close.empty(),
          .tool_results = has(text, "\"tool\"") || has(text, "tool_response")};
}

bool prefers_jinja(const TemplateAbilities& go, const TemplateAbilities& jinja) {
  if (go.tool_results && !jinja.tool_results) return false;
  if (jinja.count() != go.count()) return jinja.count() > go.count();
  return jinja.tools && jinja.tool_results && !go.tool_results;
}

}  // namespace

PromptSystem choose_prompting(const PromptSources& sources) {
  if (!sources.renderer.empty()) return PromptSystem::kRenderer;
  const bool has_go = !sources.go_template.empty();
  const bool has_jinja = !sources.jinja_template.empty();
  if (!has_go) return has_jinja ? PromptSystem::kJinja : PromptSystem::kNone;
  if (!has_jinja) return PromptSystem::kGoTemplate;
  const bool by_jinja = sources.prefer_go ? !*sources.prefer_go
                                          : prefers_jinja(of_go(sources.go_template),
                                                          of_jinja(sources.jinja_template));
  return by_jinja ? PromptSystem::kJinja : PromptSystem::kGoTemplate;
}

}  // namespace lar::server
