// BERT and what shares its form: MiniLM, BGE, E5, XLM-RoBERTa. Learned positions, a GELU
// feed-forward part.
#include "models/architectures.h"
#include "models/blocks/encoder.h"

namespace lar::models {

Result<program::Program> build_bert(const gguf::File& file) {
  return build_encoder(file, {});
}

}  // namespace lar::models
