// Runs token ids through a model file on the CPU backend, without engine or tokenizer.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "base/result.h"
#include "gguf/reader.h"
#include "support/npy.h"

namespace lar::test {

struct RunOptions {
  int threads = 2;
  uint32_t batch = 512;  // tokens of a step
  DType kv_type = DType::kF32;
  IsaSet isas = detect_isa();
};

// Logits of every position (hidden states where the model has none).
Result<Matrix> run_tokens(const gguf::File& file,
                          std::span<const int32_t> tokens,
                          const RunOptions& options);

// The 48 tokens that the reference logits of tests' data are for.
std::vector<int32_t> reference_tokens();

// Largest difference over the range of `expected`.
double relative_difference(const Matrix& expected, const Matrix& actual);

// Mean over the rows of KL(base || other), in nats.
double mean_divergence(const Matrix& base, const Matrix& other);

}  // namespace lar::test
