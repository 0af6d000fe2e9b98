// A set of code points as sorted, disjoint ranges: what a character class of a pattern denotes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lar::tokenizer {

class CodePointSet {
 public:
  struct Range {
    char32_t first;
    char32_t last;  // inclusive
  };

  void add(char32_t first, char32_t last);
  void add(const CodePointSet& other);
  void add_categories(uint32_t mask);

  CodePointSet complement() const;
  CodePointSet intersect(const CodePointSet& other) const;

  bool contains(char32_t code_point) const;
  std::span<const Range> ranges() const { return ranges_; }
  bool operator==(const CodePointSet& other) const;

 private:
  std::vector<Range> ranges_;
};

}  // namespace lar::tokenizer
