// One GGUF file (a whole model or a part) as metadata and tensors: views into its bytes, which
// have been checked. Parts are joined, and names looked up, by the reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/value.h"
#include "tensor/view.h"

namespace lar::gguf {

struct Part {
  uint32_t version = 0;
  uint32_t alignment = 32;
  uint64_t header_bytes = 0;        // in front of the data of its tensors
  std::vector<KeyValue> metadata;   // in file order, no key twice
  std::vector<TensorView> tensors;  // in file order, no name twice
};

// The error does not name the file.
Result<Part> parse_part(std::span<const std::byte> bytes);

// The value of a key of a part, found by a scan; nullptr where it is absent.
const Value* find_value(const Part& part, std::string_view key);

}  // namespace lar::gguf
