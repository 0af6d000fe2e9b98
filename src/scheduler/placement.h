// The decisions about memory, as pure functions: how large a model is loaded, and who makes room.
#pragma once

#include <optional>
#include <vector>

#include "scheduler/types.h"

namespace lar::scheduler {

// Contexts that a model gets by itself, at most.
inline constexpr uint32_t kParallelMax = 8;
// The part of all memory that contexts beyond the first may take, as 1 / n.
inline constexpr uint64_t kExtraShare = 8;
// A smaller context is not worth loading a model for.
inline constexpr uint32_t kContextMin = 512;

// A cache of context * parallel tokens, of which one request may have as much as a model can that
// was trained for `context_max`.
Size widened(uint32_t context, uint32_t parallel, uint32_t context_max);

struct SizeRequest {
  Need need;
  uint32_t parallel = 0;      // asked for; 0: as many as are reasonable
  uint64_t free_bytes = 0;    // may be taken now
  uint64_t budget_bytes = 0;  // of all models together
};

// The largest size that fits the free memory; nullopt where not even one context does.
std::optional<Size> choose_size(const Footprint& footprint, const SizeRequest& request);

// The size that a model has at least. With an automatic context that does not fit `budget_bytes`
// even alone: a smaller one that does. Errors: resource_exhausted, with both numbers.
Result<Size> least_size(const Footprint& footprint, const Need& need, uint64_t budget_bytes);

// A runner that could make room.
struct Candidate {
  RunnerId runner = 0;
  uint64_t bytes = 0;
  Duration idle{0};  // since its last request; 0 while it works
  bool busy = false;
  bool pinned = false;    // kept for ever, as far as possible
  bool draining = false;  // already makes room
};

// Whose leaving frees `bytes` and `runners`: those already draining, then idle ones with the most
// bytes for the longest time, pinned ones after them, and busy ones last; none that is not needed.
// Empty where even all of them do not suffice.
std::vector<RunnerId> choose_victims(std::vector<Candidate> candidates,
                                     uint64_t bytes,
                                     uint32_t runners);

}  // namespace lar::scheduler
