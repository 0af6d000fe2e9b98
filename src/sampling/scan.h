// Passes over a whole row of logits, written so that a compiler turns them into vector code.
#pragma once

#include <cstdint>
#include <span>

namespace lar::sampling {

struct RowScan {
  float max = 0.0F;      // -infinity for an empty row
  bool invalid = false;  // a NaN or +infinity is among them; -infinity is a forbidden token
};

RowScan scan_row(std::span<const float> logits);

// The first index whose value is `value`, or -1.
int32_t find_first(std::span<const float> logits, float value);

}  // namespace lar::sampling
