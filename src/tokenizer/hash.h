// The hash of the module's tables: fast on the few bytes of a token or a word, and seeded, so that
// a hostile vocabulary can not choose its collisions.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace lar::tokenizer {

inline uint64_t mix(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline constexpr uint64_t kHashMultiplier = 0x9E3779B97F4A7C15ULL;

inline uint64_t hash_bytes(std::string_view text, uint64_t seed) {
  const char* data = text.data();
  size_t left = text.size();
  uint64_t hash = seed ^ (static_cast<uint64_t>(left) * 0xD6E8FEB86659FD93ULL);
  while (left >= 8) {
    uint64_t block = 0;
    std::memcpy(&block, data, 8);
    hash = mix(hash ^ block, kHashMultiplier);
    data += 8;
    left -= 8;
  }
  if (left >= 4) {
    uint32_t first = 0;
    uint32_t last = 0;
    std::memcpy(&first, data, 4);
    std::memcpy(&last, data + left - 4, 4);
    hash ^= static_cast<uint64_t>(first) << 32 | last;
  } else if (left > 0) {
    const auto byte = [data](size_t i) {
      return static_cast<uint64_t>(static_cast<unsigned char>(data[i]));
    };
    hash ^= byte(0) << 16 | byte(left / 2) << 8 | byte(left - 1);
  }
  return mix(hash ^ 0xA0761D6478BD642FULL, kHashMultiplier);
}

inline uint64_t hash_pair(uint64_t key, uint64_t seed) {
  return mix(key ^ seed, kHashMultiplier);
}

// Differs between runs of the program.
uint64_t random_seed();

}  // namespace lar::tokenizer
