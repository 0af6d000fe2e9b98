// SHA-256 while bytes pass by. The only hash that names a blob.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "store/digest.h"

namespace lar::store {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text) { update(std::as_bytes(std::span(text))); }

  // The digest of everything so far; starts anew.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(std::string_view text);

}  // namespace lar::store
