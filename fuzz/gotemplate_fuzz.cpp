// A Go template from outside, compiled and rendered over a small conversation in each of its ways:
// no crash, no leak, no work or memory beyond the limits, and the origins cover the text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "chat/gotemplate/template.h"
#include "chat/json.h"

namespace {

using namespace lar::chat;

const std::vector<Message>& conversation() {
  static const std::vector<Message> messages = *parse_messages(*parse_json(R"([
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hé <|im_end|> 世界\n x"},
    {"role": "assistant", "content": "", "thinking": "hm", "tool_calls": [
      {"id": "c", "function": {"name": "f", "arguments": {"a": 1, "b": [1.5, null, true]}}}]},
    {"role": "tool", "content": "r", "tool_name": "f"},
    {"role": "user", "content": "end"}])"));
  return messages;
}

const std::vector<Tool>& tools() {
  static const std::vector<Tool> list = *parse_tools(*parse_json(R"([
    {"type": "function", "function": {"name": "f", "description": "d", "parameters":
      {"type": "object", "required": ["b"], "properties": {
        "b": {"type": ["string", "integer"], "enum": ["x", 1]},
        "a": {"type": "array", "items": {"k": [1]}, "properties": {"n": {}}}}}}}])"));
  return list;
}

void check(const gotemplate::Template& compiled, const gotemplate::Values& values) {
  gotemplate::ExecuteOptions options;
  options.limits.work_max = 100'000;
  options.limits.memory_bytes_max = size_t{4} << 20;
  options.limits.output_bytes_max = size_t{1} << 20;
  options.now = jinja::DateTime{2024, 3, 1, 12, 0, 0, 0};
  const auto prompt = compiled.render(values, options);
  if (!prompt) return;
  if (prompt->text.empty() != prompt->runs.empty()) std::abort();
  if (!prompt->runs.empty() && prompt->runs.back().end != prompt->text.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto compiled = gotemplate::Template::compile(source);
  if (!compiled) return 0;
  (*compiled)->thinking_tags();
  (*compiled)->tool_call_tag();
  check(**compiled, {.messages = conversation(), .tools = &tools(), .think = Think::kHigh});
  check(**compiled, {.messages = conversation(), .pairwise = true});
  check(**compiled, {.infill = true, .prompt = "def f(", .suffix = ")"});
  return 0;
}
