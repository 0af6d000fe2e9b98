#include "models/blocks/encoder.h"

#include "models/blocks/decoder.h"
#include "models/blocks/rope.h"

namespace lar::models {
namespace {

ValueId gelu_block(Builder& builder, const Config& config, uint32_t layer, ValueId in) {
  const ValueId up = builder.matmul(in, layer_tensor(layer, "ffn_up"), config.ffn[layer]);
  const ValueId bent = builder.activate(program::Activation::kGelu, up);
  return builder.matmul(bent, layer_tensor(layer, "ffn_down"), config.width);
}

// The weights of the chosen experts are their softmax over all: they do not add up to one.
ValueId gelu_experts_block(Builder& builder, const Config& config, uint32_t layer, ValueId in) {
  const auto name = [&](std::string_view tensor) { return layer_tensor(layer, tensor); };
  const ValueId logits = builder.matmul(in, name("ffn_gate_inp"), config.experts);
  const Builder::Routing routing =
      builder.route(logits, config.experts_used, false, config.expert_weights_scale);
  const ValueId up = builder.expert_matmul(in, name("ffn_up_exps"), routing, config.ffn[layer]);
  const ValueId bent = builder.activate(program::Activation::kGelu, up);
  const ValueId down = builder.expert_matmul(bent, name("ffn_down_exps"), routing, config.width);
  return builder.expert_sum(down, routing, config.width);
}

ValueId feed_forward(
    Builder& builder, const Config& config, uint32_t layer, ValueId in, FeedForward form) {
  if (config.experts > 0 && builder.has(layer_tensor(layer, "ffn_gate_inp.weight"))) {
    return gelu_experts_block(builder, config, layer, in);
  }
  return form == FeedForward::kGelu
             ? gelu_block(builder, config, layer, in)
             : swiglu_block(builder, config, layer, in, Builder::Scale::kBeforeBias);
}

}  // namespace

Result<program::Program> build_encoder(const gguf::File& file, const EncoderSpec& spec) {
  LAR_TRY(const Config config, read_config(file));
  LAR_TRY(const float eps, Keys(file, config.arch).positive("attention.layer_norm_epsilon"));

  Builder builder(file);
  AttentionBlock attention{.rope_style = program::RopeStyle::kHalves, .causal = false};
  ValueId x = builder.embed("token_embd.weight", config.width);
  if (builder.has("token_types.weight")) x = builder.type_embed(x, "token_types.weight");
  if (spec.positions == Positions::kTable) {
    x = builder.position_embed(x, "position_embd.weight");
  } else {
    LAR_TRY(program::RopeTable table, read_rope_table(file, config));
    attention.rope_table = builder.add_rope_table(std::move(table));
  }
  x = builder.layer_norm(x, "token_embd_norm", eps);
  for (uint32_t layer = 0; layer < config.layers; ++layer) {
    x = builder.add(x, attention_block(builder, config, layer, x, attention));
    if (layer + 1 == config.layers) x = builder.select_outputs(x);
    x = builder.layer_norm(x, layer_tensor(layer, "attn_output_norm"), eps);
    x = builder.add(x, feed_forward(builder, config, layer, x, spec.feed_forward));
    x = builder.layer_norm(x, layer_tensor(layer, "layer_output_norm"), eps);
  }
  return std::move(builder).finish(x, program::kNone, config.context_train);
}

}  // namespace lar::models
