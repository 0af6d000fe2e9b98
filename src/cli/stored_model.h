// A model by the path of its file or by its name in the local store, with what a manifest says
// about its prompts.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "chat/selection.h"
#include "cli/environment.h"
#include "gguf/reader.h"

namespace lar::cli {

struct LocalModel {
  std::shared_ptr<const gguf::File> file;
  chat::ModelFacts facts;
};

// A file of that path, else a stored model. Errors: not_found, and what is wrong with either.
Result<LocalModel> find_local_model(const std::string& name, const Environment& environment);

}  // namespace lar::cli
