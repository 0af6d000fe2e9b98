// nomic-embed-text: BERT with rotary positions and SwiGLU; its second version has GELU and, in
// every other layer, experts.
#include "models/architectures.h"
#include "models/blocks/encoder.h"

namespace lar::models {

Result<program::Program> build_nomic_bert(const gguf::File& file) {
  return build_encoder(file,
                       {.positions = Positions::kRotary, .feed_forward = FeedForward::kSwiglu});
}

Result<program::Program> build_nomic_bert_moe(const gguf::File& file) {
  return build_encoder(file, {.positions = Positions::kRotary, .feed_forward = FeedForward::kGelu});
}

}  // namespace lar::models
