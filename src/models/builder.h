// Writes a Program from a file's tensors. Architectures call it layer by layer; the first missing
// tensor is remembered and returned by `finish`, so their code reads as the paper does.
#pragma once

#include <string>
#include <string_view>

#include "gguf/reader.h"
#include "program/program.h"

namespace lar::models {

using program::ValueId;
using program::WeightId;

class Builder {
 public:
  // `file` is borrowed; its bytes must outlive the program.
  explicit Builder(const gguf::File& file) : file_(file) {}
  // Goes on where `program` ends.
  Builder(const gguf::File& file, program::Program program)
      : file_(file), program_(std::move(program)) {}

  bool has(const std::string& tensor) const { return file_.find_tensor(tensor) != nullptr; }

  // [tokens, cols] of the tokens' rows of `tensor`.
  ValueId embed(const std::string& tensor, uint32_t cols);
  ValueId position_embed(ValueId in, const std::string& tensor);
  ValueId type_embed(ValueId in, const std::string& tensor);

  // `name`.weight and, where the file has it, `name`.bias; groups of `group` columns.
  ValueId rms_norm(ValueId in, const std::string& name, float eps, uint32_t group);
  ValueId layer_norm(ValueId in, const std::string& name, float eps);

  // `name`.weight with the optional `name`.bias and `name`.scale.
  enum class Scale : uint8_t { kBeforeBias, kAfterBias, kIgnored };
  ValueId matmul(ValueId in,
                 const std::string& name,
                 uint32_t out_cols,
                 Scale scale = Scale::kBeforeBias);
  // The same with rows [row_begin, row_begin + out_cols) of a matrix that joins several.
  ValueId matmul_rows(ValueId in, const std::string& name, uint32_t row_begin, uint32_t out_cols);

  int32_t add_rope_table(program::RopeTable table);
  void rope(ValueId value, program::RopeStyle style, uint32_t head_dim, int32_t table);

  struct AttentionSpec {
    uint32_t heads = 0;
    uint32_t kv_heads = 0;
    uint32_t head_dim_k = 0;
    uint32_t head_dim_v = 0;
    float scale = 1.0F;
    uint32_t window = 0;
    bool causal = true;
  };
  // Each call is the next layer of the cache, unless nothing of it outlives the step: then all
  // layers share one.
  ValueId attention(ValueId q, ValueId k, ValueId v, const AttentionSpec& spec);

  ValueId glu(program::Activation activation, ValueId gate, ValueId up);
  ValueId activate(program::Activation activation, ValueId in);
  ValueId add(ValueId a, ValueId b);
  ValueId select_outputs(ValueId in);

  struct Routing {
    ValueId ids = program::kNone;
    ValueId weights = program::kNone;
    uint32_t used = 0;
  };
  Routing route(ValueId logits, uint32_t used, bool normalize, float scale);
  // `name`.weight [experts, out_cols, in_cols] with the optional `name`.scale [experts].
  ValueId expert_matmul(ValueId in,
                        const std::string& name,
                        const Routing& routing,
                        uint32_t out_cols);
  ValueId expert_sum(ValueId in, const Routing& routing, uint32_t cols);

  // Rows of a matrix, 0 where the file has none of that name.
  uint32_t rows_of_matrix(const std::string& tensor) const;

  uint32_t cols(ValueId id) const { return program_.values[static_cast<size_t>(id)].cols; }

  // The checked program, or the first error. `logits` may be kNone.
  Result<program::Program> finish(ValueId hidden, ValueId logits, uint32_t context_train) &&;
  // The same, where the logits are those of a classifier.
  Result<program::Program> finish_classifier(ValueId hidden,
                                             ValueId logits,
                                             uint32_t context_train) &&;

 private:
  ValueId new_value(std::string name, uint32_t cols, program::Rows rows);
  ValueId like(ValueId in, std::string name, uint32_t cols);
  WeightId weight(const std::string& tensor);
  WeightId optional_weight(const std::string& tensor);
  WeightId rows_of(const std::string& tensor, uint32_t row_begin, uint32_t rows, bool vector);
  float scalar(const std::string& tensor, float fallback);
  void remember(std::unexpected<Error> error);

  const gguf::File& file_;
  program::Program program_;
  Error error_;
  bool failed_ = false;
};

}  // namespace lar::models
