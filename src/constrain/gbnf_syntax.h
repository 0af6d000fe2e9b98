// The syntax of GBNF, as llama.cpp reads it: rules over characters, tokens and other rules. Nodes
// refer to each other by index.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "constrain/char_set.h"

namespace lar::constrain {

constexpr size_t kMaxGbnfBytes = size_t{4} << 20;
constexpr size_t kMaxGbnfDepth = 128;  // nested groups
constexpr uint32_t kGbnfUnbounded = UINT32_MAX;

struct GbnfNode {
  enum class Kind : uint8_t { kSequence, kChoice, kRepeat, kSet, kRule, kToken };
  Kind kind = Kind::kSequence;
  uint32_t value = 0;  // kSet: index of a set; kRule: of a rule; kToken: the token
  bool negated = false;
  uint32_t min = 0;
  uint32_t max = 0;
  std::vector<uint32_t> children;
};

struct GbnfSyntax {
  std::vector<GbnfNode> nodes;
  std::vector<CharSet> sets;
  std::vector<std::string> rule_names;
  std::vector<std::optional<uint32_t>> rules;  // root node of each rule; nullopt: an outer name
  uint32_t root = 0;                           // the rule `root`
};

// The id of a token by its exact text, for <text>.
using TokenLookup = std::function<std::optional<uint32_t>(std::string_view text)>;

// `outer` are names that are defined elsewhere. Errors: invalid_argument with the line;
// resource_exhausted over the limits above.
Result<GbnfSyntax> parse_gbnf(std::string_view text,
                              const TokenLookup& token_id,
                              const std::vector<std::string>& outer);

}  // namespace lar::constrain
