// The store's two kinds of lock, both kept by the kernel (flock), so a killed process leaves none.
//
// The store lock is held for moments: shared to rely on a blob or to write a manifest, exclusive
// to remove blobs. A lease is held for the length of an operation (a pull, a create): what it has
// pinned is not removed, by this or any other process, before the lease ends. Reading needs
// neither.
#pragma once

#include <chrono>
#include <filesystem>
#include <set>

#include "base/result.h"
#include "store/digest.h"
#include "store/file.h"
#include "store/layout.h"

namespace lar::store {

inline constexpr std::chrono::seconds kLockPatience{30};

enum class LockMode : uint8_t { kShared, kExclusive };

class StoreLock {
 public:
  // Error: unavailable if another process keeps it for longer than `patience`.
  static Result<StoreLock> acquire(const Layout& layout,
                                   LockMode mode,
                                   std::chrono::milliseconds patience = kLockPatience);

 private:
  explicit StoreLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

// Not thread-safe; one a running operation.
class Lease {
 public:
  static Result<Lease> create(const Layout& layout);
  ~Lease();
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) noexcept = delete;

  // From here on the blob stays. Look whether it exists after this, not before.
  Result<void> pin(const Digest& digest);

 private:
  Lease(Layout layout, std::filesystem::path path, Fd fd);

  Layout layout_;
  std::filesystem::path path_;
  Fd fd_;
  std::set<Digest> pinned_;
};

// Everything that live leases pin; the files of dead ones are removed. Needs the exclusive lock.
Result<std::set<Digest>> leased_digests(const Layout& layout);

}  // namespace lar::store
