// A model as data: a list of typed ops over activations with a symbolic number of rows. Built once
// at load by models/, rewritten by passes, compiled by a backend. Nothing here computes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tensor/view.h"

namespace lar::program {

// Rows of an activation, known only when a step runs.
enum class Rows : uint8_t {
  kTokens,   // one a token of the step
  kOutputs,  // one a token whose logits (or hidden state) are wanted
};

using ValueId = int32_t;   // index into Program::values
using WeightId = int32_t;  // index into Program::weights
inline constexpr int32_t kNone = -1;

// An activation: float32 [rows, cols] (int32 where `is_index`).
struct Value {
  std::string name;
  Rows rows = Rows::kTokens;
  uint32_t cols = 0;
  bool is_index = false;
};

// out[t] = scale * table[token of t]
struct Embed {
  WeightId table = kNone;  // [vocab, cols]
  ValueId out = kNone;
  float scale = 1.0F;
};

// out[t] = in[t] + table[position of t] (learned absolute positions)
struct PositionEmbed {
  WeightId table = kNone;  // [positions, cols]
  ValueId in = kNone;
  ValueId out = kNone;
};

// out[t] = in[t] + table[type of t]: 1 for the second text of a pair, else 0 (BERT's segments). A
// table of one row has but one type.
struct TypeEmbed {
  WeightId table = kNone;  // [types, cols]
  ValueId in = kNone;
  ValueId out = kNone;
};

enum class NormKind : uint8_t { kRms, kLayer };

// Normalizes each group of `group` columns by itself (group = cols, or head_dim for QK norm).
struct Norm {
  NormKind kind = NormKind::kRms;
  ValueId in = kNone;
  ValueId out = kNone;
  WeightId weight = kNone;  // [group], may be kNone
  WeightId bias = kNone;    // [group], may be kNone
  uint32_t group = 0;
  float eps = 0.0F;
};

// out[t] = scale * (weight * in[t]) + bias, or scale * (weight * in[t] + bias)
struct MatMul {
  ValueId in = kNone;
  WeightId weight = kNone;  // [out cols, in cols]
  WeightId bias = kNone;    // [out cols], may be kNone
  ValueId out = kNone;
  float scale = 1.0F;
  bool scales_bias = false;
};

enum class RopeStyle : uint8_t {
  kInterleaved,  // pairs (2i, 2i + 1)
  kHalves,       // pairs (i, i + dims / 2)
};

// The rotary embedding (RoFormer) with its published extensions, fixed at load. For pair i at
// position p, in float and in this order: theta_0 = p, theta_(i+1) = theta_i * step;
// plain = theta_i / factors[i]; angle = plain * linear * (1 - keep[i]) + plain * keep[i].
// The order matters: files exist whose factors make angles so large that rounding shows.
struct RopeTable {
  uint32_t dims = 0;           // rotated elements of a head, 2 a pair
  float step = 1.0F;           // base ^ (-2 / dims)
  float linear = 1.0F;         // 1 / the factor by which the context was stretched
  float magnitude = 1.0F;      // on cos and sin
  std::vector<float> factors;  // [dims / 2], or empty for ones (Llama 3)
  std::vector<float> keep;     // [dims / 2], or empty for zeros (YaRN: 1 keeps a pair unstretched)
};

// Rotates the first `dims` elements of each head, in place.
struct Rope {
  ValueId value = kNone;
  RopeStyle style = RopeStyle::kInterleaved;
  uint32_t head_dim = 0;
  int32_t table = kNone;  // index into Program::rope_tables
};

// Writes k and v of the step's tokens to the cache of `layer`, then attends. Causal: each token
// sees the earlier positions and its own. Else all of the sequence, which must then be whole in
// the step; as nothing of it is read later, layers may share a cache.
struct Attention {
  ValueId q = kNone;    // [tokens, heads * head_dim_k]
  ValueId k = kNone;    // [tokens, kv_heads * head_dim_k]
  ValueId v = kNone;    // [tokens, kv_heads * head_dim_v]
  ValueId out = kNone;  // [tokens, heads * head_dim_v]
  uint32_t layer = 0;
  uint32_t heads = 0;
  float scale = 1.0F;
  float softcap = 0.0F;
  uint32_t window = 0;  // 0: all earlier positions
  bool causal = true;
};

enum class Activation : uint8_t { kSilu, kGelu, kTanh };

// out = act(gate) * up
struct Glu {
  Activation activation = Activation::kSilu;
  ValueId gate = kNone;
  ValueId up = kNone;
  ValueId out = kNone;
};

// out = act(in)
struct Activate {
  Activation activation = Activation::kGelu;
  ValueId in = kNone;
  ValueId out = kNone;
};

// out = a + b
struct Add {
  ValueId a = kNone;
  ValueId b = kNone;
  ValueId out = kNone;
};

// out = the rows of `in` that the step wants as outputs ([tokens, n] -> [outputs, n])
struct SelectOutputs {
  ValueId in = kNone;
  ValueId out = kNone;
};

// Mixture of experts: the `used` best experts of each token and their weights.
struct Route {
  ValueId logits = kNone;   // [tokens, experts]; softmax over all of them
  ValueId ids = kNone;      // int32 [tokens, used], best first
  ValueId weights = kNone;  // [tokens, used]
  uint32_t used = 0;
  bool normalize = true;  // weights are divided by their sum
  float scale = 1.0F;     // then multiplied by it
};

// out[t, e] = weight[ids[t, e]] * in[t, e], e in [0, used). `in` has `used` parts of the expert's
// input width side by side, or one part that all the experts of a token share.
struct ExpertMatMul {
  ValueId in = kNone;       // [tokens, cols] or [tokens, used * cols]
  WeightId weight = kNone;  // [experts, out cols, in cols]
  WeightId scales = kNone;  // [experts] factors on the result, may be kNone
  ValueId ids = kNone;
  ValueId out = kNone;  // [tokens, used * out cols]
  uint32_t used = 0;
};

// out[t] = sum over e of weights[t, e] * in[t, e]
struct ExpertSum {
  ValueId in = kNone;       // [tokens, used * cols]
  ValueId weights = kNone;  // [tokens, used]
  ValueId out = kNone;      // [tokens, cols]
  uint32_t used = 0;
};

using Op = std::variant<Embed,
                        PositionEmbed,
                        TypeEmbed,
                        Norm,
                        MatMul,
                        Rope,
                        Attention,
                        Glu,
                        Activate,
                        Add,
                        SelectOutputs,
                        Route,
                        ExpertMatMul,
                        ExpertSum>;

// What one layer keeps for each position.
struct KvLayer {
  uint32_t kv_heads = 0;
  uint32_t head_dim_k = 0;
  uint32_t head_dim_v = 0;

  bool operator==(const KvLayer&) const = default;
};

struct Program {
  std::vector<Value> values;
  std::vector<TensorView> weights;  // borrowed: the file outlives the program
  std::vector<RopeTable> rope_tables;
  std::vector<KvLayer> kv_layers;
  std::vector<Op> ops;     // in order of execution
  ValueId logits = kNone;  // [outputs, vocab], or [outputs, labels]; kNone without a head
  ValueId hidden = kNone;  // [outputs, width]: the normed state that the head reads
  uint32_t vocab = 0;
  uint32_t labels = 0;         // above 0: the head is a classifier and scores that many labels
  uint32_t context_train = 0;  // positions the model was trained for
};

// The values that op reads and writes (Rope does both to the same), for passes and checks.
std::vector<ValueId> op_inputs(const Op& op);
std::vector<ValueId> op_outputs(const Op& op);

// Whether a sequence must be whole in one step, as its tokens see each other both ways.
bool is_bidirectional(const Program& program);

// Whether it gives the next token of a text: logits over the vocabulary, from the past alone.
bool is_generative(const Program& program);

// Takes the head away where it is the last op (vectors are wanted, not logits), and the tensors
// that only it read.
void drop_head(Program& program);

// "matmul", "attention", ...
std::string_view op_name(const Op& op);

}  // namespace lar::program
