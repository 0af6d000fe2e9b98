// Every vector codebook is a subset of a lattice {level 0, ..., level L-1}^N in ascending order, so
// it is stored as one bit a lattice point and expanded by the compiler. Point p has the level
// p / L^i % L at element i.
#pragma once

#include <cstddef>
#include <cstdint>

#include "quant/codebooks.h"

namespace lar::quant {

template <class Vector, size_t kCount, size_t kLevels, size_t kWords>
consteval Codebook<Vector, kCount> expand_lattice(const uint8_t (&levels)[kLevels],
                                                  const uint64_t (&members)[kWords]) {
  Codebook<Vector, kCount> book = {};
  size_t filled = 0;
  for (size_t word = 0; word < kWords; ++word) {
    for (uint64_t bits = members[word]; bits != 0; bits &= bits - 1) {
      size_t point = word * 64 + static_cast<size_t>(__builtin_ctzll(bits));
      Vector vector = 0;
      for (size_t i = 0; i < sizeof(Vector); ++i, point /= kLevels) {
        vector |= static_cast<Vector>(static_cast<Vector>(levels[point % kLevels]) << (8 * i));
      }
      // Past the end is no constant expression: too many members do not compile.
      book.vectors[filled++] = vector;
    }
  }
  if (filled != kCount) throw "the number of members is not that of the codebook";
  return book;
}

}  // namespace lar::quant
