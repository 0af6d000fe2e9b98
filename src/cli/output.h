// What every command prints in the same way.
#pragma once

#include <string>

#include "base/result.h"

namespace lar::cli {

// "Error: message" on stderr; returns the exit code 1.
int print_error(const std::string& message);
int print_error(const Error& error);

// Writes all of `text` to stdout. Errors: unavailable (a closed pipe, a full disk).
Result<void> write_stdout(std::string_view text);

}  // namespace lar::cli
