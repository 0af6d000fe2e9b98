// The rotary table that a file's metadata asks for: plain, linear, Llama 3 factors or YaRN.
#pragma once

#include "base/result.h"
#include "gguf/reader.h"
#include "models/config.h"
#include "program/program.h"

namespace lar::models {

// Keys "<arch>.rope.*" and the tensor rope_freqs.weight (Llama 3's factors, computed by the
// converter). Errors: data_corrupt, unsupported (a scaling type we do not know).
Result<program::RopeTable> read_rope_table(const gguf::File& file, const Config& config);

}  // namespace lar::models
