// Natural-log probabilities of the model itself: of the logits before any stage.
#pragma once

#include <span>

#include "sampling/workspace.h"

namespace lar::sampling {

// log(sum(exp(logits))); `max` is the largest of them.
float log_sum_exp(std::span<const float> logits, float max);

// The `count` most likely tokens, best first. The result lives in `work` until the next call.
std::span<const TokenLogprob> top_logprobs(std::span<const float> logits,
                                           float log_sum,
                                           int32_t count,
                                           Workspace& work);

}  // namespace lar::sampling
