#include "store/temp_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "base/check.h"

namespace lar::store {

std::string random_name() {
  std::array<unsigned char, 16> bytes{};
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = getrandom(bytes.data() + done, bytes.size() - done, 0);
    LAR_CHECK(n > 0 || errno == EINTR);
    if (n > 0) done += static_cast<size_t>(n);
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string name;
  for (const unsigned char byte : bytes) {
    name += kHex[byte >> 4U];
    name += kHex[byte & 15U];
  }
  return name;
}

Result<TempFile> TempFile::create(const Layout& layout, std::string what) {
  LAR_TRY(layout.prepare());
  auto path = layout.temporary() / random_name();
  LAR_TRY(auto fd, open_file(path, O_RDWR | O_CREAT | O_EXCL, what));
  flock(fd.get(), LOCK_EX | LOCK_NB);  // without it the file only looks stale after an hour
  return TempFile(std::move(path), std::move(fd), std::move(what));
}

TempFile::TempFile(std::filesystem::path path, Fd fd, std::string what)
    : path_(std::move(path)), fd_(std::move(fd)), what_(std::move(what)) {}

TempFile::TempFile(TempFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      fd_(std::move(other.fd_)),
      what_(std::move(other.what_)),
      bytes_(other.bytes_) {}

TempFile::~TempFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

Result<void> TempFile::append(std::span<const std::byte> bytes) {
  LAR_TRY(write_at(fd_, bytes_, bytes, what_));
  bytes_ += bytes.size();
  return {};
}

Result<void> TempFile::commit(const std::filesystem::path& target) {
  // Ollama's modes, whatever the umask was: a store is shared between its user's programs.
  if (fchmod(fd_.get(), 0644) != 0) return system_error(errno, what_);
  LAR_TRY(sync_file(fd_, what_));
  LAR_TRY(place(target));
  return sync_directory(target.parent_path(), what_);
}

Result<void> TempFile::place(const std::filesystem::path& target) {
  if (std::rename(path_.c_str(), target.c_str()) == 0) {
    path_.clear();
    return {};
  }
  if (errno != EXDEV) return system_error(errno, what_);
  return place_on_other_mount(target);
}

// manifests/ may be a mount of its own: the last step is then made beside the target, under a name
// that is no model's.
Result<void> TempFile::place_on_other_mount(const std::filesystem::path& target) {
  TempFile copy(target.parent_path() / (".lar-" + random_name()), Fd(), what_);
  LAR_TRY(copy.fd_, open_file(copy.path_, O_RDWR | O_CREAT | O_EXCL, what_));
  std::vector<std::byte> buffer(1U << 20U);
  while (copy.bytes_ < bytes_) {
    LAR_TRY(const size_t n, read_at(fd_, copy.bytes_, buffer, what_));
    if (n == 0) return fail(Code::kUnavailable, what_ + ": its file was cut");
    LAR_TRY(copy.append(std::span(buffer).first(n)));
  }
  if (fchmod(copy.fd_.get(), 0644) != 0) return system_error(errno, what_);
  LAR_TRY(sync_file(copy.fd_, what_));
  if (std::rename(copy.path_.c_str(), target.c_str()) != 0) return system_error(errno, what_);
  copy.path_.clear();
  return {};
}

}  // namespace lar::store
