// The value tables and vector codebooks that formats with an index refer to. Constant data without
// dynamic initialisation; safe to include in files built for one instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lar::quant {

// Element 0 of a vector is its lowest byte.
template <class Vector, size_t kCount>
struct Codebook {
  Vector vectors[kCount];

  [[gnu::always_inline]] constexpr Vector operator[](size_t i) const { return vectors[i]; }
};

// IQ4_NL, IQ4_XS.
extern const int8_t kIq4nlValues[16];

// MXFP4: twice the OCP E2M1 values 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives (index 8 is a
// plain zero).
extern const int8_t kMxfp4Values[16];

// Seven sign bits and an eighth that makes their number even; bit set = negative.
extern const Codebook<uint8_t, 128> kSignPatterns;

// Vectors of eight unsigned bytes in {8, 25, 43}.
extern const Codebook<uint64_t, 256> kIq2xxsGrid;
extern const Codebook<uint64_t, 512> kIq2xsGrid;
extern const Codebook<uint64_t, 1024> kIq2sGrid;

// Vectors of eight signed bytes in {-1, 0, 1}.
extern const Codebook<uint64_t, 2048> kIq1sGrid;

// Vectors of four bytes, in {4, 12, 20, 28, 36, 44, 52, 62} and in {1, 3, ..., 15}.
extern const Codebook<uint32_t, 256> kIq3xxsGrid;
extern const Codebook<uint32_t, 512> kIq3sGrid;

}  // namespace lar::quant
