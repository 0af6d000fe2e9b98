// What files say about themselves, for a process that must outlive whatever happens to them: a
// mapped file that is cut off kills its reader.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "gguf/file_sink.h"
#include "gguf/reader.h"

namespace lar::gguf {

// As File::open_fds, but the headers are copied; the bytes of the tensors are not there.
Result<std::shared_ptr<const File>> read_headers(std::span<const int> fds, std::string name);

// Writes the parts in `fds`, of which `headers` were read, as one file. The tensors are read piece
// by piece. Errors: data_corrupt where a part has become shorter meanwhile; the sink's.
Result<void> write_joined(const File& headers, std::span<const int> fds, ByteSink& sink);

}  // namespace lar::gguf
