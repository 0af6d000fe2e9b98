// Pairs of neighbours waiting to be merged, the best first. The ranks of a sound vocabulary only
// rise while a word is merged, which a radix heap serves in constant time each; a pair that comes
// out of order waits in a small ordinary heap, so that any vocabulary is merged correctly.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace lar::tokenizer {

class MergeQueue {
 public:
  void push(uint64_t key);
  // The smallest key; false where the queue is empty, which then is as new.
  bool pop(uint64_t& key);

 private:
  static constexpr size_t kBuckets = 65;

  // Bucket b holds keys whose highest bit that differs from last_ is b - 1.
  std::array<std::vector<uint64_t>, kBuckets> buckets_;
  std::vector<uint64_t> moving_;
  uint64_t last_ = 0;
  size_t size_ = 0;
  std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> early_;  // below last_
};

}  // namespace lar::tokenizer
