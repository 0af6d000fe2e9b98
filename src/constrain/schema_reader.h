// Reads the keywords of a JSON Schema into value sets (value_algebra.h). What it cannot enforce it
// refuses by name; annotations and unknown keywords demand nothing and are passed over.
#pragma once

#include <memory>

#include "base/result.h"
#include "constrain/schema_document.h"
#include "constrain/value_algebra.h"

namespace lar::constrain {

constexpr size_t kMaxEnumValues = 250'000;

enum class FormatPolicy : uint8_t {
  kAssert,    // `format` must hold; a name that is not known is an error
  kAnnotate,  // `format` says nothing about validity (the default of the 2020-12 draft)
  kDeclared,  // kAnnotate where $schema names a draft that has it so, else kAssert
};

struct ReaderOptions {
  FormatPolicy formats = FormatPolicy::kAssert;
};

class SchemaReader {
 public:
  SchemaReader(SchemaDocument document, ReaderOptions options);
  SchemaReader(const SchemaReader&) = delete;
  SchemaReader& operator=(const SchemaReader&) = delete;

  ValueAlgebra& algebra() { return algebra_; }
  const SchemaDocument& document() const { return document_; }
  ExprId root() { return algebra_.schema(document_.root()); }

  // Where the keywords of a schema all speak of one type and nothing else decides the type, the
  // values of that type in `set` (if there are any). A reading that generation chooses: it makes
  // the set smaller, so it must not be complemented.
  ValueSet of_implied_type(const JsonValue& schema, const ValueSet& set);

 private:
  // One keyword as a set that the subschema's set is intersected with.
  using Handler = Result<ValueSet> (SchemaReader::*)(const JsonValue& schema,
                                                     const JsonValue& value);
  struct Keyword {
    std::string_view name;
    Handler handler;
  };
  static std::span<const Keyword> keywords();

  Result<ValueSet> read(const JsonValue& schema);
  Result<ValueSet> read_subschema(const JsonValue& schema);

  Result<ValueSet> ref(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> dynamic_ref(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> type(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> enumeration(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> constant(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> all_of(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> any_of(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> one_of(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> negated(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> conditional(const JsonValue& schema, const JsonValue& value);

  Result<ValueSet> minimum(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> maximum(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> exclusive_minimum(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> exclusive_maximum(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> multiple_of(const JsonValue& schema, const JsonValue& value);

  Result<ValueSet> min_length(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> max_length(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> pattern(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> format(const JsonValue& schema, const JsonValue& value);

  Result<ValueSet> items(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> prefix_items(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> min_items(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> max_items(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> unique_items(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> contains(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> unevaluated_items(const JsonValue& schema, const JsonValue& value);

  Result<ValueSet> properties(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> lone_properties(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> required(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> min_properties(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> max_properties(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> property_names(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> dependent_required(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> dependent_schemas(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> dependencies(const JsonValue& schema, const JsonValue& value);
  Result<ValueSet> unevaluated_properties(const JsonValue& schema, const JsonValue& value);

  // properties, patternProperties and the schema of the other keys, as one alternative.
  Result<ObjectAlt> object_of(const JsonValue* properties,
                              const JsonValue* patterns,
                              ExprId others);
  Result<ValueSet> with_dependency(const std::string& name, ValueSet then);
  Result<DfaId> pattern_dfa(const std::string& pattern);

  SchemaDocument document_;
  ReaderOptions options_;
  ValueAlgebra algebra_;
  std::map<std::string, DfaId> patterns_;
  std::map<std::string, DfaId> formats_;
};

}  // namespace lar::constrain
