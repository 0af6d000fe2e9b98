#include "store/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "store/temp_file.h"

namespace lar::store {
namespace {

constexpr size_t kLeaseBytesMax = 16U << 20U;
constexpr std::chrono::milliseconds kPoll{5};

// True if this descriptor now has the lock, false if another one has it.
Result<bool> try_flock(const Fd& fd, int operation) {
  while (flock(fd.get(), operation | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) return system_error(errno, "store lock");
  }
  return true;
}

}  // namespace

Result<StoreLock> StoreLock::acquire(const Layout& layout,
                                     LockMode mode,
                                     std::chrono::milliseconds patience) {
  LAR_TRY(layout.prepare());
  LAR_TRY(auto fd, open_file(layout.lock(), O_RDWR | O_CREAT, "store lock"));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    LAR_TRY(const bool locked, try_flock(fd, mode == LockMode::kShared ? LOCK_SH : LOCK_EX));
    if (locked) return StoreLock(std::move(fd));
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(Code::kUnavailable, "store: another process keeps the store locked");
    }
    std::this_thread::sleep_for(kPoll);
  }
}

Result<Lease> Lease::create(const Layout& layout) {
  // The shared lock keeps a collector from seeing the file before it is locked.
  LAR_TRY(const auto lock, StoreLock::acquire(layout, LockMode::kShared));
  const auto path = layout.leases() / random_name();
  LAR_TRY(auto fd, open_file(path, O_RDWR | O_CREAT | O_EXCL, "lease"));
  LAR_TRY(const bool locked, try_flock(fd, LOCK_EX));
  if (!locked) return fail(Code::kInternal, "lease: a new file is locked");
  return Lease(layout, path, std::move(fd));
}

Lease::Lease(Layout layout, std::filesystem::path path, Fd fd)
    : layout_(std::move(layout)), path_(std::move(path)), fd_(std::move(fd)) {}

Lease::~Lease() {
  if (fd_) unlink(path_.c_str());
}

Result<void> Lease::pin(const Digest& digest) {
  if (pinned_.contains(digest)) return {};
  LAR_TRY(const auto lock, StoreLock::acquire(layout_, LockMode::kShared));
  const std::string line = digest.str() + '\n';
  LAR_TRY(write_at(fd_, pinned_.size() * line.size(), std::as_bytes(std::span(line)), "lease"));
  pinned_.insert(digest);
  return {};
}

Result<std::set<Digest>> leased_digests(const Layout& layout) {
  std::set<Digest> digests;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(layout.leases(), error)) {
    auto fd = open_file(entry.path(), O_RDONLY, "lease");
    if (!fd && fd.error().code == Code::kNotFound) continue;  // it ended just now
    if (!fd) return std::unexpected(std::move(fd).error());
    LAR_TRY(const bool dead, try_flock(*fd, LOCK_EX));
    if (dead) {
      LAR_TRY(remove_file(entry.path(), "lease"));
      continue;
    }
    LAR_TRY(const auto text, read_all(*fd, kLeaseBytesMax, "lease"));
    for (const Digest& digest : digests_in(text)) digests.insert(digest);
  }
  if (error) return system_error(error.value(), "leases");
  return digests;
}

}  // namespace lar::store
