// Qwen2 and Qwen2.5: the Llama form with biases on Q, K and V and rotary positions on halves.
// Scales of the feed-forward matrices are not part of this architecture; llama.cpp does not apply
// them either.
#include "models/architectures.h"
#include "models/blocks/decoder.h"

namespace lar::models {

Result<program::Program> build_qwen2(const gguf::File& file) {
  return build_decoder(
      file, {.rope_style = program::RopeStyle::kHalves, .ffn_scale = Builder::Scale::kIgnored});
}

}  // namespace lar::models
