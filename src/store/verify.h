// `lar verify`: every blob of the store read and compared with its name.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace lar::store {

enum class Damage : uint8_t {
  kMissing,     // a manifest names it and it is not there
  kSize,        // not as long as a manifest says
  kContent,     // its bytes have another digest
  kUnreadable,  // the system does not let it be read
};

std::string_view damage_name(Damage damage);  // "missing", "size", ...

struct DamagedBlob {
  Digest digest;
  Damage damage;
  std::string detail;
  std::vector<ModelName> models;  // that use it; none for a blob nobody refers to
};

struct VerifyReport {
  std::vector<DamagedBlob> damaged;
  std::vector<BadManifest> bad_manifests;
  size_t blobs = 0;  // checked
  uint64_t bytes = 0;

  bool clean() const { return damaged.empty() && bad_manifests.empty(); }
};

struct VerifyOptions {
  int threads = 1;
  std::stop_token stop;
  // Called from several threads with the bytes checked so far and in all.
  std::function<void(uint64_t done, uint64_t total)> progress;
};

// Errors: cancelled, and where the store itself cannot be read.
Result<VerifyReport> verify(const Store& store, const VerifyOptions& options);

}  // namespace lar::store
