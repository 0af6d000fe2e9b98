// The scale with which a table of values fits 32 floats best, for IQ4_NL and IQ4_XS.
#pragma once

#include <cstdint>

namespace lar::quant {

// Weighted least squares (weights x^2) over 16 candidate scales; 0 for a group of tiny values.
float fit_values(const int8_t (&values)[16], const float* in);

}  // namespace lar::quant
