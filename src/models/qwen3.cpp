// Qwen3: Qwen2 without the need for biases, with an RMS norm on each head of Q and K.
#include "models/architectures.h"
#include "models/blocks/decoder.h"

namespace lar::models {

Result<program::Program> build_qwen3(const gguf::File& file) {
  return build_decoder(file, {.rope_style = program::RopeStyle::kHalves, .qk_norm = QkNorm::kRms});
}

}  // namespace lar::models
