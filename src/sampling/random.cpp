#include "sampling/random.h"

#include <bit>
#include <random>

namespace lar::sampling {

Random::Random(uint64_t seed) {
  for (uint64_t& word : state_) {
    seed += 0x9E3779B97F4A7C15ULL;
    uint64_t mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    word = mixed ^ (mixed >> 31);
  }
}

uint64_t Random::next() {
  auto& [a, b, c, d] = state_;
  const uint64_t result = std::rotl(a + d, 23) + a;
  const uint64_t shifted = b << 17;
  c ^= a;
  d ^= b;
  b ^= c;
  a ^= d;
  c ^= shifted;
  d = std::rotl(d, 45);
  return result;
}

double Random::uniform() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

int64_t random_seed() {
  std::random_device device;
  const uint64_t bits = static_cast<uint64_t>(device()) << 32 | device();
  return static_cast<int64_t>(bits >> 1);
}

}  // namespace lar::sampling
