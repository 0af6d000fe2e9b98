// The table of element types: the only place that knows what a type is called, how large its
// blocks are and how to decode them. The scalar decoders are the truth that kernels are tested
// against; formats as in the GGUF specification and ggml's block layouts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace lar::quant {

// Decodes `count` elements (a multiple of the block size) from `blocks` to floats, exactly.
using DecodeFn = void (*)(const std::byte* blocks, float* out, size_t count);
// Encodes `count` floats (a multiple of the block size), by the reference rounding of the format.
using EncodeFn = void (*)(const float* in, std::byte* blocks, size_t count);

struct Traits {
  DType dtype = DType::kF32;
  std::string_view name;        // as GGUF tools print it: "F16", "Q4_K", "IQ2_XXS"
  uint32_t block_elements = 1;  // elements a block
  uint32_t block_bytes = 4;     // bytes a block
  DecodeFn decode = nullptr;    // null: known by size only (integers, F64)
  EncodeFn encode = nullptr;    // null: Lar does not make this format yet
};

// All known types.
std::span<const Traits> all_traits();

// nullptr for an unknown type id.
const Traits* find_traits(DType dtype);
const Traits* find_traits(uint32_t gguf_type_id);

// The traits of a type that a checked reader has let through.
const Traits& traits(DType dtype);

// Bytes of a row of `elements`, nullopt where it is no whole number of blocks or overflows.
std::optional<uint64_t> row_bytes(const Traits& type, uint64_t elements);

// Bytes of a tensor, nullopt where the product does not fit in 63 bits or a row is not whole.
std::optional<uint64_t> tensor_bytes(const Traits& type, const Shape& shape);

}  // namespace lar::quant
