// Calls whose arguments stand between tags, one pair an argument: Qwen3-Coder's
// <function=f><parameter=k>v</parameter></function>, GLM's <arg_key>, MiniMax's <invoke>, ...
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chat/parsers/output_format.h"

namespace lar::chat {

// How an argument's text becomes JSON.
enum class ValueText : uint8_t {
  kSchema,  // by the type in the tool's schema; without one it is a string
  kGuess,   // by the schema; without one it is JSON if it reads as JSON
  kMarked,  // by an attribute behind the key: string="true", type="number"
};

struct TaggedCallSpec {
  std::vector<std::string> name_begins;  // optional, before the name
  std::vector<std::string> name_ends;
  std::string key_begin;
  std::string key_end;
  std::string value_begin;  // empty: the value follows key_end at once
  std::string value_end;
  std::vector<std::string> call_ends;  // the call is over
  std::vector<std::string> closers;    // optional, after that
  // One line end after value_begin and one before value_end are none of the value.
  bool trim_lines = false;
  ValueText values = ValueText::kSchema;
  // Nothing but a call of a known tool is a call; other text is content, behind `opener`.
  bool known_names_only = false;
  std::string opener;
};

std::shared_ptr<const CallForm> tagged_calls(TaggedCallSpec spec);

// The call's form is known by its first characters that are no white space.
struct FormChoice {
  std::string begins;  // empty: all else
  std::shared_ptr<const CallForm> form;
};
std::shared_ptr<const CallForm> choice_of_calls(std::vector<FormChoice> choices);

}  // namespace lar::chat
