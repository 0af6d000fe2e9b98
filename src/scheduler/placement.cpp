#include "scheduler/placement.h"

#include <algorithm>

#include "base/humanize.h"

namespace lar::scheduler {
namespace {

double weight(const Candidate& candidate) {
  const double seconds = std::chrono::duration<double>(candidate.idle).count();
  return (1.0 + seconds) * static_cast<double>(candidate.bytes);
}

int rank(const Candidate& candidate) {
  if (candidate.draining) return 0;
  if (candidate.busy) return 3;
  return candidate.pinned ? 2 : 1;
}

}  // namespace

Size widened(uint32_t context, uint32_t parallel, uint32_t context_max) {
  const uint64_t pool = uint64_t{context} * parallel;
  const auto longest =
      static_cast<uint32_t>(std::min<uint64_t>(std::max(context, context_max), pool));
  return {.context = longest, .parallel = static_cast<uint32_t>((pool + longest - 1) / longest)};
}

std::optional<Size> choose_size(const Footprint& footprint, const SizeRequest& request) {
  const uint32_t context = request.need.context;
  const uint64_t one = footprint.bytes({.context = context, .parallel = 1}).total;
  const uint32_t wanted = request.parallel > 0 ? request.parallel : kParallelMax;
  for (uint32_t parallel = wanted; parallel > 1; parallel /= 2) {
    const Size size = widened(context, parallel, footprint.context_max);
    const uint64_t bytes = footprint.bytes(size).total;
    if (bytes > request.free_bytes) continue;
    const uint64_t extra = bytes - std::min(one, bytes);
    if (request.parallel > 0 || extra <= request.budget_bytes / kExtraShare) return size;
  }
  if (one > request.free_bytes) return std::nullopt;
  return Size{.context = context, .parallel = 1};
}

Result<Size> least_size(const Footprint& footprint, const Need& need, uint64_t budget_bytes) {
  Size size{.context = need.context, .parallel = 1};
  while (footprint.bytes(size).private_part > budget_bytes) {
    if (!need.automatic_context || size.context / 2 < kContextMin) {
      return fail(Code::kResourceExhausted, "model requires more system memory (" +
                                                human_bytes(footprint.bytes(size).private_part) +
                                                ") than is available (" +
                                                human_bytes(budget_bytes) + ")");
    }
    size.context /= 2;
  }
  return size;
}

std::vector<RunnerId> choose_victims(std::vector<Candidate> candidates,
                                     uint64_t bytes,
                                     uint32_t runners) {
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    if (weight(a) != weight(b)) return weight(a) > weight(b);
    return a.runner < b.runner;
  });
  std::vector<Candidate> chosen;
  uint64_t freed = 0;
  for (const Candidate& candidate : candidates) {
    if (freed >= bytes && chosen.size() >= runners) break;
    chosen.push_back(candidate);
    freed += candidate.bytes;
  }
  if (freed < bytes || chosen.size() < runners) return {};
  // A large one chosen last may make earlier small ones unnecessary; the busiest are spared first.
  for (auto it = chosen.end(); it != chosen.begin();) {
    --it;
    if (freed - it->bytes < bytes || chosen.size() <= runners) continue;
    freed -= it->bytes;
    it = chosen.erase(it);
  }
  std::vector<RunnerId> ids;
  for (const Candidate& candidate : chosen) ids.push_back(candidate.runner);
  return ids;
}

}  // namespace lar::scheduler
