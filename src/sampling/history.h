// The last tokens of a sequence, as many as its penalties look at; the oldest is overwritten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lar::sampling {

class History {
 public:
  explicit History(size_t capacity) : ring_(capacity) {}

  void push(int32_t token);
  size_t size() const { return size_; }

  // Writes the last min(out.size(), size()) tokens, newest first, and returns how many.
  size_t copy_recent(std::span<int32_t> out) const;

 private:
  std::vector<int32_t> ring_;
  size_t next_ = 0;
  size_t size_ = 0;
};

}  // namespace lar::sampling
