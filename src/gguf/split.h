// The parts of a split model: PREFIX-00001-of-00003.gguf and so on, and what they say of themselves
// in the keys split.no (from 0), split.count and split.tensors.count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gguf/parser.h"

namespace lar::gguf {

struct SplitName {
  std::string prefix;   // with folders, without "-00001-of-..."
  uint32_t number = 0;  // from 1
  uint32_t count = 0;
};

// nullopt where `path` does not end like the name of a part.
std::optional<SplitName> parse_split_name(std::string_view path);

// The path of part `number` (from 1).
std::string split_path(const SplitName& name, uint32_t number);

struct SplitInfo {
  uint32_t index = 0;    // from 0
  uint32_t count = 1;    // 1: not split
  uint64_t tensors = 0;  // of all parts; 0: not said
};

Result<SplitInfo> read_split_info(const Part& part);

}  // namespace lar::gguf
