#include "store/layout.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "store/file.h"

namespace lar::store {
namespace {

// Whether a rename between the two directories is possible; true where one does not exist yet.
bool same_mount(const std::filesystem::path& a, const std::filesystem::path& b) {
  struct statx x{};
  struct statx y{};
  constexpr unsigned kMask = STATX_BASIC_STATS | STATX_MNT_ID;
  if (statx(AT_FDCWD, a.c_str(), 0, kMask, &x) != 0) return true;
  if (statx(AT_FDCWD, b.c_str(), 0, kMask, &y) != 0) return true;
  const bool same_device = x.stx_dev_major == y.stx_dev_major && x.stx_dev_minor == y.stx_dev_minor;
  const bool knows_mount = (x.stx_mask & y.stx_mask & STATX_MNT_ID) != 0;
  return same_device && (!knows_mount || x.stx_mnt_id == y.stx_mnt_id);
}

// mkdir with all parents; only the last one is `mode`.
Result<void> make_root(const std::filesystem::path& root) {
  std::error_code error;
  if (std::filesystem::is_directory(root, error)) return {};
  std::filesystem::create_directories(root.parent_path(), error);
  if (error) return system_error(error.value(), "store");
  if (mkdir(root.c_str(), 0700) != 0 && errno != EEXIST) return system_error(errno, "store");
  return sync_directory(root.parent_path(), "store");
}

}  // namespace

Layout Layout::of(const std::filesystem::path& root) {
  std::error_code error;
  auto absolute = std::filesystem::absolute(root, error).lexically_normal();
  if (!absolute.has_filename()) absolute = absolute.parent_path();  // "models/" is "models"
  Layout layout;
  layout.root = absolute;
  layout.blobs = absolute / "blobs";
  layout.manifests = absolute / "manifests";
  layout.own = same_mount(layout.root, layout.blobs) ? layout.root / ".lar" : layout.blobs / ".lar";
  return layout;
}

Result<void> Layout::prepare() const {
  std::error_code error;
  if (std::filesystem::is_directory(verified(), error) &&
      std::filesystem::is_directory(manifests, error) &&
      std::filesystem::is_directory(blobs, error)) {
    return {};
  }
  LAR_TRY(make_root(root));
  LAR_TRY(make_directories(root, "blobs", "store"));
  LAR_TRY(make_directories(root, "manifests", "store"));
  const auto base = own.parent_path();
  // The last one made is the one looked for above.
  for (const char* name : {"tmp", "partial", "leases", "verified"}) {
    LAR_TRY(make_directories(base, std::filesystem::path(".lar") / name, "store"));
  }
  return {};
}

}  // namespace lar::store
