// The SHA-256 that names a blob or a manifest. A value of this type is well formed, and it is the
// only thing that a blob's path is made from: text from a manifest or a request never is.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lar::store {

class Digest {
 public:
  static constexpr size_t kBytes = 32;

  explicit Digest(const std::array<uint8_t, kBytes>& bytes) : bytes_(bytes) {}

  // "sha256:" or "sha256-" and 64 lower-case hex digits, nothing else. Error: invalid_argument.
  static Result<Digest> parse(std::string_view text);

  std::string hex() const;
  std::string str() const;        // sha256:<hex>, as manifests and the API write it
  std::string file_name() const;  // sha256-<hex>, as the blob's file is named
  std::string short_id() const;   // the 12 hex digits that tables show

  auto operator<=>(const Digest&) const = default;

 private:
  friend struct DigestHash;
  std::array<uint8_t, kBytes> bytes_;
};

// Every digest that stands in `text`, in order, wherever it stands: what a document may refer to,
// even where the document itself cannot be understood.
std::vector<Digest> digests_in(std::string_view text);

struct DigestHash {
  size_t operator()(const Digest& digest) const;
};

}  // namespace lar::store
