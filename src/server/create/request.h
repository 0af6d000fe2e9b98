// What POST /api/create asks for, as a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modelfile/recipe.h"
#include "server/errors.h"
#include "server/json_request.h"

namespace lar::server {

inline constexpr size_t kCreateFilesMax = 1000;

struct CreateRequest {
  std::string model;
  std::string from;
  std::map<std::string, std::string> files;  // names, which must be relative paths, to digests
  std::map<std::string, std::string> adapters;
  std::map<std::string, std::string> draft_files;
  std::string template_text;
  std::string system;
  std::vector<std::string> licenses;
  std::optional<Json> parameters;  // any names and values: what runs the model judges them
  std::vector<modelfile::Message> messages;
  std::string renderer;
  std::string parser;
  std::string requires_version;
  std::string quantize;
  std::optional<Json> info;  // of the config: overrides what the files say
  std::string remote_host;
  bool stream = true;
};

// Errors: invalid_argument.
Result<CreateRequest> parse_create(const Json& body);

// A path that stays below where it begins: no "..", not absolute, in one form only.
bool is_local_path(std::string_view path);

}  // namespace lar::server
