#include "store/blob_writer.h"

#include <fmt/format.h>

#include "store/manifest.h"
#include "store/verified.h"

namespace lar::store {

Result<BlobWriter> BlobWriter::create(const Layout& layout,
                                      std::optional<uint64_t> expected_bytes) {
  LAR_TRY(auto file, TempFile::create(layout, "blob"));
  if (expected_bytes) LAR_TRY(require_space(layout.temporary(), *expected_bytes, "blob"));
  return BlobWriter(layout, std::move(file));
}

Result<void> BlobWriter::append(std::span<const std::byte> bytes) {
  if (bytes.size() > kBlobBytesMax - file_.bytes()) {
    return fail(Code::kResourceExhausted, "blob: longer than any blob may be");
  }
  LAR_TRY(file_.append(bytes));
  hash_.update(bytes);
  return {};
}

Result<Digest> BlobWriter::commit(const std::optional<Digest>& expected) {
  const Digest digest = hash_.finish();
  if (expected && *expected != digest) {
    return fail(Code::kDataCorrupt, fmt::format("digest mismatch, expected \"{}\", got \"{}\"",
                                                expected->str(), digest.str()));
  }
  LAR_TRY(const auto info, stat_fd(file_.fd(), "blob"));
  if (file_bytes(info) != file_.bytes()) {
    return fail(Code::kUnavailable, "blob: the file system lost a part of it");
  }
  LAR_TRY(file_.commit(layout_.blob(digest)));
  mark_verified(layout_, digest, file_.fd());
  return digest;
}

}  // namespace lar::store
