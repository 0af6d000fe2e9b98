// A bidirectional encoder of post-norm layers, as BERT has it: x = norm(x + attention(x));
// x = norm(x + ffn(x)). It ends in hidden states: what they are pooled to is not its concern.
#pragma once

#include "models/builder.h"
#include "models/config.h"

namespace lar::models {

enum class Positions : uint8_t { kTable, kRotary };
enum class FeedForward : uint8_t {
  kGelu,    // down(gelu(up(x)))
  kSwiglu,  // down(silu(gate(x)) * up(x))
};

struct EncoderSpec {
  Positions positions = Positions::kTable;
  FeedForward feed_forward = FeedForward::kGelu;
};

// Layers whose file has a router for them (ffn_gate_inp) have experts of the kGelu form.
Result<program::Program> build_encoder(const gguf::File& file, const EncoderSpec& spec);

}  // namespace lar::models
