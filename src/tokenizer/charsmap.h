// SentencePiece's compiled normalization ("precompiled_charsmap"): a double-array trie from
// prefixes of text to their replacements, as the file stores it. Every index is checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace lar::tokenizer {

class Charsmap {
 public:
  Charsmap() = default;  // changes nothing

  // Borrows `bytes`: the trie's size in bytes (u32), its units (u32 each), then replacements that
  // end in zero bytes. Errors: data_corrupt.
  static Result<Charsmap> create(std::span<const std::byte> bytes);

  struct Replacement {
    size_t consumed = 0;  // 0: no entry begins here
    std::string_view text;
  };
  // For the longest entry that `text` begins with.
  Replacement find(std::string_view text) const;

 private:
  uint32_t unit(size_t index) const;

  std::span<const std::byte> units_;
  std::string_view replacements_;
};

}  // namespace lar::tokenizer
