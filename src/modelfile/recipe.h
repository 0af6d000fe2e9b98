// What a Modelfile asks for, sorted by what it is: the fields of a create request.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "modelfile/modelfile.h"
#include "modelfile/parameters.h"

namespace lar::modelfile {

struct Message {
  std::string role;
  std::string content;
  bool operator==(const Message&) const = default;
};

struct Recipe {
  std::vector<std::string> from;  // files, directories or one model, in order
  std::vector<std::string> adapters;
  std::vector<std::string> drafts;
  std::string template_text;
  std::string system;
  std::vector<std::string> licenses;
  std::vector<Message> messages;
  Parameters parameters;
  std::string renderer;
  std::string parser;
  std::string requires_version;       // without a leading "v"
  std::vector<std::string> warnings;  // "parameter x is deprecated"
};

// Of TEMPLATE, SYSTEM, RENDERER, PARSER and REQUIRES the last one counts. Errors:
// invalid_argument, those of add_parameter and "requires must be a valid semver (e.g. 0.14.0)".
Result<Recipe> make_recipe(const Modelfile& file);

// The bytes of the messages layer.
std::string encode_messages(const std::vector<Message>& messages);

// A messages layer read back. Errors: data_corrupt.
Result<std::vector<Message>> decode_messages(std::string_view json);

}  // namespace lar::modelfile
