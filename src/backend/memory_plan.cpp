#include "backend/backend.h"

namespace lar::backend {

uint64_t MemoryPlan::total_bytes() const {
  uint64_t bytes = 0;
  for (const MemoryItem& item : items) bytes += item.bytes;
  return bytes;
}

uint64_t MemoryPlan::private_bytes() const {
  uint64_t bytes = 0;
  for (const MemoryItem& item : items) bytes += item.mapped ? 0 : item.bytes;
  return bytes;
}

}  // namespace lar::backend
