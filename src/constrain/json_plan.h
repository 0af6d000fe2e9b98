// A schema made ready for stepping: every subschema that can be met as a node, objects with their
// keys in a trie, the choices that each key or item leaves, and - for generation - the knowledge
// which of them can still be finished.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "constrain/number_range.h"
#include "constrain/schema_reader.h"
#include "constrain/value_set.h"

namespace lar::constrain {

enum class Purpose : uint8_t {
  kGenerate,  // properties in the order of the schema, little white space, no dead ends
  kCheck,     // every spelling of every valid document
};

constexpr size_t kMaxNodes = 250'000;
constexpr size_t kMaxTrieNodes = size_t{4} << 20;
constexpr size_t kMaxContains = 4;           // in one array, together
constexpr size_t kMaxHas = 4;                // in one object
constexpr size_t kMaxPlanSteps = 20'000;     // (length, counts) of one array with contains
constexpr uint32_t kMaxFinishSteps = 2'000;  // tries to satisfy has-constraints of one object

using NodeId = uint32_t;

// A value node to continue with, and which counted constraints the value then satisfies.
struct Choice {
  NodeId node = 0;
  uint32_t bits = 0;
};

struct PlanProperty {
  std::string name;
  bool required = false;
  std::vector<Choice> choices;  // empty: must be absent
};

struct PlanClass {
  DfaId keys = kAnyString;
  std::vector<Choice> choices;
};

struct KeyTrie {
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Node {
    std::vector<std::pair<char32_t, uint32_t>> children;  // sorted
    std::vector<uint32_t> properties;                     // at or below, sorted
    uint32_t property = kNone;
  };
  std::vector<Node> nodes{{}};

  uint32_t next(uint32_t node, char32_t c) const;
};

struct PlanObject {
  std::vector<PlanProperty> properties;
  std::vector<PlanClass> classes;
  std::vector<uint32_t> next_required;  // [i]: first required property at or after i, else size
  std::vector<uint32_t> usable_after;   // [i]: properties with choices at or after i
  std::vector<uint32_t> required_after;
  uint32_t min = 0;
  uint32_t max = kNoLimit;
  uint32_t has_bits = 0;      // all that must be seen
  bool counts = false;        // whether the number of members matters
  bool any_key_free = false;  // a class of all strings: escapes are not restricted
  KeyTrie keys;
};

struct PlanArray {
  std::vector<std::vector<Choice>> items;  // by index; the last one for all further
  uint32_t min = 0;
  uint32_t max = kNoLimit;
  std::vector<Contains> contains;
  bool unique = false;
  // Generation with `contains`: the (index, counts...) from which the array can be finished.
  std::map<std::vector<uint32_t>, bool> finishable;

  const std::vector<Choice>& at(uint32_t index) const {
    return items[index < items.size() ? index : items.size() - 1];
  }
};

struct PlanNumber {
  NumberAlt alt;
  NumberRange range;  // generation only
};

struct PlanNode {
  bool null = false;
  bool yes = false;
  bool no = false;
  bool productive = false;
  std::vector<uint32_t> numbers;  // indices into JsonPlan
  std::vector<StringAlt> strings;
  std::vector<uint32_t> arrays;
  std::vector<uint32_t> objects;
};

class JsonPlan {
 public:
  JsonPlan(std::unique_ptr<SchemaReader> reader, Purpose purpose);

  // Adds the node of `root` and all below. Errors name the subschema and keyword;
  // invalid_argument where no value can satisfy the schema (generation).
  Result<NodeId> build(ExprId root);

  Purpose purpose() const { return purpose_; }
  SchemaReader& reader() { return *reader_; }
  const Dfa& dfa(DfaId id) const { return reader_->algebra().dfa(id); }
  const PlanNode& node(NodeId id) const { return nodes_[id]; }
  const PlanNumber& number(uint32_t i) const { return numbers_[i]; }
  const PlanArray& array(uint32_t i) const { return arrays_[i]; }
  const PlanObject& object(uint32_t i) const { return objects_[i]; }

  // Whether members can still be added so that the object may be closed. `last`: properties up to
  // it are past (properties.size(): only undeclared keys may follow).
  bool can_finish(const PlanObject& object, uint32_t next, uint32_t count, uint32_t bits) const {
    uint32_t steps = kMaxFinishSteps;
    return search_finish(object, next, count, bits, steps);
  }
  // Whether keys or items must differ from others, so that stepping needs their text.
  bool compares_text() const;
  // The count and the has-bits as far as they matter.
  static uint32_t cap_count(const PlanObject& object, uint32_t count);
  static bool can_close(const PlanObject& object, uint32_t next, uint32_t count, uint32_t bits);
  static std::vector<uint32_t> after_item(const PlanArray& array,
                                          std::span<const uint32_t> state,
                                          uint32_t bits);
  static bool can_close(const PlanArray& array, std::span<const uint32_t> state);

 private:
  Result<NodeId> node_of(ExprId expr);
  Result<void> expand(NodeId id, ExprId expr);
  Result<uint32_t> add_array(const ArrayAlt& alt);
  Result<uint32_t> add_object(const ObjectAlt& alt);
  Result<std::vector<KeyClass>> prepare_classes(const ObjectAlt& alt,
                                                std::vector<Property>& properties);
  Result<std::vector<Choice>> item_choices(const ArrayAlt& alt, uint32_t index);
  Result<void> build_trie(PlanObject& object);

  Result<void> find_productive();
  Result<void> limit_unique_arrays();
  bool productive(const PlanNode& node);
  bool productive(PlanArray& array);
  bool productive(const PlanObject& object) const;
  bool search_finish(const PlanObject& object,
                     uint32_t next,
                     uint32_t count,
                     uint32_t bits,
                     uint32_t& steps) const;
  bool any_productive(const std::vector<Choice>& choices) const;
  void prune();

  std::unique_ptr<SchemaReader> reader_;
  Purpose purpose_;
  std::vector<PlanNode> nodes_;
  std::vector<ExprId> exprs_;  // of each node
  std::unordered_map<ExprId, NodeId> node_ids_;
  std::vector<PlanNumber> numbers_;
  std::vector<PlanArray> arrays_;
  std::vector<PlanObject> objects_;
  size_t trie_nodes_ = 0;
};

}  // namespace lar::constrain
