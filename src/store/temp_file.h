// A file being written, which becomes visible under its name in one step or not at all.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/result.h"
#include "store/file.h"
#include "store/layout.h"

namespace lar::store {

// 32 hex digits that nobody else has.
std::string random_name();

class TempFile {
 public:
  // `what` names the thing for messages.
  static Result<TempFile> create(const Layout& layout, std::string what);
  ~TempFile();
  TempFile(TempFile&& other) noexcept;
  TempFile& operator=(TempFile&&) = delete;

  uint64_t bytes() const { return bytes_; }
  const Fd& fd() const { return fd_; }

  Result<void> append(std::span<const std::byte> bytes);

  // Syncs it and moves it to `target`, whose directory must exist, replacing what is there. The
  // name is durable when this returns. After an error nothing is left but, at worst, the new file
  // under its name (where only the sync of the directory failed).
  Result<void> commit(const std::filesystem::path& target);

  // The same without the syncs: for what may be lost with the power.
  Result<void> place(const std::filesystem::path& target);

 private:
  TempFile(std::filesystem::path path, Fd fd, std::string what);
  Result<void> place_on_other_mount(const std::filesystem::path& target);

  std::filesystem::path path_;  // empty once it has moved
  Fd fd_;                       // locked (flock) as long as it is open: a sign of life
  std::string what_;
  uint64_t bytes_ = 0;
};

}  // namespace lar::store
