#include "cli/text_file.h"

#include "base/mapped_file.h"

namespace lar::cli {

Result<std::string> read_text_file(const std::string& path) {
  LAR_TRY(const MappedFile file, MappedFile::open(path));
  const auto bytes = file.bytes();
  if (bytes.size() > kTextFileBytesMax) {
    return fail(Code::kInvalidArgument, path + ": is larger than 64 MiB");
  }
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace lar::cli
