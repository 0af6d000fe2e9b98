// The table of families, and the names under which Ollama's manifests (PARSER) know them.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "chat/parsers/output_format.h"

namespace lar::chat {

struct FamilyRow {
  std::string_view name;
  OutputFormat (*make)();
  // The family writes a call so: each of these stands in what its template prints for one. Several
  // rows of one family are alternatives; the first row that fits counts.
  std::vector<std::string_view> marks;
};

std::span<const FamilyRow> family_table();

// The format of a family by its name; nothing for an unknown one.
std::optional<OutputFormat> family_format(std::string_view name);

// The format behind a name of Ollama's PARSER instruction, with the white space as Ollama leaves
// it; nothing for an unknown name.
std::optional<OutputFormat> ollama_parser_format(std::string_view name);
std::vector<std::string_view> ollama_parser_names();

}  // namespace lar::chat
