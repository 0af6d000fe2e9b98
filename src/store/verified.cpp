#include "store/verified.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

#include "store/sha256.h"
#include "store/temp_file.h"

namespace lar::store {
namespace {

constexpr size_t kHashStep = 1U << 20U;
constexpr size_t kStampBytesMax = 256;

std::string label(const Digest& digest) {
  return "blob " + digest.str();
}

std::string stamp_of(const struct stat& info) {
  return fmt::format("1 {} {}:{} {} {}.{:09} {}.{:09}\n", info.st_size, major(info.st_dev),
                     minor(info.st_dev), info.st_ino, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                     info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
}

std::filesystem::path stamp_path(const Layout& layout, const Digest& digest) {
  return layout.verified() / digest.hex();
}

std::unexpected<Error> damaged(const Digest& digest, std::string_view how) {
  return fail(Code::kDataCorrupt, fmt::format("{} is damaged: {}", label(digest), how));
}

Result<Digest> hash_file(const Fd& fd,
                         const std::string& what,
                         const HashProgress& progress,
                         const std::stop_token& stop) {
  posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  std::vector<std::byte> buffer(kHashStep);
  Sha256 hash;
  for (uint64_t offset = 0;;) {
    if (stop.stop_requested()) return fail(Code::kCancelled, what + ": check was cancelled");
    LAR_TRY(const size_t n, read_at(fd, offset, buffer, what));
    hash.update(std::span(buffer).first(n));
    if (progress) progress(n);
    if (n < buffer.size()) return hash.finish();
    offset += n;
  }
}

// Waits until the file's last change is older than the clock of such times is coarse (at most
// 10 ms with 100 ticks a second). Nullopt if that does not come: it changes, or is of the future.
std::optional<struct stat> settled(const Fd& fd) {
  constexpr std::chrono::milliseconds kCoarse{20};
  const auto info = stat_fd(fd, "blob");
  if (!info) return std::nullopt;
  const auto changed =
      std::chrono::seconds(info->st_ctim.tv_sec) + std::chrono::nanoseconds(info->st_ctim.tv_nsec);
  const auto age = std::chrono::system_clock::now().time_since_epoch() - changed;
  if (age < std::chrono::nanoseconds(0)) return std::nullopt;
  if (age < kCoarse) std::this_thread::sleep_for(kCoarse - age);
  const auto after = stat_fd(fd, "blob");
  if (!after || stamp_of(*after) != stamp_of(*info)) return std::nullopt;
  return *info;
}

void write_stamp(const Layout& layout, const Digest& digest, const struct stat& info) {
  if (file_bytes(info) < kStampedBytesMin) return;
  const std::string stamp = stamp_of(info);
  auto file = TempFile::create(layout, "stamp");
  if (!file || !file->append(std::as_bytes(std::span(stamp)))) return;
  static_cast<void>(file->place(stamp_path(layout, digest)));
}

// Reads and compares an open blob, and stamps it; an error of kind data_corrupt is about its
// content.
Result<void> check_open_blob(const Layout& layout,
                             const Digest& digest,
                             const Fd& fd,
                             std::optional<uint64_t> expected_bytes,
                             const HashProgress& progress,
                             const std::stop_token& stop) {
  LAR_TRY(const auto info, stat_fd(fd, label(digest)));
  if (expected_bytes && file_bytes(info) != *expected_bytes) {
    return damaged(digest,
                   fmt::format("it has {} bytes instead of {}", file_bytes(info), *expected_bytes));
  }
  const bool stampable = file_bytes(info) >= kStampedBytesMin;
  const auto before = stampable ? settled(fd) : std::nullopt;
  LAR_TRY(const Digest actual, hash_file(fd, label(digest), progress, stop));
  if (actual != digest) return damaged(digest, "its content has digest " + actual.str());
  LAR_TRY(const auto after, stat_fd(fd, label(digest)));
  if (before && stamp_of(after) == stamp_of(*before)) write_stamp(layout, digest, after);
  return {};
}

}  // namespace

Result<BlobFile> find_blob(const Layout& layout, const Digest& digest) {
  std::string upper = digest.hex();
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const std::string& name :
       {digest.file_name(), digest.str(), "sha256-" + upper, "sha256:" + upper}) {
    struct stat info{};
    const auto path = layout.blobs / name;
    if (stat(path.c_str(), &info) == 0) {
      return BlobFile{path, file_bytes(info), modified_ns(info)};
    }
    if (errno != ENOENT && errno != ENOTDIR) return system_error(errno, label(digest));
  }
  return fail(Code::kNotFound, label(digest) + " is missing");
}

Result<void> check_blob(const Layout& layout,
                        const Digest& digest,
                        std::optional<uint64_t> expected_bytes,
                        const HashProgress& progress,
                        std::stop_token stop) {
  LAR_TRY(const auto blob, find_blob(layout, digest));
  LAR_TRY(const auto fd, open_regular(blob.path, label(digest)));
  auto result = check_open_blob(layout, digest, fd, expected_bytes, progress, stop);
  if (!result && result.error().code == Code::kDataCorrupt) {
    unlink(stamp_path(layout, digest).c_str());
  }
  return result;
}

Result<Fd> open_verified(const Layout& layout, const Digest& digest) {
  LAR_TRY(const auto blob, find_blob(layout, digest));
  LAR_TRY(auto fd, open_regular(blob.path, label(digest)));
  if (is_verified(layout, digest, fd)) return fd;
  LAR_TRY(check_open_blob(layout, digest, fd, std::nullopt, {}, {}));
  return fd;
}

void mark_verified(const Layout& layout, const Digest& digest, const Fd& fd) {
  const auto info = stat_fd(fd, "blob");
  if (!info || file_bytes(*info) < kStampedBytesMin) return;
  if (const auto calm = settled(fd)) write_stamp(layout, digest, *calm);
}

bool is_verified(const Layout& layout, const Digest& digest, const Fd& fd) {
  const auto info = stat_fd(fd, "blob");
  if (!info || file_bytes(*info) < kStampedBytesMin) return false;
  const auto stamp = read_small_file(stamp_path(layout, digest), kStampBytesMax, "stamp");
  return stamp && *stamp == stamp_of(*info);
}

}  // namespace lar::store
