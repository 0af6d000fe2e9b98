// A template from outside, compiled and rendered over a small conversation: no crash, no leak, no
// work or memory beyond the limits, and the origins cover the text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "chat/jinja/template.h"
#include "chat/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lar::chat;
  static const Value context = *parse_json(R"({
    "messages": [
      {"role": "system", "content": "Be brief."},
      {"role": "user", "content": "Hé <|im_end|> 世界\n x"},
      {"role": "assistant", "content": null, "tool_calls": [
        {"id": "c", "function": {"name": "f", "arguments": {"a": 1, "b": [1.5, null, true]}}}]}],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"k": ["a", "b"]}}}],
    "n": 7, "f": 2.5, "s": "a b-c", "l": [3, 1, 2], "d": {"k": "v"}, "add_generation_prompt": true
  })");
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto compiled = jinja::Template::compile(source);
  if (!compiled) return 0;
  jinja::RenderOptions options;
  options.limits.work_max = 100'000;
  options.limits.memory_bytes_max = size_t{4} << 20;
  options.limits.output_bytes_max = size_t{1} << 20;
  options.now = jinja::DateTime{2024, 7, 26, 12, 0, 0, 0};
  const auto rendered = (*compiled)->render(context, options);
  if (!rendered) return 0;
  if (rendered->text.empty() != rendered->runs.empty()) std::abort();
  if (!rendered->runs.empty() && rendered->runs.back().end != rendered->text.size()) std::abort();
  return 0;
}
