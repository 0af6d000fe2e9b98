// What a caller asks of the engine, in token ids, and the check that comes before anything is kept.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "sampling/params.h"
#include "sampling/token_mask.h"

namespace lar::engine {

using SequenceId = uint64_t;  // rising in order of submission; 0 is never used

// Outputs of the prompt's own positions, for perplexity and embeddings. Asking for them computes
// every position: nothing is taken from the prefix cache.
enum class PromptRows : uint8_t { kNone, kLogits, kHidden };

struct Request {
  std::vector<int32_t> prompt;
  sampling::Params params;                    // with logit_bias and top_logprobs
  std::unique_ptr<sampling::TokenMask> mask;  // may be null
  std::vector<int32_t> eog_tokens;            // any of them ends the text
  bool ignore_eos = false;                    // the eog tokens are never chosen
  int32_t max_tokens = -1;                    // 0: only the prompt; negative: as many as may be
  bool shift = false;    // a full context loses half of its unkept tokens instead of ending
  int32_t num_keep = 4;  // first tokens that a shift keeps; negative: the whole prompt
  uint32_t context = 0;  // tokens this sequence may have; 0, or more than the engine's: its
  bool use_prefix_cache = true;
  PromptRows prompt_rows = PromptRows::kNone;
};

// No request generates more than this many contexts, so that every one ends.
inline constexpr uint32_t kGeneratedContextsMax = 10;

// Errors: invalid_argument with the reason (a prompt that is empty, has foreign tokens or cannot
// fit in the context). Sampling options are checked by the sampler.
Result<void> validate(const Request& request, uint32_t context, uint32_t vocab);

// Tokens the request may generate at most.
uint32_t generation_limit(const Request& request, uint32_t context);

}  // namespace lar::engine
