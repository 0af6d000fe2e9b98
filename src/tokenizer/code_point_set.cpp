#include "tokenizer/code_point_set.h"

#include <algorithm>

#include "tokenizer/unicode.h"

namespace lar::tokenizer {
namespace {

// Sorts and joins what overlaps or touches.
void normalize(std::vector<CodePointSet::Range>& ranges) {
  std::ranges::sort(ranges, {}, &CodePointSet::Range::first);
  size_t kept = 0;
  for (const auto& range : ranges) {
    if (kept > 0 && range.first <= ranges[kept - 1].last + 1) {
      ranges[kept - 1].last = std::max(ranges[kept - 1].last, range.last);
    } else {
      ranges[kept++] = range;
    }
  }
  ranges.resize(kept);
}

}  // namespace

void CodePointSet::add(char32_t first, char32_t last) {
  ranges_.push_back({first, last});
  normalize(ranges_);
}

void CodePointSet::add(const CodePointSet& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  normalize(ranges_);
}

void CodePointSet::add_categories(uint32_t mask) {
  const auto runs = category_runs();
  for (size_t i = 0; i < runs.size(); ++i) {
    if ((mask >> runs[i].category & 1U) == 0) continue;
    const char32_t last = i + 1 < runs.size() ? runs[i + 1].first - 1 : kCodePointMax;
    ranges_.push_back({runs[i].first, last});
  }
  normalize(ranges_);
}

CodePointSet CodePointSet::complement() const {
  CodePointSet result;
  char32_t next = 0;
  for (const Range& range : ranges_) {
    if (range.first > next) result.ranges_.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kCodePointMax) result.ranges_.push_back({next, kCodePointMax});
  return result;
}

CodePointSet CodePointSet::intersect(const CodePointSet& other) const {
  CodePointSet result;
  for (size_t i = 0, j = 0; i < ranges_.size() && j < other.ranges_.size();) {
    const Range& a = ranges_[i];
    const Range& b = other.ranges_[j];
    const char32_t first = std::max(a.first, b.first);
    const char32_t last = std::min(a.last, b.last);
    if (first <= last) result.ranges_.push_back({first, last});
    (a.last < b.last ? i : j) += 1;
  }
  return result;
}

bool CodePointSet::contains(char32_t code_point) const {
  const auto next = std::ranges::upper_bound(ranges_, code_point, {}, &Range::first);
  return next != ranges_.begin() && code_point <= std::prev(next)->last;
}

bool CodePointSet::operator==(const CodePointSet& other) const {
  return std::ranges::equal(ranges_, other.ranges_, [](const Range& a, const Range& b) {
    return a.first == b.first && a.last == b.last;
  });
}

}  // namespace lar::tokenizer
