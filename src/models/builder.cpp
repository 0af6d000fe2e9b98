#include "models/builder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/checked.h"
#include "program/check.h"
#include "quant/traits.h"

namespace lar::models {

using program::kNone;
using program::Rows;

ValueId Builder::new_value(std::string name, uint32_t cols, Rows rows) {
  program_.values.push_back({.name = std::move(name), .rows = rows, .cols = cols});
  return static_cast<ValueId>(program_.values.size() - 1);
}

ValueId Builder::like(ValueId in, std::string name, uint32_t cols) {
  return new_value(std::move(name), cols, program_.values[static_cast<size_t>(in)].rows);
}

void Builder::remember(std::unexpected<Error> error) {
  if (failed_) return;
  failed_ = true;
  error_ = std::move(error).error();
}

WeightId Builder::optional_weight(const std::string& tensor) {
  const TensorView* view = file_.find_tensor(tensor);
  if (view == nullptr) return kNone;
  program_.weights.push_back(*view);
  return static_cast<WeightId>(program_.weights.size() - 1);
}

WeightId Builder::weight(const std::string& tensor) {
  const WeightId id = optional_weight(tensor);
  if (id == kNone) remember(fail(Code::kDataCorrupt, "tensor '" + tensor + "' is missing"));
  return id;
}

WeightId Builder::rows_of(const std::string& tensor,
                          uint32_t row_begin,
                          uint32_t rows,
                          bool vector) {
  const TensorView* view = file_.find_tensor(tensor);
  if (view == nullptr) {
    if (!vector) remember(fail(Code::kDataCorrupt, "tensor '" + tensor + "' is missing"));
    return kNone;
  }
  // A bias has one row of elements; a matrix has rows of `cols` elements.
  TensorView part = *view;
  const uint64_t total = vector ? view->shape.cols() : view->shape.rows();
  const auto unit = vector ? quant::row_bytes(quant::traits(view->dtype), 1)
                           : quant::row_bytes(quant::traits(view->dtype), view->shape.cols());
  if (!unit || uint64_t{row_begin} + rows > total) {
    remember(fail(Code::kDataCorrupt, "tensor '" + tensor + "' has shape " +
                                          to_string(view->shape) + ", too small for its parts"));
    return kNone;
  }
  part.shape.dims[vector ? 0 : 1] = rows;
  part.bytes = view->bytes.subspan(row_begin * *unit, rows * *unit);
  program_.weights.push_back(std::move(part));
  return static_cast<WeightId>(program_.weights.size() - 1);
}

float Builder::scalar(const std::string& tensor, float fallback) {
  const TensorView* view = file_.find_tensor(tensor);
  if (view == nullptr) return fallback;
  float value = 0.0F;
  if (view->dtype != DType::kF32 || view->shape.elements() != 1) {
    remember(fail(Code::kDataCorrupt, "tensor '" + tensor + "' is not one F32 number"));
    return fallback;
  }
  std::memcpy(&value, view->bytes.data(), sizeof(value));
  if (!std::isfinite(value)) {
    remember(fail(Code::kDataCorrupt, "tensor '" + tensor + "' is not a finite number"));
    return fallback;
  }
  return value;
}

ValueId Builder::embed(const std::string& tensor, uint32_t cols) {
  const ValueId out = new_value("embeddings", cols, Rows::kTokens);
  const WeightId table = weight(tensor);
  if (table != kNone) {
    program_.vocab =
        static_cast<uint32_t>(program_.weights[static_cast<size_t>(table)].shape.rows());
  }
  program_.ops.emplace_back(program::Embed{.table = table, .out = out});
  return out;
}

ValueId Builder::position_embed(ValueId in, const std::string& tensor) {
  const ValueId out = like(in, "positions", cols(in));
  program_.ops.emplace_back(program::PositionEmbed{.table = weight(tensor), .in = in, .out = out});
  return out;
}

ValueId Builder::type_embed(ValueId in, const std::string& tensor) {
  const ValueId out = like(in, "types", cols(in));
  program_.ops.emplace_back(program::TypeEmbed{.table = weight(tensor), .in = in, .out = out});
  return out;
}

ValueId Builder::rms_norm(ValueId in, const std::string& name, float eps, uint32_t group) {
  const ValueId out = like(in, name, cols(in));
  program_.ops.emplace_back(program::Norm{.kind = program::NormKind::kRms,
                                          .in = in,
                                          .out = out,
                                          .weight = weight(name + ".weight"),
                                          .bias = optional_weight(name + ".bias"),
                                          .group = group,
                                          .eps = eps});
  return out;
}

ValueId Builder::layer_norm(ValueId in, const std::string& name, float eps) {
  const ValueId out = like(in, name, cols(in));
  program_.ops.emplace_back(program::Norm{.kind = program::NormKind::kLayer,
                                          .in = in,
                                          .out = out,
                                          .weight = weight(name + ".weight"),
                                          .bias = optional_weight(name + ".bias"),
                                          .group = cols(in),
                                          .eps = eps});
  return out;
}

ValueId Builder::matmul(ValueId in, const std::string& name, uint32_t out_cols, Scale scale) {
  const ValueId out = like(in, name, out_cols);
  program_.ops.emplace_back(
      program::MatMul{.in = in,
                      .weight = weight(name + ".weight"),
                      .bias = optional_weight(name + ".bias"),
                      .out = out,
                      .scale = scale == Scale::kIgnored ? 1.0F : scalar(name + ".scale", 1.0F),
                      .scales_bias = scale == Scale::kAfterBias});
  return out;
}

ValueId Builder::matmul_rows(ValueId in,
                             const std::string& name,
                             uint32_t row_begin,
                             uint32_t out_cols) {
  const ValueId out = like(in, name, out_cols);
  program_.ops.emplace_back(
      program::MatMul{.in = in,
                      .weight = rows_of(name + ".weight", row_begin, out_cols, false),
                      .bias = rows_of(name + ".bias", row_begin, out_cols, true),
                      .out = out,
                      .scale = scalar(name + ".scale", 1.0F)});
  return out;
}

int32_t Builder::add_rope_table(program::RopeTable table) {
  program_.rope_tables.push_back(std::move(table));
  return static_cast<int32_t>(program_.rope_tables.size() - 1);
}

void Builder::rope(ValueId value, program::RopeStyle style, uint32_t head_dim, int32_t table) {
  program_.ops.emplace_back(
      program::Rope{.value = value, .style = style, .head_dim = head_dim, .table = table});
}

ValueId Builder::attention(ValueId q, ValueId k, ValueId v, const AttentionSpec& spec) {
  const ValueId out = like(q, "attention", spec.heads * spec.head_dim_v);
  const program::KvLayer cache = {
      .kv_heads = spec.kv_heads, .head_dim_k = spec.head_dim_k, .head_dim_v = spec.head_dim_v};
  const auto shared = std::ranges::find(program_.kv_layers, cache);
  const auto layer = static_cast<uint32_t>((spec.causal ? program_.kv_layers.end() : shared) -
                                           program_.kv_layers.begin());
  if (layer == program_.kv_layers.size()) program_.kv_layers.push_back(cache);
  program_.ops.emplace_back(program::Attention{.q = q,
                                               .k = k,
                                               .v = v,
                                               .out = out,
                                               .layer = layer,
                                               .heads = spec.heads,
                                               .scale = spec.scale,
                                               .window = spec.window,
                                               .causal = spec.causal});
  return out;
}

ValueId Builder::glu(program::Activation activation, ValueId gate, ValueId up) {
  const ValueId out = like(gate, "glu", cols(gate));
  program_.ops.emplace_back(
      program::Glu{.activation = activation, .gate = gate, .up = up, .out = out});
  return out;
}

ValueId Builder::activate(program::Activation activation, ValueId in) {
  const ValueId out = like(in, "activation", cols(in));
  program_.ops.emplace_back(program::Activate{.activation = activation, .in = in, .out = out});
  return out;
}

ValueId Builder::add(ValueId a, ValueId b) {
  const ValueId out = like(a, "sum", cols(a));
  program_.ops.emplace_back(program::Add{.a = a, .b = b, .out = out});
  return out;
}

ValueId Builder::select_outputs(ValueId in) {
  const ValueId out = new_value("outputs", cols(in), Rows::kOutputs);
  program_.ops.emplace_back(program::SelectOutputs{.in = in, .out = out});
  return out;
}

Builder::Routing Builder::route(ValueId logits, uint32_t used, bool normalize, float scale) {
  const Routing routing{.ids = like(logits, "expert ids", used),
                        .weights = like(logits, "expert weights", used),
                        .used = used};
  program_.values[static_cast<size_t>(routing.ids)].is_index = true;
  program_.ops.emplace_back(program::Route{.logits = logits,
                                           .ids = routing.ids,
                                           .weights = routing.weights,
                                           .used = used,
                                           .normalize = normalize,
                                           .scale = scale});
  return routing;
}

ValueId Builder::expert_matmul(ValueId in,
                               const std::string& name,
                               const Routing& routing,
                               uint32_t out_cols) {
  const ValueId out = like(in, name, out_cols * routing.used);
  program_.ops.emplace_back(program::ExpertMatMul{.in = in,
                                                  .weight = weight(name + ".weight"),
                                                  .scales = optional_weight(name + ".scale"),
                                                  .ids = routing.ids,
                                                  .out = out,
                                                  .used = routing.used});
  return out;
}

ValueId Builder::expert_sum(ValueId in, const Routing& routing, uint32_t cols) {
  const ValueId out = like(in, "experts", cols);
  program_.ops.emplace_back(
      program::ExpertSum{.in = in, .weights = routing.weights, .out = out, .used = routing.used});
  return out;
}

uint32_t Builder::rows_of_matrix(const std::string& tensor) const {
  const TensorView* view = file_.find_tensor(tensor);
  return view == nullptr ? 0 : checked_cast<uint32_t>(view->shape.rows()).value_or(0);
}

Result<program::Program> Builder::finish_classifier(ValueId hidden,
                                                    ValueId logits,
                                                    uint32_t context_train) && {
  program_.labels = cols(logits);
  return std::move(*this).finish(hidden, logits, context_train);
}

Result<program::Program> Builder::finish(ValueId hidden,
                                         ValueId logits,
                                         uint32_t context_train) && {
  if (failed_) return std::unexpected<Error>(std::move(error_));
  program_.hidden = hidden;
  program_.logits = logits;
  program_.context_train = context_train;
  LAR_TRY(program::check(program_));
  return std::move(program_);
}

}  // namespace lar::models
