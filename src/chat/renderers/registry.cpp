#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "chat/renderers/families.h"

namespace lar::chat {
namespace {

struct Row {
  std::string_view name;
  std::unique_ptr<Renderer> (*make)();
};

constexpr std::array<Row, 26> kRows{{
    {"cogito", renderers::cogito},
    {"cohere", renderers::cohere},
    {"deepseek3.1", renderers::deepseek31},
    {"functiongemma", renderers::functiongemma},
    {"gemma4", renderers::gemma4_small},
    {"gemma4-large", renderers::gemma4_large},
    {"gemma4-small", renderers::gemma4_small},
    {"glimmer", renderers::glimmer},
    {"glm-4.7", renderers::glm47},
    {"glm-ocr", renderers::glm_ocr},
    {"laguna", renderers::laguna},
    {"lfm2", renderers::lfm2},
    {"lfm2-thinking", renderers::lfm2_thinking},
    {"nemotron-3-nano", renderers::nemotron3},
    {"nemotron-3.5-nano", renderers::nemotron35},
    {"olmo3", renderers::olmo3},
    {"olmo3-32b-think", renderers::olmo3_think_32b},
    {"olmo3-think", renderers::olmo3_think},
    {"olmo3.1", renderers::olmo31},
    {"ornith", renderers::ornith},
    {"poolside-v1", renderers::poolside},
    {"qwen3-coder", renderers::qwen3_coder},
    {"qwen3-vl-instruct", renderers::qwen3_vl_instruct},
    {"qwen3-vl-thinking", renderers::qwen3_vl_thinking},
    {"qwen3.5", renderers::qwen35},
    {"qwen3.8", renderers::qwen38},
}};

}  // namespace

Result<std::unique_ptr<Renderer>> find_renderer(std::string_view name) {
  const auto found = std::ranges::find(kRows, name, &Row::name);
  if (found == kRows.end()) {
    return fail(Code::kUnsupported, fmt::format("unknown renderer \"{}\"", name));
  }
  return found->make();
}

std::vector<std::string_view> renderer_names() {
  std::vector<std::string_view> names;
  for (const Row& row : kRows) names.push_back(row.name);
  return names;
}

}  // namespace lar::chat
