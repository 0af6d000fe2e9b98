// Writes one blob as its bytes arrive, hashing them on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "store/digest.h"
#include "store/layout.h"
#include "store/sha256.h"
#include "store/temp_file.h"

namespace lar::store {

class BlobWriter {
 public:
  // `expected_bytes`, where known, is checked against the free space now. Error:
  // resource_exhausted ("disk full: ... bytes needed, ... available").
  static Result<BlobWriter> create(const Layout& layout, std::optional<uint64_t> expected_bytes);

  uint64_t bytes() const { return file_.bytes(); }

  // Errors: resource_exhausted (disk full, or more than kBlobBytesMax), unavailable.
  Result<void> append(std::span<const std::byte> bytes);
  Result<void> append(std::string_view text) { return append(std::as_bytes(std::span(text))); }

  // Stores the bytes under their digest. With `expected`, only if it is that:
  // data_corrupt, `digest mismatch, expected "a", got "b"`, and nothing is kept.
  Result<Digest> commit(const std::optional<Digest>& expected);

 private:
  BlobWriter(Layout layout, TempFile file) : layout_(std::move(layout)), file_(std::move(file)) {}

  Layout layout_;
  TempFile file_;
  Sha256 hash_;
};

}  // namespace lar::store
