// Opening and loading a model file as every command does it, with progress for big files.
#pragma once

#include <memory>
#include <string>

#include "cli/environment.h"
#include "gguf/reader.h"
#include "runtime/model.h"
#include "runtime/options.h"

namespace lar::cli {

// What the environment and the request's options say about loading. `trained` is the context the
// model was trained for.
runtime::LoadOptions load_options(const Environment& environment, const runtime::Options& options);

// Opens and warms up the file (`demo`, where no file is called so, is the model inside the
// program); a bar on stderr shows the progress where stderr is a terminal and the file is not in
// memory yet.
Result<std::shared_ptr<const gguf::File>> open_model(const std::string& path,
                                                     const Environment& environment);

}  // namespace lar::cli
