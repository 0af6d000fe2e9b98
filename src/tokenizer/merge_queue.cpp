#include "tokenizer/merge_queue.h"

#include <utility>

#include <algorithm>
#include <bit>

namespace lar::tokenizer {

void MergeQueue::push(uint64_t key) {
  if (key < last_) {
    early_.push(key);
    return;
  }
  buckets_[static_cast<size_t>(std::bit_width(key ^ last_))].push_back(key);
  ++size_;
}

bool MergeQueue::pop(uint64_t& key) {
  if (!early_.empty()) {
    key = early_.top();
    early_.pop();
    return true;
  }
  if (size_ == 0) return false;
  if (buckets_[0].empty()) {
    size_t first = 1;
    while (buckets_[first].empty()) ++first;
    // Taken out whole, so that the memory of emptied buckets is given back.
    const std::vector<uint64_t> keys = std::exchange(buckets_[first], {});
    last_ = *std::ranges::min_element(keys);
    for (const uint64_t each : keys) {
      buckets_[static_cast<size_t>(std::bit_width(each ^ last_))].push_back(each);
    }
  }
  key = last_;
  buckets_[0].pop_back();
  --size_;
  return true;
}

}  // namespace lar::tokenizer
