// The BERT family by its papers, in double precision and plain loops: what the programs must
// compute. Devlin et al. 2019; Nussbaum et al. 2024 (rotary positions, SwiGLU). F32 files only.
#pragma once

#include <span>
#include <vector>

#include "gguf/reader.h"

namespace lar::test {

using Rows = std::vector<std::vector<double>>;

// kPublished is what GGUF runtimes compute (the tanh form through half floats), kExact the paper's.
enum class Gelu { kPublished, kExact };

// The last hidden states of all tokens. Tokens from `second_text` on have type 1, if it is not 0.
Rows encoder_states(const gguf::File& file,
                    std::span<const int32_t> tokens,
                    uint32_t second_text,
                    Gelu gelu);

// The classifier's scores of one state.
std::vector<double> classifier_scores(const gguf::File& file, const std::vector<double>& state);

}  // namespace lar::test
