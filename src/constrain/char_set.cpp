#include "constrain/char_set.h"

#include <algorithm>
#include <initializer_list>

namespace lar::constrain {

CharSet::CharSet(std::initializer_list<CharRange> ranges) {
  for (const CharRange& range : ranges) add(range.first, range.last);
}

CharSet CharSet::all() {
  return {{0, kMaxCodePoint}};
}

void CharSet::add(char32_t first, char32_t last) {
  if (first > last) return;
  // The ranges that [first, last] overlaps or touches become one.
  auto begin = std::ranges::lower_bound(ranges_, first, {}, [](const CharRange& r) {
    return r.last == kMaxCodePoint ? r.last : r.last + 1;
  });
  auto end = begin;
  while (end != ranges_.end() && (end->first <= last || end->first == last + 1)) {
    first = std::min(first, end->first);
    last = std::max(last, end->last);
    ++end;
  }
  begin = ranges_.erase(begin, end);
  ranges_.insert(begin, {first, last});
}

void CharSet::add(const CharSet& other) {
  for (const CharRange& range : other.ranges_) add(range.first, range.last);
}

CharSet CharSet::negated() const {
  CharSet out;
  char32_t next = 0;
  for (const CharRange& range : ranges_) {
    if (range.first > next) out.ranges_.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kMaxCodePoint) out.ranges_.push_back({next, kMaxCodePoint});
  return out;
}

bool CharSet::contains(char32_t c) const {
  const auto at = std::ranges::lower_bound(ranges_, c, {}, &CharRange::last);
  return at != ranges_.end() && at->first <= c;
}

}  // namespace lar::constrain
