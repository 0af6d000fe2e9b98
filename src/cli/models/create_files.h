// The files that a Modelfile's FROM, ADAPTER and DRAFT lines name.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace lar::cli {

// The files that `value` stands for: a file, all parts of a split GGUF file whose first part it is,
// or the model files of a directory. Empty where it is no path that exists: then it is a model's
// name. A relative path begins at `directory`, "~" at `home`. Errors: a directory without model
// files; links that lead out of it.
Result<std::vector<std::filesystem::path>> model_files(const std::string& value,
                                                       const std::filesystem::path& directory,
                                                       const std::filesystem::path& home);

// Names for files in a request: relative to the directory that all share, with forward slashes.
std::map<std::filesystem::path, std::string> request_names(
    const std::vector<std::filesystem::path>& files);

// The SHA-256 of a file as "sha256:<hex>".
Result<std::string> file_digest(const std::filesystem::path& file);

}  // namespace lar::cli
