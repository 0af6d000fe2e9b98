// A pattern compiled to a table automaton that finds what a backtracking matcher would find (first
// alternative that matches, greedy), in one pass and without memory that grows with the text.
// Immutable: shared between threads. Text need not be UTF-8: ill-formed bytes count as U+FFFD.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/pattern.h"

namespace lar::tokenizer {

class Dfa {
 public:
  static constexpr size_t kMaxStates = 8192;

  // Errors: resource_exhausted where the automaton is too large.
  static Result<Dfa> compile(const PatternProgram& program);

  // Where the match that begins at `begin` ends; npos without one.
  size_t match_end(std::string_view text, size_t begin) const;
  static constexpr size_t npos = static_cast<size_t>(-1);

  size_t states() const { return table_.size() / stride_; }

 private:
  friend class DfaBuilder;
  static constexpr uint16_t kMatchBit = 0x8000;  // a match ends before the character just read
  static constexpr uint16_t kDead = 0;
  static constexpr uint16_t kStart = 1;
  static constexpr size_t kPageBits = 8;

  uint8_t class_of(char32_t code_point) const {
    return pages_[(static_cast<size_t>(page_index_[code_point >> kPageBits]) << kPageBits) +
                  (code_point & 0xFF)];
  }

  // Characters that no class of the pattern tells apart share a column; the last is the end.
  size_t stride_ = 1;
  std::array<uint8_t, 128> ascii_{};
  std::vector<uint16_t> page_index_;
  std::vector<uint8_t> pages_;
  std::vector<uint16_t> table_;
};

}  // namespace lar::tokenizer
