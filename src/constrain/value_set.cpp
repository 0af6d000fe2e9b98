#include "constrain/value_set.h"

#include <algorithm>

namespace lar::constrain {
namespace {

template <class T>
void merge_into(std::vector<T>& into, const std::vector<T>& from) {
  for (const T& item : from) {
    if (std::ranges::find(into, item) == into.end()) into.push_back(item);
  }
}

}  // namespace

bool NumberAlt::contains(const Decimal& value) const {
  if (values && !std::ranges::binary_search(*values, value)) return false;
  if (low && (value < *low || (low_excluded && value == *low))) return false;
  if (high && (value > *high || (high_excluded && value == *high))) return false;
  const auto divides = [&](const Decimal& step) { return value.is_multiple_of(step); };
  return std::ranges::all_of(multiples, divides) && std::ranges::none_of(not_multiples, divides) &&
         !std::ranges::binary_search(excluded, value);
}

bool NumberAlt::unconstrained() const {
  return !low && !high && multiples.empty() && not_multiples.empty() && !values &&
         excluded.empty() && spelling == Spelling::kAny;
}

bool NumberAlt::plainly_empty() const {
  if (spelling == Spelling::kNone) return true;
  if (values) return values->empty();
  if (low && high && (*low > *high || (*low == *high && (low_excluded || high_excluded)))) {
    return true;
  }
  if (low && high && *low == *high) return !contains(*low);
  return std::ranges::any_of(multiples, [&](const Decimal& step) {
    return std::ranges::any_of(not_multiples,
                               [&](const Decimal& no) { return step.is_multiple_of(no); });
  });
}

NumberAlt intersect(const NumberAlt& a, const NumberAlt& b) {
  NumberAlt out = a;
  if (b.low && (!out.low || *b.low >= *out.low)) {
    out.low_excluded = b.low_excluded || (out.low && *out.low == *b.low && out.low_excluded);
    out.low = b.low;
  }
  if (b.high && (!out.high || *b.high <= *out.high)) {
    out.high_excluded = b.high_excluded || (out.high && *out.high == *b.high && out.high_excluded);
    out.high = b.high;
  }
  merge_into(out.multiples, b.multiples);
  merge_into(out.not_multiples, b.not_multiples);
  merge_into(out.excluded, b.excluded);
  std::ranges::sort(out.excluded);
  if (out.spelling == Spelling::kAny) out.spelling = b.spelling;
  if (b.spelling != Spelling::kAny && b.spelling != out.spelling) out.spelling = Spelling::kNone;
  if (!out.values) out.values = b.values;
  if (out.values) {
    std::erase_if(*out.values, [&](const Decimal& v) { return !a.contains(v) || !b.contains(v); });
    NumberAlt finite;
    finite.spelling = out.spelling;
    finite.values = std::move(out.values);
    return finite;
  }
  return out;
}

const Property* ObjectAlt::find(const std::string& name) const {
  const auto at = std::ranges::find(properties, name, &Property::name);
  return at == properties.end() ? nullptr : &*at;
}

ValueSet ValueSet::all() {
  ValueSet set{.null = true, .yes = true, .no = true};
  set.numbers.emplace_back();
  set.strings.emplace_back();
  set.arrays.emplace_back();
  set.objects.push_back({.classes = {{}}});
  return set;
}

bool ValueSet::scalars_empty() const {
  return !null && !yes && !no && numbers.empty() && strings.empty();
}

bool ValueSet::empty() const {
  return scalars_empty() && arrays.empty() && objects.empty();
}

}  // namespace lar::constrain
