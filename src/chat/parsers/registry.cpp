#include "chat/parsers/registry.h"

#include <algorithm>
#include <array>

#include "chat/parsers/families/families.h"

namespace lar::chat {
namespace {

namespace f = families;

// Special marks first: what stands below may be a part of what stands above.
const std::array kFamilies = {
    FamilyRow{"harmony", f::harmony, {"<|channel|>", "<|message|>"}},
    FamilyRow{"glimmer", f::glimmer, {"<atem:invoke"}},
    FamilyRow{"dsml", f::dsml, {"<｜DSML｜"}},
    FamilyRow{"deepseek", f::deepseek, {"<｜tool▁call▁begin｜>"}},
    FamilyRow{"kimi_k3", f::kimi_k3, {"<|open|>call tool="}},
    FamilyRow{"kimi_k2", f::kimi_k2, {"<|tool_call_begin|>"}},
    FamilyRow{"gemma4", f::gemma4, {"<|tool_call>call:"}},
    FamilyRow{"functiongemma", f::functiongemma, {"<start_function_call>"}},
    FamilyRow{"apertus", f::apertus, {"<|tools_prefix|>"}},
    FamilyRow{"cohere", f::cohere, {"<|START_ACTION|>"}},
    FamilyRow{"command_r_plus", f::command_r_plus, {"Action:", "tool_name"}},
    FamilyRow{"seed_oss", f::seed_oss, {"<seed:tool_call>"}},
    FamilyRow{"minimax", f::minimax, {"<minimax:tool_call>"}},
    FamilyRow{"solar_open", f::solar_open, {"<|tool_call:begin|>"}},
    FamilyRow{"lfm2", f::lfm2, {"<|tool_call_start|>"}},
    FamilyRow{"lfm2", f::lfm2, {"<|tool_list_start|>"}},
    FamilyRow{"lfm2", f::lfm2, {"List of tools: ["}},
    FamilyRow{"olmo3", f::olmo3, {"<function_calls>"}},
    FamilyRow{"granite", f::granite, {"<|tool_call|>"}},
    FamilyRow{"tool_calls_list", f::tool_calls_list, {"<TOOLCALL>"}},
    FamilyRow{"tool_calls_list", f::tool_calls_list, {"<tool_calls>["}},
    FamilyRow{"tool_calls_list", f::tool_calls_list, {"<tool_calls>\n{"}},
    FamilyRow{"mistral", f::mistral, {"[TOOL_CALLS]"}},
    FamilyRow{"gigachat", f::gigachat, {"function call<|role_sep|>"}},
    FamilyRow{"gigachat", f::gigachat, {"<|function_call|>"}},
    FamilyRow{"firefunction", f::firefunction, {"functools["}},
    FamilyRow{"functionary_v32", f::functionary_v32, {">>>"}},
    FamilyRow{"functionary_v2", f::functionary_v2, {"<|recipient|>"}},
    FamilyRow{"hy3", f::hy3, {"<tool_call:opensource>"}},
    FamilyRow{"minimax_m3", f::minimax_m3, {"]<]minimax[>[<invoke"}},
    FamilyRow{"minicpm", f::minicpm, {"<function name=\""}},
    FamilyRow{"qwen3_coder", f::qwen3_coder, {"<function=", "<parameter="}},
    FamilyRow{"glm", f::glm, {"<tool_call>", "<arg_key>"}},
    FamilyRow{"functionary_v31", f::functionary_v31, {"<function="}},
    FamilyRow{"hunyuan", f::hunyuan, {"<tool_calls>", "<tool_call>", "```json"}},
    FamilyRow{"hermes", f::hermes, {"<tool_call>"}},
    FamilyRow{"llama4", f::llama4, {"<|python_start|>"}},
    FamilyRow{"llama3", f::llama3, {"<|python_tag|>"}},
    FamilyRow{"llama3", f::llama3, {"{\"name\": \"", "\"parameters\": "}},
};

// What Ollama's parsers have in common: no white space beside tags.
OutputFormat around(OutputFormat format) {
  format.thinking_space = Space::kAround;
  format.call_space = Space::kAround;
  format.trim_start = false;
  format.drop_first_close = false;
  return format;
}

OutputFormat thinks(OutputFormat format, ThinkingStart start) {
  format.thinking_start = start;
  if (start == ThinkingStart::kNever) format.thinking.clear();
  return format;
}

OutputFormat tag(OutputFormat format) {
  format.trim_start = true;
  return thinks(std::move(format), ThinkingStart::kTag);
}

OutputFormat never(OutputFormat format) {
  return thinks(std::move(format), ThinkingStart::kNever);
}

OutputFormat implicit(OutputFormat format) {
  format.calls_end_thinking = true;
  return thinks(std::move(format), ThinkingStart::kImplicit);
}

OutputFormat literal_open(OutputFormat format) {
  format.drop_open_tag = false;
  return format;
}

OutputFormat only_thinking(OutputFormat format) {
  format.calls.clear();
  format.syntax = {};
  return format;
}

OutputFormat deepseek3(OutputFormat format) {
  format.call_space = Space::kKeep;
  format.silent = {"<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>", "<｜tool▁outputs▁begin｜>",
                   "<｜tool▁outputs▁end｜>"};
  return format;
}

OutputFormat ministral(OutputFormat format) {
  return thinks(std::move(format), ThinkingStart::kAnywhere);
}

OutputFormat gemma(OutputFormat format) {
  format.thinking_start = ThinkingStart::kAnywhere;
  return format;
}

struct OllamaRow {
  std::string_view name;
  OutputFormat (*make)();
};

const std::array kOllamaParsers = {
    OllamaRow{"qwen3", [] { return implicit(around(f::hermes())); }},
    OllamaRow{"qwen3-thinking", [] { return implicit(around(f::hermes())); }},
    OllamaRow{"qwen3-vl-instruct", [] { return never(around(f::hermes())); }},
    OllamaRow{"qwen3-vl-thinking", [] { return literal_open(implicit(around(f::hermes()))); }},
    OllamaRow{"qwen3-coder", [] { return never(around(f::qwen3_coder())); }},
    OllamaRow{"qwen3.5", [] { return implicit(around(f::qwen3_coder())); }},
    OllamaRow{"ornith", [] { return implicit(around(f::qwen3_coder())); }},
    OllamaRow{"qwen3.8", [] { return implicit(around(f::qwen3_coder())); }},
    OllamaRow{"gemma4", [] { return gemma(around(f::gemma4())); }},
    OllamaRow{"gemma4-small", [] { return gemma(around(f::gemma4())); }},
    OllamaRow{"gemma4-large", [] { return gemma(around(f::gemma4())); }},
    OllamaRow{"functiongemma", f::functiongemma},
    OllamaRow{"harmony", f::harmony},
    OllamaRow{"deepseek3", [] { return deepseek3(implicit(around(f::deepseek()))); }},
    OllamaRow{"deepseek3.1", [] { return deepseek3(implicit(around(f::deepseek()))); }},
    OllamaRow{"cogito", [] { return implicit(around(f::deepseek())); }},
    OllamaRow{"glm-4.6", [] { return thinks(around(f::glm()), ThinkingStart::kTag); }},
    OllamaRow{"glm-4.7", [] { return thinks(around(f::glm()), ThinkingStart::kTag); }},
    OllamaRow{"glm-ocr", [] { return thinks(around(f::glm()), ThinkingStart::kTag); }},
    OllamaRow{"nemotron-3-nano", [] { return implicit(around(f::qwen3_coder())); }},
    OllamaRow{"nemotron-3.5-nano", [] { return implicit(around(f::qwen3_coder())); }},
    OllamaRow{"lfm2", [] { return tag(around(f::lfm2())); }},
    OllamaRow{"lfm2-thinking", [] { return tag(around(f::lfm2())); }},
    OllamaRow{"olmo3", [] { return never(around(f::olmo3())); }},
    OllamaRow{"olmo3.1", [] { return never(around(f::olmo3())); }},
    OllamaRow{"olmo3-think", [] { return only_thinking(implicit(around(f::olmo3()))); }},
    OllamaRow{"olmo3-32b-think", [] { return only_thinking(implicit(around(f::olmo3()))); }},
    OllamaRow{"ministral", [] { return ministral(around(f::mistral())); }},
    OllamaRow{"laguna", [] { return thinks(around(f::glm()), ThinkingStart::kTag); }},
    OllamaRow{"poolside-v1", [] { return thinks(around(f::glm()), ThinkingStart::kTag); }},
    OllamaRow{"cohere", [] { return thinks(around(f::cohere()), ThinkingStart::kTag); }},
    OllamaRow{"glimmer", f::glimmer},
    OllamaRow{"passthrough", f::plain},
};

}  // namespace

std::span<const FamilyRow> family_table() {
  return kFamilies;
}

std::optional<OutputFormat> family_format(std::string_view name) {
  const auto row = std::ranges::find(kFamilies, name, &FamilyRow::name);
  if (row == kFamilies.end()) return std::nullopt;
  OutputFormat format = row->make();
  format.family = row->name;
  return format;
}

std::optional<OutputFormat> ollama_parser_format(std::string_view name) {
  const auto row = std::ranges::find(kOllamaParsers, name, &OllamaRow::name);
  if (row == kOllamaParsers.end()) return std::nullopt;
  OutputFormat format = row->make();
  format.family = row->name;
  return format;
}

std::vector<std::string_view> ollama_parser_names() {
  std::vector<std::string_view> names;
  for (const OllamaRow& row : kOllamaParsers) names.push_back(row.name);
  return names;
}

}  // namespace lar::chat
