// The syntax tree of a regular expression (see regex.h for the dialect). Nodes refer to each other
// by index, so a tree of any shape is freed without recursion.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "constrain/char_set.h"

namespace lar::constrain {

constexpr uint32_t kRegexUnbounded = UINT32_MAX;

struct RegexNode {
  enum class Kind : uint8_t { kEmpty, kSet, kStart, kEnd, kSequence, kChoice, kRepeat };
  Kind kind = Kind::kEmpty;
  uint32_t set = 0;  // kSet: index into RegexTree::sets
  uint32_t min = 0;  // kRepeat
  uint32_t max = 0;
  std::vector<uint32_t> children;
};

struct RegexTree {
  std::vector<RegexNode> nodes;
  std::vector<CharSet> sets;
  uint32_t root = 0;
};

Result<RegexTree> parse_regex(std::string_view pattern);

}  // namespace lar::constrain
