// Buffers that sampling needs and no sequence keeps: one for all the sequences of a thread, sized
// once, so that choosing a token allocates nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "sampling/candidates.h"

namespace lar::sampling {

struct TokenLogprob {
  int32_t token = 0;
  float logprob = 0.0F;
};

struct Workspace {
  // `context`: the longest window of tokens that a penalty may look at.
  Workspace(uint32_t vocab, uint32_t context);

  std::vector<Candidate> candidates;    // [vocab]
  std::vector<int32_t> per_token;       // [vocab], zero between uses
  std::vector<int32_t> touched;         // reserved [context]: the tokens whose per_token is set
  std::vector<int32_t> recent;          // [context]: newest token first
  std::vector<uint32_t> match_lengths;  // [context]
  std::vector<float> raw;               // [vocab]: the logits before any stage
  std::vector<TokenLogprob> top;        // reserved [kTopLogprobsMax]
};

}  // namespace lar::sampling
