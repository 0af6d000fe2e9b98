#include "sampling/dry.h"

#include <algorithm>
#include <cmath>

namespace lar::sampling {

namespace {

// out[k] = how many tokens of `text` starting at k equal those at its start (the Z function;
// out[0] is not set).
void match_with_start(std::span<const int32_t> text, std::span<uint32_t> out) {
  // [begin, end) is the known match that reaches farthest.
  size_t begin = 0;
  size_t end = 0;
  for (size_t k = 1; k < text.size(); ++k) {
    size_t length = k < end ? std::min<size_t>(end - k, out[k - begin]) : 0;
    if (k + length >= end) {
      while (k + length < text.size() && text[length] == text[k + length]) ++length;
      begin = k;
      end = k + length;
    }
    out[k] = static_cast<uint32_t>(length);
  }
}

}  // namespace

bool dry_active(const Params& params) {
  return params.dry_multiplier > 0.0F && params.dry_base >= 1.0F && params.dry_penalty_last_n != 0;
}

void apply_dry(std::span<float> logits,
               const Params& params,
               std::span<const int32_t> recent,
               size_t since_breaker,
               Workspace& work) {
  const auto allowed = static_cast<size_t>(params.dry_allowed_length);
  const size_t longest = std::min(recent.size(), since_breaker);
  if (recent.size() <= allowed || longest < allowed) return;

  match_with_start(recent, work.match_lengths);
  work.touched.clear();
  for (size_t k = 1; k < recent.size(); ++k) {
    const size_t length = std::min<size_t>(work.match_lengths[k], longest);
    if (length < allowed) continue;
    // The text before recent[k - 1] repeats what stands at the end: that token would go on.
    const int32_t token = recent[k - 1];
    int32_t& best = work.per_token[static_cast<size_t>(token)];
    if (best == 0) work.touched.push_back(token);
    best = std::max(best, static_cast<int32_t>(length) + 1);
  }
  for (const int32_t token : work.touched) {
    int32_t& best = work.per_token[static_cast<size_t>(token)];
    const float exponent = static_cast<float>(static_cast<size_t>(best) - 1 - allowed);
    best = 0;
    if (std::binary_search(params.dry_breakers.begin(), params.dry_breakers.end(), token)) continue;
    // Bounded so that the logit stays finite: 1e30 forbids as well as infinity does.
    logits[static_cast<size_t>(token)] -=
        std::min(params.dry_multiplier * std::pow(params.dry_base, exponent), 1e30F);
  }
}

}  // namespace lar::sampling
