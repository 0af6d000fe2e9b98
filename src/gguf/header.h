// What files say about themselves, for a process that must outlive whatever happens to them: a
// mapped file that is cut off kills its reader.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "gguf/reader.h"

namespace lar::gguf {

// As File::open_fds, but the headers are copied; the bytes of the tensors are not there.
Result<std::shared_ptr<const File>> read_headers(std::span<const int> fds, std::string name);

}  // namespace lar::gguf
