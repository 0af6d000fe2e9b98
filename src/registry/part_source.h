// A part of a file as the body of a request, with the MD5 of the whole part on the way.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/http_client.h"
#include "store/file.h"
#include "store/partial_blob.h"

namespace lar::registry {

class PartSource : public net::HttpBodySource {
 public:
  // Sends [offset, part.end) of the file; `fd` is borrowed. `sent` is told how far it is.
  PartSource(const store::Fd& fd,
             store::ByteRange part,
             uint64_t offset,
             std::function<void(uint64_t position)> sent);
  ~PartSource() override;

  Result<size_t> read(std::span<std::byte> out) override;
  bool rewind() override;
  std::optional<uint64_t> bytes() const override { return part_.end - offset_; }

  // 16 bytes over the whole part, once it has been read to its end; empty before that, or where
  // MD5 is not available.
  std::string md5();

 private:
  Result<void> hash_what_is_there();

  struct Hash;
  const store::Fd& fd_;
  const store::ByteRange part_;
  const uint64_t offset_;
  const std::function<void(uint64_t)> sent_;
  uint64_t position_;
  std::unique_ptr<Hash> hash_;
};

}  // namespace lar::registry
