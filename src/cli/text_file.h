// Small files that a command reads whole: templates, JSON.
#pragma once

#include <string>

#include "base/result.h"

namespace lar::cli {

inline constexpr size_t kTextFileBytesMax = size_t{64} << 20;

// Errors: as of opening a file; invalid_argument if it is larger than kTextFileBytesMax.
Result<std::string> read_text_file(const std::string& path);

}  // namespace lar::cli
