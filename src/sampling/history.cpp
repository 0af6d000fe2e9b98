#include "sampling/history.h"

#include <algorithm>

namespace lar::sampling {

void History::push(int32_t token) {
  if (ring_.empty()) return;
  ring_[next_] = token;
  next_ = next_ + 1 == ring_.size() ? 0 : next_ + 1;
  size_ = std::min(size_ + 1, ring_.size());
}

size_t History::copy_recent(std::span<int32_t> out) const {
  const size_t count = std::min(out.size(), size_);
  size_t from = next_;
  for (size_t i = 0; i < count; ++i) {
    from = from == 0 ? ring_.size() - 1 : from - 1;
    out[i] = ring_[from];
  }
  return count;
}

}  // namespace lar::sampling
