// `lar gc`: removes what is provably ours, referred to by nothing and not in flight.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace lar::store {

struct GcOptions {
  bool remove = false;  // otherwise only says what would be removed
  // Younger blobs may have been uploaded for a create that is still to come.
  std::chrono::seconds blob_age_min = std::chrono::hours(1);
  // Unfinished downloads older than this go too; nullopt: all stay.
  std::optional<std::chrono::seconds> partial_age_min;
  // A store with blobs and not one manifest looks like a mount that is missing.
  bool allow_no_manifests = false;
};

struct GcItem {
  enum class Kind : uint8_t { kBlob, kPartial, kTemporary };
  Kind kind;
  std::string name;  // of the file
  uint64_t disk_bytes = 0;
};

struct GcReport {
  std::vector<GcItem> items;  // removed, or to be removed
  uint64_t disk_bytes = 0;    // of the items
  bool removed = false;
  std::vector<BadManifest> bad;  // not empty: no blob is an item, for these may refer to any
};

// Errors: data_corrupt (no manifests, see above), unavailable (the store is locked).
Result<GcReport> collect_garbage(const Store& store, const GcOptions& options);

// `lar du`: what takes how much room.
struct ModelUsage {
  ModelName name;
  uint64_t bytes = 0;         // of all its blobs
  uint64_t unique_bytes = 0;  // of those no other model uses: what `rm` would free
};
struct Usage {
  std::vector<ModelUsage> models;  // largest first
  uint64_t blob_bytes = 0;         // on disk, each blob once
  uint64_t unreferenced_bytes = 0;
  uint64_t partial_bytes = 0;
  uint64_t free_bytes = 0;  // on the file system
};
Result<Usage> usage(const Store& store);

}  // namespace lar::store
