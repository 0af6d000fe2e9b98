#include "backend/cpu/layout.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace lar::backend {

Layout plan_layout(const std::vector<Life>& lives, uint64_t alignment) {
  Layout layout;
  layout.offsets.resize(lives.size(), 0);
  std::vector<size_t> order(lives.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return std::pair(lives[i].first, i); });

  std::vector<size_t> placed;  // by rising offset
  for (const size_t i : order) {
    if (!lives[i].used) continue;
    const uint64_t bytes = (lives[i].bytes + alignment - 1) / alignment * alignment;
    uint64_t offset = 0;
    for (const size_t other : placed) {
      const bool overlap =
          lives[other].first <= lives[i].last && lives[i].first <= lives[other].last;
      if (!overlap) continue;
      const uint64_t other_end =
          layout.offsets[other] + (lives[other].bytes + alignment - 1) / alignment * alignment;
      if (offset + bytes <= layout.offsets[other]) break;
      offset = std::max(offset, other_end);
    }
    layout.offsets[i] = offset;
    layout.bytes = std::max(layout.bytes, offset + bytes);
    placed.insert(
        std::ranges::upper_bound(placed, offset, {}, [&](size_t p) { return layout.offsets[p]; }),
        i);
  }
  return layout;
}

}  // namespace lar::backend
