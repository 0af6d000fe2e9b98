// Whether a blob is what its name says. Hashing tens of gigabytes on each load would be too slow,
// so a check that went well leaves a stamp: size, inode, and the times of last change. Any write,
// truncation, rename or change of mode moves the inode's change time, which no program can set
// back, and so makes the stamp void.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>

#include "base/result.h"
#include "store/digest.h"
#include "store/file.h"
#include "store/layout.h"

namespace lar::store {

inline constexpr uint64_t kStampedBytesMin = 1U << 20U;

// The file of a blob: as named now, or as older versions named it (sha256:<hex>, upper case).
// Error: not_found, "blob sha256:...: ...".
struct BlobFile {
  std::filesystem::path path;
  uint64_t bytes = 0;
  int64_t modified_ns = 0;
};
Result<BlobFile> find_blob(const Layout& layout, const Digest& digest);

// Told how many bytes more have been hashed.
using HashProgress = std::function<void(uint64_t bytes)>;

// Reads the blob and compares. Errors: not_found, data_corrupt ("blob sha256:... is damaged: ..."),
// cancelled, unavailable. Leaves a stamp, or removes it.
Result<void> check_blob(const Layout& layout,
                        const Digest& digest,
                        std::optional<uint64_t> expected_bytes,
                        const HashProgress& progress = {},
                        std::stop_token stop = {});

// Opens a blob for use: with a valid stamp at once, otherwise after check_blob.
Result<Fd> open_verified(const Layout& layout, const Digest& digest);

// For the one who just wrote the blob: stamps the open file. Without a stamp (a store that cannot
// be written to) the next use only takes longer, so this cannot fail.
void mark_verified(const Layout& layout, const Digest& digest, const Fd& fd);

// Whether the file carries a valid stamp.
bool is_verified(const Layout& layout, const Digest& digest, const Fd& fd);

}  // namespace lar::store
