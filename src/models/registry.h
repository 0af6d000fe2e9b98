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
  bool encoder = false;  // it has no vocabulary head: it makes vectors of texts and nothing else
};

std::span<const Architecture> all_architectures();

// The row of a file's architecture. Errors: unsupported, by name; data_corrupt without one.
Result<const Architecture*> find_architecture(const gguf::File& file);

// The program of a file. Errors: unsupported (the architecture, by name), data_corrupt (the key or
// tensor that is missing or wrong). The file's bytes must outlive the program.
Result<program::Program> build(const gguf::File& file);

}  // namespace lar::models
