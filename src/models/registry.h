// The architectures that Lar runs: one row each. An architecture turns a file into a Program.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "gguf/reader.h"
#include "program/program.h"

namespace lar::models {

struct Architecture {
  std::string_view name;  // as `general.architecture` has it
  Result<program::Program> (*build)(const gguf::File& file) = nullptr;
};

std::span<const Architecture> all_architectures();

// The program of a file. Errors: unsupported (the architecture, by name), data_corrupt (the key or
// tensor that is missing or wrong). The file's bytes must outlive the program.
Result<program::Program> build(const gguf::File& file);

}  // namespace lar::models
