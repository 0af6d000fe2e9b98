#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "gguf/header.h"
#include "gguf/quote.h"
#include "gguf/writer.h"

namespace lar::gguf {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20U;

// Passes `bytes` of the file on, from `offset`.
Result<void> copy_range(int fd, uint64_t offset, uint64_t bytes, ByteSink& sink) {
  std::vector<std::byte> piece(std::min<uint64_t>(bytes, kPieceBytes));
  while (bytes > 0) {
    const size_t wanted = std::min<uint64_t>(bytes, piece.size());
    const ssize_t got = ::pread(fd, piece.data(), wanted, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Code::kUnavailable, std::strerror(errno));
    if (got == 0) return fail(Code::kDataCorrupt, "the file has become shorter");
    LAR_TRY(sink.write(std::span(piece).first(static_cast<size_t>(got))));
    offset += static_cast<uint64_t>(got);
    bytes -= static_cast<uint64_t>(got);
  }
  return {};
}

}  // namespace

Result<void> write_joined(const File& headers, std::span<const int> fds, ByteSink& sink) {
  Writer writer = Writer::keys_of(headers);
  for (const TensorView& tensor : headers.tensors()) {
    const File::Place place = headers.place_of(tensor);
    writer.add_tensor(
        tensor.name, tensor.dtype, tensor.shape,
        [fd = fds[place.part], offset = place.offset, &tensor](ByteSink& to) -> Result<void> {
          auto copied = copy_range(fd, offset, tensor.bytes.size(), to);
          if (copied) return copied;
          return std::unexpected(
              std::move(copied).error().with_context("tensor " + quote(tensor.name)));
        });
  }
  return writer.write(sink);
}

}  // namespace lar::gguf
