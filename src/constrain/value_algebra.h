// Intersection, union and complement of value sets, lazily through expressions over subschemas.
// Every operation is exact or an error; alternatives that are plainly empty are dropped.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "constrain/dfa.h"
#include "constrain/json_value.h"
#include "constrain/value_set.h"

namespace lar::constrain {

constexpr size_t kMaxExprs = 400'000;
constexpr size_t kMaxAlternatives = 512;       // of one type in one set
constexpr size_t kMaxResolveDepth = 200;       // references and combinators in place
constexpr size_t kMaxKeyClasses = 64;          // kinds of keys of one object
constexpr size_t kMaxAlgebraWork = 3'000'000;  // members touched in one compilation
constexpr size_t kMaxDfaTotalCells = size_t{16} << 20;

class ValueAlgebra {
 public:
  // Reads the subschema itself; set by the schema reader.
  using Reader = std::function<Result<ValueSet>(const JsonValue&)>;

  explicit ValueAlgebra(Reader reader);

  ExprId schema(const JsonValue& schema);
  ExprId constant(const JsonValue& value);
  ExprId both(ExprId a, ExprId b);
  ExprId negation(ExprId a);

  // The set an expression stands for; valid as long as the algebra.
  Result<const ValueSet*> resolve(ExprId expr);
  // The subschema that an expression came from, for messages; may be nullptr.
  const JsonValue* origin(ExprId expr) const;
  // Calls use(schema) for the subschemas that the expression is the intersection of; complements
  // and constants are passed over.
  template <class F>
  void for_each_schema(ExprId expr, F use) const {
    if (exprs_[expr].kind == Kind::kSchema) use(*exprs_[expr].json);
    if (exprs_[expr].kind != Kind::kBoth) return;
    for (const ExprId part : exprs_[expr].parts) for_each_schema(part, use);
  }

  Result<ValueSet> intersect(const ValueSet& a, const ValueSet& b);
  Result<ValueSet> unite(const ValueSet& a, const ValueSet& b);
  Result<ValueSet> negate(const ValueSet& a);
  Result<ValueSet> of_constant(const JsonValue& value);
  // True only if no value is in both; false says nothing.
  Result<bool> disjoint(const ValueSet& a, const ValueSet& b);

  const Dfa& dfa(DfaId id) const { return dfas_[id]; }
  Result<DfaId> add_dfa(Dfa dfa);
  Result<DfaId> combine(DfaId a, DfaId b, Dfa::Op op);
  // With its bounds folded in as far as that pays; nullopt: empty.
  Result<std::optional<StringAlt>> normalize(StringAlt alt);
  // The alternatives as one automaton.
  Result<DfaId> as_dfa(const std::vector<StringAlt>& alts);

  // The value that keys without a declaration have; kNoValue for a forbidden one.
  ExprId class_value(const ObjectAlt& alt, const std::string& name) const;

  size_t exprs() const { return exprs_.size(); }

 private:
  enum class Kind : uint8_t { kAll, kNone, kSchema, kConstant, kBoth, kNot };
  struct Expr {
    Kind kind = Kind::kAll;
    std::vector<ExprId> parts;
    const JsonValue* json = nullptr;
    bool resolving = false;
    std::unique_ptr<ValueSet> set;
  };

  ExprId intern(Kind kind, std::vector<ExprId> parts, const JsonValue* json);
  Result<ValueSet> compute(ExprId expr);
  bool plainly_empty(ExprId expr, int depth);
  bool plainly_empty(const ArrayAlt& alt, int depth);
  bool plainly_empty(const ObjectAlt& alt, int depth);
  Result<void> spend(size_t work);

  Result<ArrayAlt> intersect(const ArrayAlt& a, const ArrayAlt& b);
  Result<std::optional<ObjectAlt>> intersect(const ObjectAlt& a, const ObjectAlt& b);
  Result<std::vector<NumberAlt>> intersect(const std::vector<NumberAlt>& a,
                                           const std::vector<NumberAlt>& b);
  Result<std::vector<StringAlt>> intersect(const std::vector<StringAlt>& a,
                                           const std::vector<StringAlt>& b);
  Result<std::vector<ArrayAlt>> intersect(const std::vector<ArrayAlt>& a,
                                          const std::vector<ArrayAlt>& b);
  Result<std::vector<ObjectAlt>> intersect(const std::vector<ObjectAlt>& a,
                                           const std::vector<ObjectAlt>& b);
  Result<void> unite_strings(std::vector<StringAlt>& into, const std::vector<StringAlt>& from);

  std::vector<NumberAlt> complement(const NumberAlt& alt);
  Result<std::vector<StringAlt>> complement(const StringAlt& alt);
  Result<std::vector<ArrayAlt>> complement(const ArrayAlt& alt);
  Result<std::vector<ObjectAlt>> complement(const ObjectAlt& alt);

  Reader reader_;
  std::vector<Dfa> dfas_;
  size_t dfa_cells_ = 0;
  std::map<std::tuple<DfaId, DfaId, int>, DfaId> combined_;
  std::map<std::pair<uint32_t, uint32_t>, DfaId> lengths_;
  std::vector<Expr> exprs_;
  std::map<std::pair<int, std::vector<ExprId>>, ExprId> compound_ids_;
  std::unordered_map<const JsonValue*, ExprId> schema_ids_;
  std::unordered_map<const JsonValue*, ExprId> constant_ids_;
  size_t depth_ = 0;
  int prune_depth_ = 0;
  size_t work_ = 0;
};

}  // namespace lar::constrain
