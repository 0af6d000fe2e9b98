// Small pieces of reading schemas that need no document: types, counts, numbers.
#pragma once

#include <string_view>

#include "base/result.h"
#include "constrain/json_value.h"
#include "constrain/value_set.h"

namespace lar::constrain {

// All values but those of one type; what a keyword about that type leaves alone.
ValueSet all_but_numbers();
ValueSet all_but_strings();
ValueSet all_but_arrays();
ValueSet all_but_objects();

// Error: invalid_argument for a name that is no type.
Result<ValueSet> values_of_type(std::string_view name);

// A count (minLength ...), clamped to kNoLimit - 1. Error: invalid_argument.
Result<uint32_t> read_count(const JsonValue& value);
Result<Decimal> read_number(const JsonValue& value);
// A non-empty array of schemas.
Result<void> require_schemas(const JsonValue& value);

// Narrows `set` to the one type that all keywords of the schema speak of, if there is one and
// neither a type nor a combinator says otherwise.
void keep_implied_type(const JsonValue& schema, ValueSet& set);

}  // namespace lar::constrain
