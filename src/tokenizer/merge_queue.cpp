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
  if (size_ == 0) {
    last_ = 0;
    return false;
  }
  if (buckets_[0].empty()) {
    size_t first = 1;
    while (buckets_[first].empty()) ++first;
    moving_.swap(buckets_[first]);
    last_ = *std::ranges::min_element(moving_);
    for (const uint64_t each : moving_) {
      buckets_[static_cast<size_t>(std::bit_width(each ^ last_))].push_back(each);
    }
    moving_.clear();
  }
  key = last_;
  buckets_[0].pop_back();
  --size_;
  return true;
}

}  // namespace lar::tokenizer
