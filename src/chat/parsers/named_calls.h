// Calls of the form NAME <separator> {JSON} <closer>: Mistral's [TOOL_CALLS]name[ARGS]{...},
// DeepSeek, Kimi, <function=name>{...}</function> and their like.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chat/parsers/output_format.h"

namespace lar::chat {

struct NamedCallSpec {
  // What may stand before the name and is none of it ("functions.").
  std::vector<std::string> name_prefixes;
  // What ends the name. An opening brace always does.
  std::vector<std::string> name_ends;
  // A name that is a kind of tool ("function"): if no object follows it, the real name does.
  std::string kind_word;
  // Mistral: the call's id stands between these two, after the name.
  std::string id_begin;
  std::string id_end;
  // Solar: the id comes before the name, and this between them.
  std::string id_first;
  // Kimi: "functions.NAME:0" is the id, and the name is in it.
  bool name_is_id = false;
  // What may stand between name and object ("```json").
  std::vector<std::string> before_arguments;
  std::vector<std::string> after_arguments;
  std::vector<std::string> closers;
  // Text is a call only if its name is that of a tool; else it is content again, behind `opener`.
  bool known_names_only = false;
  std::string opener;
};

std::shared_ptr<const CallForm> named_calls(NamedCallSpec spec);

}  // namespace lar::chat
