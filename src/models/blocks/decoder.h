// The pieces that decoder models of the Llama family share: attention with rotary positions and
// grouped KV heads, the gated feed-forward part, and its mixture of experts.
#pragma once

#include <string>

#include "models/builder.h"
#include "models/config.h"

namespace lar::models {

enum class QkNorm : uint8_t { kNone, kRms };

struct AttentionBlock {
  program::RopeStyle rope_style = program::RopeStyle::kInterleaved;
  int32_t rope_table = program::kNone;
  QkNorm qk_norm = QkNorm::kNone;
  float norm_eps = 0.0F;
  bool causal = true;
};

// "blk.<layer>.<name>"
std::string layer_tensor(uint32_t layer, std::string_view name);

// attn_q, attn_k, attn_v (or one attn_qkv), the optional head norms, RoPE, attention, attn_output.
ValueId attention_block(Builder& builder,
                        const Config& config,
                        uint32_t layer,
                        ValueId in,
                        const AttentionBlock& block);

// down(silu(gate(x)) * up(x)); biases come before the optional scales.
ValueId swiglu_block(
    Builder& builder, const Config& config, uint32_t layer, ValueId in, Builder::Scale scale);

// The same for the best experts of each token (softmax over all, then normalized).
ValueId experts_block(Builder& builder, const Config& config, uint32_t layer, ValueId in);

// output.weight, or the embeddings again where the file ties them.
ValueId head(Builder& builder, const Config& config, ValueId hidden);

// A decoder of pre-norm layers: x += attention(norm(x)); x += ffn(norm(x)).
struct DecoderSpec {
  program::RopeStyle rope_style = program::RopeStyle::kInterleaved;
  QkNorm qk_norm = QkNorm::kNone;
  Builder::Scale ffn_scale = Builder::Scale::kAfterBias;
};
Result<program::Program> build_decoder(const gguf::File& file, const DecoderSpec& spec);

}  // namespace lar::models
