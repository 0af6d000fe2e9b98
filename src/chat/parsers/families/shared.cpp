#include "chat/parsers/families/families.h"
#include "chat/parsers/json_calls.h"
#include "chat/parsers/named_calls.h"
#include "chat/parsers/python_calls.h"
#include "chat/parsers/tagged_calls.h"

namespace lar::chat::families {

ThinkingTags think_tags() {
  return {"<think>", "</think>"};
}

void set_thinking(OutputFormat& format, ThinkingTags tags) {
  format.thinking = {std::move(tags)};
  format.thinking_start = ThinkingStart::kTag;
  format.trim_start = true;
  format.drop_first_close = true;
}

std::shared_ptr<const CallForm> coder_call(bool known_names_only) {
  TaggedCallSpec spec;
  spec.name_ends = {">"};
  spec.key_begin = "<parameter=";
  spec.key_end = ">";
  spec.value_end = "</parameter>";
  spec.call_ends = {"</function>"};
  spec.closers = {"</tool_call>"};
  spec.trim_lines = true;
  spec.known_names_only = known_names_only;
  if (known_names_only) spec.opener = "<function=";
  if (!known_names_only) spec.name_begins = {"<function="};
  return tagged_calls(spec);
}

std::shared_ptr<const CallForm> tool_call_content(std::string_view closer) {
  const std::string close(closer);
  JsonCallSpec json;
  json.closers = {close};
  json.before_value = {"```json", "```"};
  json.after_value = {"```"};

  TaggedCallSpec glm;
  glm.name_ends = {"\n"};
  glm.key_begin = "<arg_key>";
  glm.key_end = "</arg_key>";
  glm.value_begin = "<arg_value>";
  glm.value_end = "</arg_value>";
  glm.call_ends = {close};

  return choice_of_calls({
      {"{", json_calls(json)},
      {"[", json_calls(json)},
      {"`", json_calls(json)},
      {"<function=", coder_call(false)},
      {"", tagged_calls(glm)},
  });
}

}  // namespace lar::chat::families
