// One block of each format to floats, and back where the format has an encoder: an overload a
// block type. The table (traits.cpp) makes rows of it; nothing else includes this.
// The order of the floating-point operations is part of each format's definition.
#pragma once

#include "quant/blocks.h"

namespace lar::quant {

void decode(const BlockQ4_0& block, float* out);
void decode(const BlockQ4_1& block, float* out);
void decode(const BlockQ5_0& block, float* out);
void decode(const BlockQ5_1& block, float* out);
void decode(const BlockQ8_0& block, float* out);
void decode(const BlockIQ4_NL& block, float* out);
void decode(const BlockMXFP4& block, float* out);
void decode(const BlockQ2_K& block, float* out);
void decode(const BlockQ3_K& block, float* out);
void decode(const BlockQ4_K& block, float* out);
void decode(const BlockQ5_K& block, float* out);
void decode(const BlockQ6_K& block, float* out);
void decode(const BlockIQ4_XS& block, float* out);
void decode(const BlockTQ1_0& block, float* out);
void decode(const BlockTQ2_0& block, float* out);
void decode(const BlockIQ2_XXS& block, float* out);
void decode(const BlockIQ2_XS& block, float* out);
void decode(const BlockIQ2_S& block, float* out);
void decode(const BlockIQ3_XXS& block, float* out);
void decode(const BlockIQ3_S& block, float* out);
void decode(const BlockIQ1_S& block, float* out);
void decode(const BlockIQ1_M& block, float* out);

void encode(const float* in, BlockQ4_0& block);
void encode(const float* in, BlockQ4_1& block);
void encode(const float* in, BlockQ5_0& block);
void encode(const float* in, BlockQ5_1& block);
void encode(const float* in, BlockQ8_0& block);
void encode(const float* in, BlockIQ4_NL& block);
void encode(const float* in, BlockMXFP4& block);
void encode(const float* in, BlockQ2_K& block);
void encode(const float* in, BlockQ3_K& block);
void encode(const float* in, BlockQ4_K& block);
void encode(const float* in, BlockQ5_K& block);
void encode(const float* in, BlockQ6_K& block);
void encode(const float* in, BlockIQ4_XS& block);
void encode(const float* in, BlockTQ1_0& block);
void encode(const float* in, BlockTQ2_0& block);

}  // namespace lar::quant
