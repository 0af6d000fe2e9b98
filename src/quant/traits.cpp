#include "quant/traits.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "base/checked.h"
#include "quant/formats.h"
#include "quant/half.h"

namespace lar::quant {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are read in place");

template <class Block>
concept Encodable = requires(const float* in, Block& block) { encode(in, block); };

template <class Block>
void decode_blocks(const std::byte* bytes, float* out, size_t count) {
  const auto* block = reinterpret_cast<const Block*>(bytes);
  for (size_t e = 0; e < count; e += Block::kElements) decode(*block++, out + e);
}

template <class Block>
void encode_blocks(const float* in, std::byte* bytes, size_t count) {
  auto* block = reinterpret_cast<Block*>(bytes);
  for (size_t e = 0; e < count; e += Block::kElements) encode(in + e, *block++);
}

template <class Block>
constexpr Traits block_row(DType dtype, std::string_view name) {
  Traits row{dtype, name, Block::kElements, sizeof(Block), &decode_blocks<Block>, nullptr};
  if constexpr (Encodable<Block>) row.encode = &encode_blocks<Block>;
  return row;
}

void decode_f32(const std::byte* bytes, float* out, size_t count) {
  if (count != 0) std::memcpy(out, bytes, count * sizeof(float));
}

void encode_f32(const float* in, std::byte* bytes, size_t count) {
  if (count != 0) std::memcpy(bytes, in, count * sizeof(float));
}

template <float (*kToFloat)(uint16_t)>
void decode_16(const std::byte* bytes, float* out, size_t count) {
  for (size_t e = 0; e < count; ++e) {
    uint16_t bits = 0;
    std::memcpy(&bits, bytes + 2 * e, sizeof(bits));
    out[e] = kToFloat(bits);
  }
}

template <uint16_t (*kFromFloat)(float)>
void encode_16(const float* in, std::byte* bytes, size_t count) {
  for (size_t e = 0; e < count; ++e) {
    const uint16_t bits = kFromFloat(in[e]);
    std::memcpy(bytes + 2 * e, &bits, sizeof(bits));
  }
}

constexpr Traits kTable[] = {
    {DType::kF32, "F32", 1, 4, &decode_f32, &encode_f32},
    {DType::kF16, "F16", 1, 2, &decode_16<f16_to_f32>, &encode_16<f32_to_f16>},
    {DType::kBF16, "BF16", 1, 2, &decode_16<bf16_to_f32>, &encode_16<f32_to_bf16>},
    block_row<BlockQ4_0>(DType::kQ4_0, "Q4_0"),
    block_row<BlockQ4_1>(DType::kQ4_1, "Q4_1"),
    block_row<BlockQ5_0>(DType::kQ5_0, "Q5_0"),
    block_row<BlockQ5_1>(DType::kQ5_1, "Q5_1"),
    block_row<BlockQ8_0>(DType::kQ8_0, "Q8_0"),
    block_row<BlockQ2_K>(DType::kQ2_K, "Q2_K"),
    block_row<BlockQ3_K>(DType::kQ3_K, "Q3_K"),
    block_row<BlockQ4_K>(DType::kQ4_K, "Q4_K"),
    block_row<BlockQ5_K>(DType::kQ5_K, "Q5_K"),
    block_row<BlockQ6_K>(DType::kQ6_K, "Q6_K"),
    block_row<BlockIQ4_NL>(DType::kIQ4_NL, "IQ4_NL"),
    block_row<BlockIQ4_XS>(DType::kIQ4_XS, "IQ4_XS"),
    block_row<BlockMXFP4>(DType::kMXFP4, "MXFP4"),
    block_row<BlockTQ1_0>(DType::kTQ1_0, "TQ1_0"),
    block_row<BlockTQ2_0>(DType::kTQ2_0, "TQ2_0"),
    block_row<BlockIQ1_S>(DType::kIQ1_S, "IQ1_S"),
    block_row<BlockIQ1_M>(DType::kIQ1_M, "IQ1_M"),
    block_row<BlockIQ2_XXS>(DType::kIQ2_XXS, "IQ2_XXS"),
    block_row<BlockIQ2_XS>(DType::kIQ2_XS, "IQ2_XS"),
    block_row<BlockIQ2_S>(DType::kIQ2_S, "IQ2_S"),
    block_row<BlockIQ3_XXS>(DType::kIQ3_XXS, "IQ3_XXS"),
    block_row<BlockIQ3_S>(DType::kIQ3_S, "IQ3_S"),
    {DType::kI8, "I8", 1, 1},
    {DType::kI16, "I16", 1, 2},
    {DType::kI32, "I32", 1, 4},
    {DType::kI64, "I64", 1, 8},
    {DType::kF64, "F64", 1, 8},
};

}  // namespace

std::span<const Traits> all_traits() {
  return kTable;
}

const Traits* find_traits(DType dtype) {
  const auto* row = std::ranges::find(kTable, dtype, &Traits::dtype);
  return row == std::end(kTable) ? nullptr : row;
}

const Traits* find_traits(uint32_t gguf_type_id) {
  return find_traits(static_cast<DType>(gguf_type_id));
}

const Traits& traits(DType dtype) {
  const Traits* row = find_traits(dtype);
  LAR_CHECK(row != nullptr);
  return *row;
}

std::optional<uint64_t> row_bytes(const Traits& type, uint64_t elements) {
  if (elements % type.block_elements != 0) return std::nullopt;
  return checked_mul<uint64_t>(elements / type.block_elements, type.block_bytes);
}

std::optional<uint64_t> tensor_bytes(const Traits& type, const Shape& shape) {
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  // Rows and elements are checked beside the bytes, since others multiply the dims: an empty dim
  // makes any bytes zero, and a type of less than a byte an element has more elements than bytes.
  std::optional<uint64_t> rows = 1;
  for (size_t i = 1; i < shape.dims.size(); ++i) {
    if (rows) rows = checked_mul(*rows, shape.dims[i]);
  }
  const bool dims_fit = std::ranges::all_of(shape.dims, [](uint64_t dim) { return dim <= kMax; });
  const auto row = row_bytes(type, shape.cols());
  if (!dims_fit || !rows || *rows > kMax || !row) return std::nullopt;
  const auto elements = checked_mul(shape.cols(), *rows);
  const auto bytes = checked_mul(*row, *rows);
  if (!elements || *elements > kMax || !bytes || *bytes > kMax) return std::nullopt;
  return bytes;
}

}  // namespace lar::quant
