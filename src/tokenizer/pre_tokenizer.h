// Cuts text into the words that byte-pair merges may not cross, by the rules that the name in
// `tokenizer.ggml.pre` stands for. The table of names is pre_tokenizer_table.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/dfa.h"

namespace lar::tokenizer {

// What one pass does to each piece that the pass before it left. Matches become pieces of their
// own; so does the text between them.
enum class SplitKind : uint8_t {
  kNone,
  kPattern,
  kTrailingSpace,  // white space at the end of the piece
  kNumberGroups,   // decimal digits, in threes from the right, if no word goes on after them
  kDigitGroups,    // runs of decimal digits apart, in threes from the right
  kDigitBorders,   // as kDigitGroups, but only cuts inside a run
  kSpaceCascade,   // pieces that are all spaces: 512, 256, ... 4, 2, 1 at a time
};

struct SplitRule {
  SplitKind kind = SplitKind::kNone;
  std::array<std::string_view, 9> parts = {};  // kPattern: the expression, in pieces
};

// A row of the table: one name and all that it implies.
struct PreTokenizerRow {
  static constexpr size_t kMaxRules = 6;

  std::string_view name;
  std::array<SplitRule, kMaxRules> rules;
  bool ignore_merges = false;  // a word that is a token is not merged from its bytes
  bool add_bos = false;        // unless the file says otherwise
  bool add_sep = false;        // unless the file says otherwise
  bool raw_text = false;       // tokens are UTF-8 with <0xXX> fallback, not byte characters
  bool escape_spaces = false;  // spaces are U+2581
  bool drop_white_space = false;
  bool whole_newlines = false;  // a run of newlines that is a token is not merged from its parts
};

std::span<const PreTokenizerRow> pre_tokenizer_rows();

// Null where the name is unknown. An empty name is "default".
const PreTokenizerRow* find_pre_tokenizer(std::string_view name);

// A row's rules, compiled. Immutable.
class PreTokenizer {
 public:
  static Result<PreTokenizer> create(const PreTokenizerRow& row);

  // Replaces `ends` with where the words of text end, in order; the last is text.size().
  // `scratch` is working space, so that callers who loop need not allocate.
  void split(std::string_view text,
             std::vector<uint32_t>& ends,
             std::vector<uint32_t>& scratch) const;

 private:
  struct Pass {
    SplitKind kind;
    Dfa dfa;  // kPattern
  };
  std::vector<Pass> passes_;
};

}  // namespace lar::tokenizer
