// Qwen2 and Qwen2.5: the Llama form with biases on Q, K and V and rotary positions on halves.
#include "models/architectures.h"
#include "models/blocks/decoder.h"

namespace lar::models {

Result<program::Program> build_qwen2(const gguf::File& file) {
  return build_decoder(file, {.rope_style = program::RopeStyle::kHalves});
}

}  // namespace lar::models
