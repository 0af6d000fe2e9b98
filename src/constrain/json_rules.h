// The automaton of JSON documents that satisfy a plan. A frame is a value that is being written:
// an object with what it has seen, an array with its counts, a string with the state of its
// automaton, a number with its digits.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "constrain/automaton.h"
#include "constrain/json_plan.h"
#include "constrain/string_lexer.h"
#include "constrain/token_slices.h"

namespace lar::constrain {

// How null, true and false are written.
enum class Words : uint8_t {
  kJson,
  kPython,  // None, True, False
};

// How JSON is spelled that stands inside another form.
struct JsonStyle {
  Words words = Words::kJson;
  // Stands in strings only as an escape, so that no text with it can be in one; 0: none.
  char32_t never_raw = 0;
};

class JsonRules {
 public:
  // State kinds in the first word of a key; kinds from kJsonKinds on are not ours.
  enum Kind : uint32_t {
    kDoneKind,
    kContext,
    kSet,
    kText,
    kValues,
    kDocument,
    kWord,
    kString,
    kNumber,
    kNumberText,
    kArray,
    kObject,
    kKey,
    kUniqueItem,
    kJsonKinds,
  };

  // `states` is borrowed for the life of the rules.
  JsonRules(Interner& states, std::unique_ptr<JsonPlan> plan, JsonStyle style = {});

  // The state before a whole document that is a value of `node`.
  StateId document(NodeId node);

  // What `byte` does as the first byte of a value of `node`; `after` is the frame to return to
  // (kDone: none).
  void start(NodeId node, uint8_t byte, StateId after, MoveList& out);

  void step(StateId state, uint8_t byte, MoveList& out);
  bool accepting(StateId state);
  bool final_only(StateId state);
  bool cacheable(StateId state, uint8_t byte) const;

  // The text before the next byte, or the end of it: what keys and items that must differ are
  // made of. Borrowed until the next call.
  void look_at(std::string_view text) { text_ = text; }

  // What is missing or expected at `state`, in words; empty where bytes say it better.
  std::string explain(StateId state);

  // A state from which the same tokens of at most `longest` bytes are allowed and which many
  // states share; `state` itself where there is none.
  StateId mask_state(StateId state, size_t longest);
  // How much text of a slice's characters (see TokenSlices) the state reads.
  FreeRun free_run(StateId state, size_t slice);
  ContentRun content_run(StateId state);
  // Whether steps look at the text so far.
  bool looks_at_text() const { return plan_->compares_text(); }
  // The content of any string, without a limit of length.
  bool is_free_string(StateId state) const;

 private:
  using Key = std::vector<uint32_t>;
  Key key(StateId state) const;
  StateId intern(std::initializer_list<uint32_t> words);
  StateId intern(const Key& words) { return states_.intern(words); }
  bool generating() const { return plan_->purpose() == Purpose::kGenerate; }

  // The white space counter after one more byte, or nothing.
  std::optional<uint32_t> space(uint32_t seen, uint8_t byte) const;

  void start_string(const PlanNode& node, StateId after, MoveList& out);
  void start_number(NodeId id, const PlanNode& node, uint8_t byte, StateId after, MoveList& out);
  void step_string(const Key& key, uint8_t byte, MoveList& out);
  void step_array(const Key& key, uint8_t byte, MoveList& out);

  // Strings that must not come again: a set of values and how much of them has been written.
  struct Avoid {
    uint32_t values = 0;
    uint32_t depth = 0;
  };
  Avoid advance(Avoid avoid, char32_t c);
  bool is_avoided(Avoid avoid) const;

  void step_unique(const Key& key, uint8_t byte, MoveList& out);
  void start_unique(const Key& array, NodeId node, uint8_t byte, MoveList& out);
  bool unique_viable(
      StateId item, Avoid avoid, std::string& number, uint32_t seen, uint32_t& budget);
  bool another_unique(const Key& array);
  // The set with the value of `text`; nothing if it is there or `text` is no value.
  std::optional<uint32_t> with_value(uint32_t seen, std::string_view text);
  // The set with the string that a quote ends now; nothing if that cannot be told.
  std::optional<uint32_t> with_last_string(uint32_t seen);
  std::optional<uint32_t> with_id(uint32_t seen, uint32_t id);
  uint32_t value_id(const JsonValue& value);

  void step_object(const Key& key, uint8_t byte, MoveList& out);
  void step_key(const Key& key, uint8_t byte, MoveList& out);
  void step_number(const Key& key, uint8_t byte, MoveList& out);
  void step_number_text(const Key& key, uint8_t byte, MoveList& out);

  bool is_never_raw(char32_t c) const { return never_raw_ != 0 && c == never_raw_; }
  bool must_escape(char32_t c) const;
  // One more character in a string; false: no string of the automaton can follow.
  bool advance_string(uint32_t& q, uint32_t& min, uint32_t& max, const Dfa& dfa, char32_t c) const;
  bool string_viable(const Dfa& dfa, uint32_t q, uint32_t min, uint32_t max, LexState lex) const;

  bool can_close_object(const Key& context) const;
  // The context after a member whose key is `target`; nothing where it may not come now.
  std::optional<StateId> after_member(const Key& context,
                                      uint32_t target,
                                      uint32_t values,
                                      uint32_t bits);
  bool member_allowed(const Key& context, uint32_t target) const;
  bool property_allowed(const Key& context, uint32_t index) const;
  bool extras_allowed(const Key& context) const;
  bool tracks_extras(const Key& context) const;
  bool key_viable(const Key& key, const Key& context);
  bool extra_viable(const PlanClass& c, uint32_t q, Avoid avoid) const;
  std::string raw_text_of(uint32_t text) const;  // of bytes
  std::vector<uint32_t> subset(uint32_t set) const;
  FreeRun free_key_run(const Key& key, size_t slice);
  ContentRun key_content_run(const Key& key);
  uint32_t free_chars(DfaId dfa, uint32_t q, size_t slice);

  static constexpr uint32_t kUnknownValue = UINT32_MAX;
  static constexpr std::array<std::string_view, 3> kWords{"null", "true", "false"};
  static constexpr std::array<std::string_view, 3> kPythonWords{"None", "True", "False"};

  Interner& states_;
  std::unique_ptr<JsonPlan> plan_;
  const std::array<std::string_view, 3>& words_;  // as they are written
  const char32_t never_raw_;
  uint32_t no_text_;
  std::map<std::string, uint32_t> value_ids_;  // by canonical text
  std::vector<std::u32string> value_strings_;  // by id; empty for values that are no strings
  std::string_view text_;
  std::map<std::pair<DfaId, size_t>, std::vector<uint32_t>> free_runs_;  // of an automaton's states
};

}  // namespace lar::constrain
