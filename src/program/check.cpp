#include "program/check.h"

#include <algorithm>
#include <string>

namespace lar::program {
namespace {

class Checker {
 public:
  explicit Checker(const Program& program) : program_(program) {
    written_.resize(program.values.size(), false);
  }

  Result<void> run() {
    for (const Op& op : program_.ops) {
      op_ = &op;
      for (const ValueId id : op_inputs(op)) {
        if (!in_range(id)) return bad("reads a value that does not exist");
        if (!written_[static_cast<size_t>(id)]) {
          return bad("reads '" + value(id).name + "' before it is written");
        }
      }
      for (const ValueId id : op_outputs(op)) {
        if (!in_range(id)) return bad("writes a value that does not exist");
      }
      LAR_TRY(std::visit([this](const auto& o) { return check_op(o); }, op));
      for (const ValueId id : op_outputs(op)) written_[static_cast<size_t>(id)] = true;
    }
    LAR_TRY(is_result(program_.hidden, "hidden state"));
    if (program_.logits == kNone) return {};
    LAR_TRY(is_result(program_.logits, "logits"));
    if (value(program_.logits).cols != (program_.labels > 0 ? program_.labels : program_.vocab)) {
      return fail(Code::kInvalidArgument, "the logits are not as wide as the vocabulary");
    }
    return {};
  }

 private:
  bool in_range(ValueId id) const {
    return id >= 0 && static_cast<size_t>(id) < program_.values.size();
  }
  const Value& value(ValueId id) const { return program_.values[static_cast<size_t>(id)]; }
  uint64_t cols(ValueId id) const { return value(id).cols; }

  Result<void> is_result(ValueId id, const std::string& what) const {
    if (in_range(id) && written_[static_cast<size_t>(id)] && value(id).rows == Rows::kOutputs) {
      return {};
    }
    return fail(Code::kInvalidArgument, "the program computes no " + what);
  }

  std::unexpected<Error> bad(const std::string& what) const {
    return fail(Code::kInvalidArgument, std::string(op_name(*op_)) + ": " + what);
  }

  // The weight has `cols` columns and `rows` rows (and `planes` such matrices).
  Result<void> weight_is(WeightId id, uint64_t cols, uint64_t rows, uint64_t planes = 1) const {
    if (id < 0 || static_cast<size_t>(id) >= program_.weights.size()) {
      return bad("names a weight that does not exist");
    }
    const TensorView& weight = program_.weights[static_cast<size_t>(id)];
    const auto& dims = weight.shape.dims;
    if (dims[0] != cols || dims[1] != rows || dims[2] != planes || dims[3] != 1) {
      return bad("tensor '" + weight.name + "' has shape " + to_string(weight.shape) +
                 ", expected [" + std::to_string(cols) + ", " + std::to_string(rows) +
                 (planes == 1 ? "" : ", " + std::to_string(planes)) + "]");
    }
    return {};
  }
  Result<void> optional_vector(WeightId id, uint64_t cols) const {
    return id == kNone ? Result<void>{} : weight_is(id, cols, 1);
  }
  Result<void> same_cols(ValueId a, ValueId b) const {
    if (cols(a) != cols(b)) {
      return bad("'" + value(a).name + "' and '" + value(b).name + "' differ in width");
    }
    return {};
  }

  // How many experts the router that wrote `ids` chooses from; 0 where none did.
  uint64_t experts_of_ids(ValueId ids) const {
    for (const Op& op : program_.ops) {
      const auto* route = std::get_if<Route>(&op);
      if (route != nullptr && route->ids == ids) return cols(route->logits);
    }
    return 0;
  }

  Result<void> check_op(const Embed& o) const {
    return weight_is(o.table, cols(o.out), program_.vocab);
  }
  Result<void> check_op(const PositionEmbed& o) const {
    LAR_TRY(same_cols(o.in, o.out));
    return weight_is(o.table, cols(o.out), program_.context_train);
  }
  Result<void> check_op(const TypeEmbed& o) const {
    LAR_TRY(same_cols(o.in, o.out));
    if (o.table < 0 || static_cast<size_t>(o.table) >= program_.weights.size()) {
      return bad("names a weight that does not exist");
    }
    const uint64_t types = program_.weights[static_cast<size_t>(o.table)].shape.dims[1];
    return weight_is(o.table, cols(o.out), std::max<uint64_t>(types, 1));
  }
  Result<void> check_op(const Norm& o) const {
    LAR_TRY(same_cols(o.in, o.out));
    if (o.group == 0 || cols(o.in) % o.group != 0) return bad("groups do not divide the width");
    LAR_TRY(optional_vector(o.weight, o.group));
    return optional_vector(o.bias, o.group);
  }
  Result<void> check_op(const MatMul& o) const {
    LAR_TRY(weight_is(o.weight, cols(o.in), cols(o.out)));
    return optional_vector(o.bias, cols(o.out));
  }
  Result<void> check_op(const Rope& o) const {
    if (o.table < 0 || static_cast<size_t>(o.table) >= program_.rope_tables.size()) {
      return bad("names a table that does not exist");
    }
    const RopeTable& table = program_.rope_tables[static_cast<size_t>(o.table)];
    if (o.head_dim == 0 || cols(o.value) % o.head_dim != 0) {
      return bad("heads do not divide the width");
    }
    if (table.dims > o.head_dim || table.dims % 2 != 0) {
      return bad("rotates " + std::to_string(table.dims) + " elements of heads of " +
                 std::to_string(o.head_dim));
    }
    const size_t pairs = table.dims / 2;
    if ((!table.factors.empty() && table.factors.size() != pairs) ||
        (!table.keep.empty() && table.keep.size() != pairs)) {
      return bad("frequency factors do not match the rotated elements");
    }
    return {};
  }
  Result<void> check_op(const Attention& o) const {
    if (o.layer >= program_.kv_layers.size()) return bad("names a layer without a cache");
    if (!o.causal && o.window > 0) return bad("has a window without being causal");
    const KvLayer& kv = program_.kv_layers[o.layer];
    if (kv.kv_heads == 0 || o.heads == 0 || o.heads % kv.kv_heads != 0) {
      return bad(std::to_string(o.heads) + " heads cannot share " + std::to_string(kv.kv_heads) +
                 " KV heads");
    }
    if (cols(o.q) != uint64_t{o.heads} * kv.head_dim_k ||
        cols(o.out) != uint64_t{o.heads} * kv.head_dim_v ||
        cols(o.k) != uint64_t{kv.kv_heads} * kv.head_dim_k ||
        cols(o.v) != uint64_t{kv.kv_heads} * kv.head_dim_v) {
      return bad("heads and widths do not agree");
    }
    return {};
  }
  Result<void> check_op(const Glu& o) const {
    LAR_TRY(same_cols(o.gate, o.up));
    return same_cols(o.gate, o.out);
  }
  Result<void> check_op(const Activate& o) const { return same_cols(o.in, o.out); }
  Result<void> check_op(const Add& o) const {
    LAR_TRY(same_cols(o.a, o.b));
    return same_cols(o.a, o.out);
  }
  Result<void> check_op(const SelectOutputs& o) const {
    if (value(o.in).rows != Rows::kTokens || value(o.out).rows != Rows::kOutputs) {
      return bad("goes from tokens to outputs only");
    }
    return same_cols(o.in, o.out);
  }
  Result<void> check_op(const Route& o) const {
    if (o.used == 0 || o.used > cols(o.logits)) return bad("uses more experts than there are");
    if (cols(o.ids) != o.used || cols(o.weights) != o.used) return bad("widths do not agree");
    return {};
  }
  Result<void> check_op(const ExpertMatMul& o) const {
    if (o.used == 0 || cols(o.out) % o.used != 0) return bad("widths do not agree");
    if (o.weight < 0 || static_cast<size_t>(o.weight) >= program_.weights.size()) {
      return bad("names a weight that does not exist");
    }
    const auto& dims = program_.weights[static_cast<size_t>(o.weight)].shape.dims;
    if (dims[2] != experts_of_ids(o.ids)) {
      return bad("tensor '" + program_.weights[static_cast<size_t>(o.weight)].name +
                 "' has not as many experts as the router");
    }
    if (cols(o.in) != dims[0] && cols(o.in) != dims[0] * o.used) {
      return bad("the input is not as wide as the experts");
    }
    LAR_TRY(weight_is(o.weight, dims[0], cols(o.out) / o.used, dims[2]));
    return optional_vector(o.scales, dims[2]);
  }
  Result<void> check_op(const ExpertSum& o) const {
    if (cols(o.weights) != o.used || cols(o.in) != cols(o.out) * o.used) {
      return bad("widths do not agree");
    }
    return {};
  }

  const Program& program_;
  const Op* op_ = nullptr;
  std::vector<bool> written_;
};

}  // namespace

Result<void> check(const Program& program) {
  return Checker(program).run();
}

}  // namespace lar::program
