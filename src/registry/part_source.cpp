#include "registry/part_source.h"

#include <openssl/evp.h>

#include <algorithm>
#include <vector>

namespace lar::registry {

struct PartSource::Hash {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  bool usable = false;

  Hash() { start(); }
  ~Hash() { EVP_MD_CTX_free(context); }
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;

  void start() { usable = EVP_DigestInit_ex(context, EVP_md5(), nullptr) == 1; }
  void update(std::span<const std::byte> bytes) {
    if (usable) usable = EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1;
  }
};

PartSource::PartSource(const store::Fd& fd,
                       store::ByteRange part,
                       uint64_t offset,
                       std::function<void(uint64_t)> sent)
    : fd_(fd),
      part_(part),
      offset_(offset),
      sent_(std::move(sent)),
      position_(offset),
      hash_(std::make_unique<Hash>()) {}

PartSource::~PartSource() = default;

Result<void> PartSource::hash_what_is_there() {
  std::vector<std::byte> buffer(1U << 20U);
  for (uint64_t at = part_.begin; at < offset_;) {
    const size_t want = std::min<uint64_t>(buffer.size(), offset_ - at);
    LAR_TRY(const size_t n, store::read_at(fd_, at, std::span(buffer).first(want), "blob"));
    if (n == 0) return fail(Code::kUnavailable, "blob: its file was cut");
    hash_->update(std::span(buffer).first(n));
    at += n;
  }
  return {};
}

Result<size_t> PartSource::read(std::span<std::byte> out) {
  if (position_ == offset_) LAR_TRY(hash_what_is_there());
  const size_t want = std::min<uint64_t>(out.size(), part_.end - position_);
  LAR_TRY(const size_t n, store::read_at(fd_, position_, out.first(want), "blob"));
  if (n == 0 && want > 0) return fail(Code::kUnavailable, "blob: its file was cut");
  hash_->update(out.first(n));
  position_ += n;
  sent_(position_);
  return n;
}

bool PartSource::rewind() {
  position_ = offset_;
  hash_->start();
  return true;
}

std::string PartSource::md5() {
  std::string sum(16, '\0');
  unsigned size = 0;
  if (position_ != part_.end || !hash_->usable ||
      EVP_DigestFinal_ex(hash_->context, reinterpret_cast<unsigned char*>(sum.data()), &size) !=
          1) {
    return {};
  }
  return sum;
}

}  // namespace lar::registry
