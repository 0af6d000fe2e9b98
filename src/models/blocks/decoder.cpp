#include "models/blocks/decoder.h"

#include "models/blocks/rope.h"

namespace lar::models {

std::string layer_tensor(uint32_t layer, std::string_view name) {
  return "blk." + std::to_string(layer) + "." + std::string(name);
}

ValueId attention_block(Builder& builder,
                        const Config& config,
                        uint32_t layer,
                        ValueId in,
                        const AttentionBlock& block) {
  const uint32_t heads = config.heads[layer];
  const uint32_t kv_heads = config.kv_heads[layer];
  const uint32_t q_cols = heads * config.head_dim_k;
  const uint32_t k_cols = kv_heads * config.head_dim_k;
  const uint32_t v_cols = kv_heads * config.head_dim_v;
  const auto name = [&](std::string_view tensor) { return layer_tensor(layer, tensor); };

  ValueId q = program::kNone;
  ValueId k = program::kNone;
  ValueId v = program::kNone;
  if (builder.has(name("attn_qkv.weight"))) {
    q = builder.matmul_rows(in, name("attn_qkv"), 0, q_cols);
    k = builder.matmul_rows(in, name("attn_qkv"), q_cols, k_cols);
    v = builder.matmul_rows(in, name("attn_qkv"), q_cols + k_cols, v_cols);
  } else {
    q = builder.matmul(in, name("attn_q"), q_cols);
    k = builder.matmul(in, name("attn_k"), k_cols);
    v = builder.matmul(in, name("attn_v"), v_cols);
  }
  if (block.qk_norm == QkNorm::kRms) {
    q = builder.rms_norm(q, name("attn_q_norm"), block.norm_eps, config.head_dim_k);
    k = builder.rms_norm(k, name("attn_k_norm"), block.norm_eps, config.head_dim_k);
  }
  if (block.rope_table != program::kNone) {
    builder.rope(q, block.rope_style, config.head_dim_k, block.rope_table);
    builder.rope(k, block.rope_style, config.head_dim_k, block.rope_table);
  }
  const ValueId mixed = builder.attention(q, k, v,
                                          {.heads = heads,
                                           .kv_heads = kv_heads,
                                           .head_dim_k = config.head_dim_k,
                                           .head_dim_v = config.head_dim_v,
                                           .scale = config.attention_scale,
                                           .window = config.sliding_window,
                                           .causal = block.causal});
  return builder.matmul(mixed, name("attn_output"), config.width);
}

ValueId swiglu_block(
    Builder& builder, const Config& config, uint32_t layer, ValueId in, Builder::Scale scale) {
  const auto matmul = [&](ValueId x, std::string_view name, uint32_t cols) {
    return builder.matmul(x, layer_tensor(layer, name), cols, scale);
  };
  const ValueId gate = matmul(in, "ffn_gate", config.ffn[layer]);
  const ValueId up = matmul(in, "ffn_up", config.ffn[layer]);
  const ValueId glu = builder.glu(program::Activation::kSilu, gate, up);
  return matmul(glu, "ffn_down", config.width);
}

ValueId experts_block(Builder& builder, const Config& config, uint32_t layer, ValueId in) {
  const ValueId logits = builder.matmul(in, layer_tensor(layer, "ffn_gate_inp"), config.experts);
  const Builder::Routing routing =
      builder.route(logits, config.experts_used, true, config.expert_weights_scale);
  const auto experts = [&](ValueId x, std::string_view name, uint32_t cols) {
    return builder.expert_matmul(x, layer_tensor(layer, name), routing, cols);
  };
  const ValueId gate = experts(in, "ffn_gate_exps", config.ffn[layer]);
  const ValueId up = experts(in, "ffn_up_exps", config.ffn[layer]);
  const ValueId glu = builder.glu(program::Activation::kSilu, gate, up);
  const ValueId down = experts(glu, "ffn_down_exps", config.width);
  return builder.expert_sum(down, routing, config.width);
}

ValueId head(Builder& builder, const Config& config, ValueId hidden) {
  const bool tied = !builder.has("output.weight");
  return builder.matmul(hidden, tied ? "token_embd" : "output", config.vocab);
}

Result<program::Program> build_decoder(const gguf::File& file, const DecoderSpec& spec) {
  LAR_TRY(const Config config, read_config(file));
  const Keys keys(file, config.arch);
  LAR_TRY(const float eps, keys.positive("attention.layer_norm_rms_epsilon"));
  LAR_TRY(program::RopeTable table, read_rope_table(file, config));

  Builder builder(file);
  const AttentionBlock attention{.rope_style = spec.rope_style,
                                 .rope_table = builder.add_rope_table(std::move(table)),
                                 .qk_norm = spec.qk_norm,
                                 .norm_eps = eps,
                                 .causal = config.causal};
  ValueId x = builder.embed("token_embd.weight", config.width);
  for (uint32_t layer = 0; layer < config.layers; ++layer) {
    const auto norm = [&](std::string_view name) {
      return builder.rms_norm(x, layer_tensor(layer, name), eps, config.width);
    };
    x = builder.add(x, attention_block(builder, config, layer, norm("attn_norm"), attention));
    if (layer + 1 == config.layers) x = builder.select_outputs(x);
    const ValueId normed = norm("ffn_norm");
    x = builder.add(x, config.experts > 0
                           ? experts_block(builder, config, layer, normed)
                           : swiglu_block(builder, config, layer, normed, spec.ffn_scale));
  }
  const ValueId hidden = builder.rms_norm(x, "output_norm", eps, config.width);
  const ValueId logits = head(builder, config, hidden);
  return std::move(builder).finish(hidden, logits, config.context_train);
}

}  // namespace lar::models
