// The texts by which `show` describes a model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "modelfile/recipe.h"

namespace lar::modelfile {

struct ShowSource {
  std::string name;                // the shortest form
  std::vector<std::string> files;  // paths of the weights
  std::vector<std::string> projectors;
  std::vector<std::string> adapters;
  std::vector<std::string> drafts;
  std::string template_text;
  std::string system;
  std::string renderer;
  std::string parser;
  std::string requires_version;
  std::string params;  // the params layer, or empty
  std::vector<std::string> licenses;
  std::vector<Message> messages;
};

// A Modelfile that makes the model again, with the head that says so. Errors: data_corrupt (the
// params layer).
Result<std::string> modelfile_text(const ShowSource& source);

// One line a value: the name, padded to 30 columns, and the value, strings quoted. No newline at
// the end.
Result<std::string> parameters_text(std::string_view params_json);

// A string as a Go literal: "a\nb".
std::string go_quoted(std::string_view text);

}  // namespace lar::modelfile
