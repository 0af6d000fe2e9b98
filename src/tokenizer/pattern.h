// The regular expressions of pre-tokenizers, parsed to a small program. The patterns are constants
// of this module, never input. Understood: literals, \r \n \t \s \S \d \p{..} \x{HEX}, classes
// with ranges, negation and &&, groups (..) (?:..) (?i:..), | ? * + {m} {m,} {m,n} (all greedy),
// and looking ahead at one character: (?=X) (?!X) $.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/code_point_set.h"

namespace lar::tokenizer {

struct Instruction {
  enum Kind : uint8_t {
    kSet,     // a character of sets[a]
    kSplit,   // go on at a, or else at b
    kJump,    // go on at a
    kAssert,  // the next character is of sets[a]; the end of the text satisfies it if b is 1
    kMatch,
  };
  Kind kind;
  uint32_t a = 0;
  uint32_t b = 0;
};

struct PatternProgram {
  static constexpr size_t kMaxInstructions = 16384;
  static constexpr size_t kMaxSets = 64;

  std::vector<CodePointSet> sets;
  std::vector<Instruction> code;
};

// Errors: invalid_argument for what is not understood, resource_exhausted beyond the limits.
Result<PatternProgram> parse_pattern(std::string_view pattern);

}  // namespace lar::tokenizer
