#include "store/blob_files.h"

#include <algorithm>
#include <system_error>

#include "store/file.h"

namespace lar::store {

Result<std::vector<NamedBlobFile>> blob_files(const Layout& layout) {
  std::vector<NamedBlobFile> files;
  std::error_code error;
  for (std::filesystem::directory_iterator it(layout.blobs, error), end; !error && it != end;
       it.increment(error)) {
    auto name = it->path().filename().string();
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto digest = Digest::parse(name);
    struct stat info{};
    if (!digest || lstat(it->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    files.push_back({*digest, it->path(), file_bytes(info),
                     static_cast<uint64_t>(info.st_blocks) * 512, modified_ns(info)});
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return system_error(error.value(), "blobs");
  }
  std::ranges::sort(files, {}, &NamedBlobFile::path);
  return files;
}

}  // namespace lar::store
