// A small generator whose numbers are the same on every platform and library (xoshiro256++ of
// Blackman and Vigna, seeded through splitmix64). Not for secrets.
#pragma once

#include <array>
#include <cstdint>

namespace lar::sampling {

class Random {
 public:
  explicit Random(uint64_t seed);

  uint64_t next();

  // In [0, 1), with 53 random bits.
  double uniform();

 private:
  std::array<uint64_t, 4> state_;
};

// A seed from the operating system, never negative.
int64_t random_seed();

}  // namespace lar::sampling
