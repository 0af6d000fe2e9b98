// The files in blobs/ whose names are digests. Everything else there is not ours.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "store/digest.h"
#include "store/layout.h"

namespace lar::store {

struct NamedBlobFile {
  Digest digest;
  std::filesystem::path path;
  uint64_t bytes = 0;
  uint64_t disk_bytes = 0;
  int64_t modified_ns = 0;
};

// Regular files only (a link is somebody's arrangement), by name. Older versions' names count.
Result<std::vector<NamedBlobFile>> blob_files(const Layout& layout);

}  // namespace lar::store
