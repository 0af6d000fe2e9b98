#include "sampling/logit_bias.h"

namespace lar::sampling {

void apply_logit_bias(std::span<float> logits, std::span<const LogitBias> bias) {
  for (const LogitBias& entry : bias) logits[static_cast<size_t>(entry.token)] += entry.bias;
}

}  // namespace lar::sampling
