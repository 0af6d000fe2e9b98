// Sets of JSON values in a form that grammars are made from: for every type the union of
// alternatives. Members of arrays and objects are named by ExprId and resolved on demand
// (value_algebra.h), so recursive schemas are finite.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "constrain/decimal.h"

namespace lar::constrain {

using ExprId = uint32_t;
constexpr ExprId kAllValues = 0;
constexpr ExprId kNoValue = 1;

using DfaId = uint32_t;
constexpr DfaId kAnyString = 0;

constexpr uint32_t kNoLimit = UINT32_MAX;

// How a number must be written; until draft 4, 1.0 is no integer.
enum class Spelling : uint8_t { kAny, kWhole, kFraction, kNone };

struct NumberAlt {
  std::optional<Decimal> low;
  std::optional<Decimal> high;
  bool low_excluded = false;
  bool high_excluded = false;
  std::vector<Decimal> multiples;              // of each of these (1: an integer)
  std::vector<Decimal> not_multiples;          // of none of these
  std::optional<std::vector<Decimal>> values;  // only these, sorted
  std::vector<Decimal> excluded;               // none of these, sorted
  Spelling spelling = Spelling::kAny;

  bool contains(const Decimal& value) const;
  bool unconstrained() const;
  // Certainly without a value; false says nothing.
  bool plainly_empty() const;
};

struct StringAlt {
  DfaId dfa = kAnyString;
  uint32_t min = 0;  // characters
  uint32_t max = kNoLimit;
};

// Between min and max of the items from index `from` on are in `value`.
struct Contains {
  ExprId value = kAllValues;
  uint32_t min = 1;
  uint32_t max = kNoLimit;
  uint32_t from = 0;
  bool operator==(const Contains&) const = default;
};

struct ArrayAlt {
  std::vector<ExprId> prefix;
  ExprId rest = kAllValues;
  uint32_t min = 0;
  uint32_t max = kNoLimit;
  std::vector<Contains> contains;
  bool unique = false;

  ExprId item(size_t index) const { return index < prefix.size() ? prefix[index] : rest; }
};

struct Property {
  std::string name;
  ExprId value = kAllValues;  // kNoValue: the property must be absent
  bool required = false;
};

// Keys of `keys` that are no declared property have values of `value`.
struct KeyClass {
  DfaId keys = kAnyString;
  ExprId value = kAllValues;
};

// At least one member has a key of `keys` and a value of `value`.
struct Has {
  DfaId keys = kAnyString;
  ExprId value = kAllValues;
};

// Whether the schema said something about properties beyond the declared ones.
enum class Openness : uint8_t { kNeutral, kImplicit, kExplicit };

struct ObjectAlt {
  std::vector<Property> properties;  // in the order of the schema
  std::vector<KeyClass> classes;     // disjoint; a key in none of them is forbidden
  uint32_t min = 0;
  uint32_t max = kNoLimit;
  std::vector<Has> has;
  Openness openness = Openness::kNeutral;

  const Property* find(const std::string& name) const;
};

struct ValueSet {
  bool null = false;
  bool yes = false;
  bool no = false;
  std::vector<NumberAlt> numbers;
  std::vector<StringAlt> strings;
  std::vector<ArrayAlt> arrays;
  std::vector<ObjectAlt> objects;

  static ValueSet all();
  bool empty() const;
  bool scalars_empty() const;
};

NumberAlt intersect(const NumberAlt& a, const NumberAlt& b);

}  // namespace lar::constrain
