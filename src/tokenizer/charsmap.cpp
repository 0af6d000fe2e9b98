#include "tokenizer/charsmap.h"

#include <cstring>

namespace lar::tokenizer {
namespace {

// A unit of the double array (darts-clone): what its 32 bits say.
bool has_leaf(uint32_t unit) {
  return (unit >> 8 & 1U) != 0;
}
uint32_t value_of(uint32_t unit) {
  return unit & 0x7FFFFFFFU;
}
uint32_t label_of(uint32_t unit) {
  return unit & 0x800000FFU;
}
uint32_t offset_of(uint32_t unit) {
  return unit >> 10 << ((unit & 1U << 9) >> 6);
}

}  // namespace

Result<Charsmap> Charsmap::create(std::span<const std::byte> bytes) {
  Charsmap map;
  if (bytes.empty()) return map;
  uint32_t trie_bytes = 0;
  if (bytes.size() < sizeof trie_bytes) {
    return fail(Code::kDataCorrupt, "tokenizer: precompiled_charsmap is too short");
  }
  std::memcpy(&trie_bytes, bytes.data(), sizeof trie_bytes);
  const auto rest = bytes.subspan(sizeof trie_bytes);
  if (trie_bytes > rest.size() || trie_bytes % 4 != 0 || trie_bytes == 0) {
    return fail(Code::kDataCorrupt, "tokenizer: precompiled_charsmap has a wrong size");
  }
  map.units_ = rest.first(trie_bytes);
  const auto texts = rest.subspan(trie_bytes);
  map.replacements_ = {reinterpret_cast<const char*>(texts.data()), texts.size()};
  if (!map.replacements_.empty() && map.replacements_.back() != '\0') {
    return fail(Code::kDataCorrupt, "tokenizer: precompiled_charsmap is cut off");
  }
  return map;
}

// Out of range: a unit that no label matches.
uint32_t Charsmap::unit(size_t index) const {
  uint32_t value = 0x80000000U;
  if (index < units_.size() / sizeof value) {
    std::memcpy(&value, units_.data() + index * sizeof value, sizeof value);
  }
  return value;
}

Charsmap::Replacement Charsmap::find(std::string_view text) const {
  Replacement best;
  if (units_.empty()) return best;
  size_t node = offset_of(unit(0));
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0) break;
    node ^= byte;
    const uint32_t at = unit(node);
    if (label_of(at) != byte) break;
    node ^= offset_of(at);
    if (!has_leaf(at)) continue;
    const size_t begin = value_of(unit(node));
    if (begin >= replacements_.size()) continue;
    // The terminator exists: create() has checked that the last byte is zero.
    best = {i + 1, replacements_.substr(begin, replacements_.find('\0', begin) - begin)};
  }
  return best;
}

}  // namespace lar::tokenizer
