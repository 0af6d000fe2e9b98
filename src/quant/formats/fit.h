// Fits of small integers to a group of floats, for the encoders of the super-block formats:
// weighted least squares over a few candidate scales. Weights stand for how much an element's error
// counts. The candidates, and the order of the additions, are those of the formats' reference
// quantizer, so that equal floats give equal bytes everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lar::quant {

// value = scale * number - min_depth, number in [0, level_max].
struct AffineFit {
  float scale = 0;
  float min_depth = 0;  // >= 0
};

enum class ErrorMeasure { kSquared, kAbsolute };

struct AffineSearch {
  int level_max = 15;
  float first = -1.0F;  // the candidates spread the range over level_max + first + 0.1 i levels,
  int last = 20;        // i = 0 ... last
  ErrorMeasure measure = ErrorMeasure::kSquared;
};

// `numbers` gets the number of each element of the best candidate.
AffineFit fit_affine(std::span<const float> values,
                     std::span<const float> weights,
                     const AffineSearch& search,
                     uint8_t* numbers);

// Rounds the values to numbers for a scale and a min that have been rounded themselves; leaves
// `numbers` alone where the scale is zero.
void round_group(
    std::span<const float> values, float scale, float min_depth, int level_max, uint8_t* numbers);

// value = scale * (number - level), number in [0, 2 level - 1]: tries 19 scales, weights x^2.
float fit_symmetric(std::span<const float> values, int level, uint8_t* numbers);

// The same with one start and up to five rounds that move single numbers while the error shrinks.
float fit_symmetric_descent(std::span<const float> values, int level, uint8_t* numbers);

}  // namespace lar::quant
