#include "engine/context_shift.h"

#include <algorithm>

namespace lar::engine {

ShiftRange shift_range(uint32_t tokens, uint32_t keep) {
  if (tokens < 2) return {};
  const uint32_t kept = std::min(keep, tokens > 4 ? tokens - 4 : 0);
  return {.begin = kept, .count = (tokens - kept) / 2};
}

}  // namespace lar::engine
