// Models as makers of vectors: how a file wants the states of a text's tokens pooled, and its
// program without the head that would give the next token.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "gguf/reader.h"
#include "program/program.h"

namespace lar::models {

// Numbers as in `<arch>.pooling_type`.
enum class Pooling : uint8_t {
  kMean = 1,  // of all tokens
  kCls = 2,   // the first token
  kLast = 3,  // the last token
  kRank = 4,  // a classifier scores the first token (of a decoder the last): no vector
};

// nullopt: the file is no embedding model. An encoder that says nothing is pooled by the mean.
// Errors: unsupported (another number, another architecture).
Result<std::optional<Pooling>> read_pooling(const gguf::File& file);

// hidden: the states to pool, [outputs, width]; logits: none, or a classifier's for kRank.
Result<program::Program> build_embedding(const gguf::File& file, Pooling pooling);

}  // namespace lar::models
