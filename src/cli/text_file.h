// Small files that a command reads whole: templates, JSON.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/environment.h"

namespace lar::cli {

inline constexpr size_t kTextFileBytesMax = size_t{64} << 20;

// Errors: as of opening a file; invalid_argument if it is larger than kTextFileBytesMax.
Result<std::string> read_text_file(const std::string& path);

// The Jinja template in a model file. Errors: not_found if it has none.
Result<std::string> template_of_model(const std::string& path, const Environment& environment);

}  // namespace lar::cli
