// GPT-2: learned positions, layer norms with biases, one QKV matrix, a GELU feed-forward part.
#include "models/architectures.h"
#include "models/blocks/decoder.h"

namespace lar::models {

Result<program::Program> build_gpt2(const gguf::File& file) {
  LAR_TRY(const Config config, read_config(file));
  const Keys keys(file, config.arch);
  LAR_TRY(const float eps, keys.positive("attention.layer_norm_epsilon"));

  // Scales of the feed-forward matrices are not part of this architecture.
  constexpr auto kNoScale = Builder::Scale::kIgnored;
  Builder builder(file);
  ValueId x = builder.position_embed(builder.embed("token_embd.weight", config.width),
                                     "position_embd.weight");
  for (uint32_t layer = 0; layer < config.layers; ++layer) {
    const auto name = [&](std::string_view tensor) { return layer_tensor(layer, tensor); };
    const ValueId normed = builder.layer_norm(x, name("attn_norm"), eps);
    x = builder.add(x, attention_block(builder, config, layer, normed, {}));
    if (layer + 1 == config.layers) x = builder.select_outputs(x);
    const ValueId up = builder.matmul(builder.layer_norm(x, name("ffn_norm"), eps), name("ffn_up"),
                                      config.ffn[layer], kNoScale);
    const ValueId gelu = builder.activate(program::Activation::kGelu, up);
    x = builder.add(x, builder.matmul(gelu, name("ffn_down"), config.width, kNoScale));
  }
  const ValueId hidden = builder.layer_norm(x, "output_norm", eps);
  return std::move(builder).finish(hidden, head(builder, config, hidden), config.context_train);
}

}  // namespace lar::models
