// Where each activation lies: values whose lives do not overlap share bytes. Pure arithmetic over
// the order in which ops read and write.
#pragma once

#include <cstdint>
#include <vector>

namespace lar::backend {

struct Life {
  uint64_t bytes = 0;
  uint32_t first = 0;  // index of the op that writes it first
  uint32_t last = 0;   // index of the last op that reads or writes it
  bool used = false;   // unused values take no bytes
};

struct Layout {
  std::vector<uint64_t> offsets;  // by value
  uint64_t bytes = 0;             // of the whole area
};

// First fit in the order of birth; offsets are multiples of `alignment`.
Layout plan_layout(const std::vector<Life>& lives, uint64_t alignment);

}  // namespace lar::backend
