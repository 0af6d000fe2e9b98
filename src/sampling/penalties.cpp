#include "sampling/penalties.h"

namespace lar::sampling {

bool penalties_active(const Params& params) {
  return params.repeat_last_n != 0 &&
         (params.repeat_penalty != 1.0F || params.presence_penalty != 0.0F ||
          params.frequency_penalty != 0.0F);
}

void apply_penalties(std::span<float> logits,
                     const Params& params,
                     std::span<const int32_t> recent,
                     Workspace& work) {
  work.touched.clear();
  for (const int32_t token : recent) {
    if (work.per_token[static_cast<size_t>(token)]++ == 0) work.touched.push_back(token);
  }
  for (const int32_t token : work.touched) {
    int32_t& count = work.per_token[static_cast<size_t>(token)];
    float& logit = logits[static_cast<size_t>(token)];
    logit = logit > 0.0F ? logit / params.repeat_penalty : logit * params.repeat_penalty;
    logit -= params.presence_penalty + params.frequency_penalty * static_cast<float>(count);
    count = 0;
  }
}

}  // namespace lar::sampling
