// Llama 1 to 3.3 and what shares its form: Mistral, Mixtral, SmolLM, TinyLlama. RMS norms, rotary
// positions on neighbouring pairs, grouped KV heads, SwiGLU (or experts of it).
#include "models/architectures.h"
#include "models/blocks/decoder.h"

namespace lar::models {

Result<program::Program> build_llama(const gguf::File& file) {
  return build_decoder(file, {.rope_style = program::RopeStyle::kInterleaved});
}

}  // namespace lar::models
