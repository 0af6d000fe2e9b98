#include "chat/selection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "chat/gotemplate/template.h"

namespace lar::chat {
namespace {

using Names = std::vector<std::string>;

void add(Names& names, std::string_view name) {
  if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
}

bool has(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return contains(text, part); });
}

std::string_view family_of(const ModelFacts& facts) {
  return facts.family.empty() ? facts.architecture : facts.family;
}

bool is_gpt_oss(const ModelFacts& facts) {
  return family_of(facts) == "gptoss" || family_of(facts) == "gpt-oss";
}

bool is_safetensors(const ModelFacts& facts) {
  return facts.format == "safetensors";
}

std::unique_ptr<gotemplate::Template> compiled(const ModelFacts& facts) {
  if (facts.go_template.empty()) return nullptr;
  auto made = gotemplate::Template::compile(facts.go_template);
  return made ? *std::move(made) : nullptr;
}

// What a Jinja template's text says about the model. These are guesses from words, and Ollama's.
bool jinja_has_tools(std::string_view source) {
  return contains(source, "tools") || contains(source, "tool_call");
}

bool jinja_has_thinking(std::string_view source) {
  if (contains(source, "<think>") && contains(source, "</think>")) return true;
  return contains_any(source, {"content.split('</think>')", "content.split(\"</think>\")"}) &&
         !contains_any(source, {"reasoning_content", "<SPECIAL_12>"});
}

// Whether calls of earlier turns and their results are written.
bool jinja_has_round_trip(std::string_view source) {
  return jinja_has_tools(source) && contains_any(source, {"tool_calls", "assistant_tool_call"}) &&
         contains_any(source, {"tool_response", "tool_results", "role'] == 'tool'",
                               "role'] == \"tool\"", "role\"] == 'tool'", "role\"] == \"tool\"",
                               "message.role == 'tool'", "message.role == \"tool\"", "ipython"});
}

bool go_has_round_trip(const gotemplate::Template* made) {
  return made != nullptr && made->mentions("tools") && made->mentions("toolcalls") &&
         contains_any(made->source(), {"eq .Role \"tool\"", "tool_response", "TOOL_RESULTS"});
}

void add_jinja(Names& names, std::string_view source) {
  if (jinja_has_tools(source)) add(names, "tools");
  if (jinja_has_thinking(source)) add(names, "thinking");
}

void add_go(Names& names, const gotemplate::Template* made) {
  if (made == nullptr) return;
  if (made->mentions("tools")) add(names, "tools");
  if (made->mentions("suffix")) add(names, "insert");
  const gotemplate::ThinkingTags tags = made->thinking_tags();
  if (!tags.open.empty() && !tags.close.empty()) add(names, "thinking");
}

// Which templates count.
enum class Source : uint8_t { kSelected, kGo, kJinja };

// As model_capabilities, with the decision between the templates made by the caller.
Names collect(const ModelFacts& facts,
              const gotemplate::Template* made,
              Source source,
              PromptSystem selected) {
  Names names;
  for (const std::string& name : facts.capabilities) add(names, name);
  if (!is_safetensors(facts) && !facts.architecture.empty()) {
    const bool jinja_counts = source == Source::kJinja ||
                              (source == Source::kSelected && selected == PromptSystem::kJinja);
    if (jinja_counts) add_jinja(names, facts.jinja_template);
    add(names, facts.has_pooling ? "embedding" : "completion");
    if (facts.has_vision_blocks) add(names, "vision");
    if (facts.has_audio_blocks) add(names, "audio");
  }
  if (facts.has_projector) {
    add(names, "vision");
    if (facts.projector_has_audio && facts.projector_type != "gemma3nv") add(names, "audio");
  }
  const bool go_counts =
      source == Source::kGo || (source == Source::kSelected && selected != PromptSystem::kJinja);
  if (go_counts) add_go(names, made);
  if (const auto abilities = parser_abilities(facts.parser)) {
    if (abilities->tools) add(names, "tools");
    if (abilities->thinking) add(names, "thinking");
  }
  if (is_gpt_oss(facts)) add(names, "thinking");
  return names;
}

// Whether the Jinja template shall win over a Go template that is there too.
bool prefers_jinja(const ModelFacts& facts, const gotemplate::Template* made) {
  if (facts.jinja_template.empty()) return false;
  const Names jinja = collect(facts, made, Source::kJinja, PromptSystem::kJinja);
  const Names go = collect(facts, made, Source::kGo, PromptSystem::kGoTemplate);
  const bool jinja_trips = jinja_has_round_trip(facts.jinja_template);
  if (jinja.size() > go.size()) return jinja_trips || !go_has_round_trip(made);
  const bool same = jinja.size() == go.size() &&
                    std::ranges::all_of(jinja, [&](const std::string& n) { return has(go, n); });
  return same && has(jinja, "tools") && jinja_trips && !go_has_round_trip(made);
}

PromptSystem select(const ModelFacts& facts,
                    const gotemplate::Template* made,
                    GoTemplateWish wish) {
  if (!facts.renderer.empty()) return PromptSystem::kRenderer;
  const PromptSystem other =
      facts.jinja_template.empty() ? PromptSystem::kPlain : PromptSystem::kJinja;
  if (facts.go_template.empty()) return other;
  if (!facts.parser.empty() || uses_harmony(facts)) return PromptSystem::kGoTemplate;
  if (wish) return *wish ? PromptSystem::kGoTemplate : other;
  return prefers_jinja(facts, made) ? PromptSystem::kJinja : PromptSystem::kGoTemplate;
}

// Modalities that a family of models has and that cannot be served.
bool suppresses_audio(const ModelFacts& facts) {
  if (facts.architecture == "nemotron_h_omni" || facts.family == "nemotron_h_omni" ||
      has(facts.families, "nemotron_h_omni")) {
    return true;
  }
  return is_safetensors(facts) &&
         (facts.renderer.starts_with("gemma4") || facts.renderer == "glimmer" ||
          facts.renderer == "nemotron-3-nano" || facts.parser == "nemotron-3-nano");
}

bool suppresses_vision(const ModelFacts& facts) {
  return is_safetensors(facts) &&
         (facts.renderer.starts_with("gemma4") || facts.renderer == "nemotron-3-nano" ||
          facts.parser == "nemotron-3-nano" || facts.family == "nemotron_h_omni" ||
          has(facts.families, "nemotron_h_omni"));
}

// "25.2B" in billions; nothing where it says no number.
std::optional<double> billions(std::string_view size) {
  if (size.empty()) return std::nullopt;
  const char unit = size.back();
  const double scale = unit == 'B' || unit == 'b'   ? 1
                       : unit == 'M' || unit == 'm' ? 1e-3
                       : unit == 'K' || unit == 'k' ? 1e-6
                                                    : 0;
  double value = 0;
  const char* end = size.data() + size.size() - 1;
  const auto parsed = std::from_chars(size.data(), end, value);
  if (scale == 0 || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value * scale;
}

// From how many parameters on Gemma 4 has the larger template.
constexpr double kLargeGemmaBillions = 12;

}  // namespace

bool uses_harmony(const ModelFacts& facts) {
  return is_gpt_oss(facts) && contains(facts.go_template, "<|start|>") &&
         contains(facts.go_template, "<|end|>");
}

PromptSystem select_prompt_system(const ModelFacts& facts, GoTemplateWish wish) {
  return select(facts, compiled(facts).get(), wish);
}

std::string resolve_renderer(const ModelFacts& facts) {
  if (facts.renderer != "gemma4") return facts.renderer;
  std::string name = facts.name;
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (contains_any(name, {"e2b", "e4b"})) return "gemma4-small";
  if (contains_any(name, {"12b", "26b", "31b"})) return "gemma4-large";
  const auto size = billions(facts.parameter_size);
  return size && *size >= kLargeGemmaBillions ? "gemma4-large" : "gemma4-small";
}

std::vector<std::string> model_capabilities(const ModelFacts& facts, GoTemplateWish wish) {
  const auto made = compiled(facts);
  Names names = collect(facts, made.get(), Source::kSelected, select(facts, made.get(), wish));
  if (suppresses_audio(facts)) std::erase(names, "audio");
  if (suppresses_vision(facts)) std::erase(names, "vision");
  return names;
}

std::optional<ParserAbilities> parser_abilities(std::string_view name) {
  struct Row {
    std::string_view name;
    ParserAbilities abilities;
  };
  constexpr std::array<Row, 27> kRows{{
      {"qwen3", {true, false}},
      {"qwen3-thinking", {true, true}},
      {"qwen3.5", {true, true}},
      {"ornith", {true, true}},
      {"qwen3-coder", {true, false}},
      {"qwen3-vl-instruct", {true, false}},
      {"qwen3-vl-thinking", {true, true}},
      {"ministral", {true, false}},
      {"passthrough", {false, false}},
      {"harmony", {true, true}},
      {"cogito", {true, true}},
      {"deepseek3", {true, true}},
      {"olmo3", {true, false}},
      {"olmo3-think", {false, true}},
      {"nemotron-3-nano", {true, true}},
      {"nemotron-3.5-nano", {true, true}},
      {"functiongemma", {true, false}},
      {"glm-4.7", {true, true}},
      {"gemma4", {true, true}},
      {"gemma4-no-thinking", {true, false}},
      {"glm-ocr", {true, false}},
      {"lfm2", {true, false}},
      {"lfm2-thinking", {true, true}},
      {"laguna", {true, true}},
      {"poolside-v1", {true, true}},
      {"cohere", {true, true}},
      {"glimmer", {true, true}},
  }};
  const auto found = std::ranges::find(kRows, name, &Row::name);
  if (found == kRows.end() || name.empty()) return std::nullopt;
  return found->abilities;
}

}  // namespace lar::chat
