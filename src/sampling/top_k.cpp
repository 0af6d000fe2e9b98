#include "sampling/top_k.h"

#include <algorithm>
#include <limits>

namespace lar::sampling {

namespace {
constexpr float kForbidden = -std::numeric_limits<float>::infinity();
constexpr size_t kLanes = 32;
}  // namespace

Candidates select_candidates(std::span<const float> logits, int32_t k, Workspace& work) {
  const std::span<Candidate> storage = work.candidates;
  const size_t wanted = k <= 0 ? logits.size() : std::min(static_cast<size_t>(k), logits.size());
  // Room to collect before the k best are sorted out again: the larger, the rarer.
  const size_t room = std::min(storage.size(), std::max<size_t>(wanted * 4, wanted + 1024));

  // Whatever is not above the k-th best seen so far cannot be chosen any more (an equal logit at a
  // higher id loses). After the first few thousand tokens nearly every group is passed over whole.
  float bound = kForbidden;
  size_t count = 0;
  const auto add = [&](size_t index) {
    if (!(logits[index] > bound)) return;
    if (count == room) {
      std::nth_element(storage.begin(), storage.begin() + static_cast<std::ptrdiff_t>(wanted) - 1,
                       storage.begin() + static_cast<std::ptrdiff_t>(count), precedes);
      count = wanted;
      bound = storage[wanted - 1].logit;
      if (!(logits[index] > bound)) return;
    }
    storage[count++] = {.logit = logits[index], .token = static_cast<int32_t>(index)};
  };
  const size_t whole = logits.size() - logits.size() % kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    uint32_t above = 0;
    for (size_t lane = 0; lane < kLanes; ++lane) above |= logits[i + lane] > bound ? 1U : 0U;
    if (above == 0) continue;
    for (size_t lane = 0; lane < kLanes; ++lane) add(i + lane);
  }
  for (size_t i = whole; i < logits.size(); ++i) add(i);

  Candidates result{.items = storage.first(count)};
  if (wanted < logits.size() && count > 0) keep_best(result, wanted);
  return result;
}

}  // namespace lar::sampling
