// A compiled grammar: what constrained output must look like. Compiled from a JSON Schema, from
// GBNF, from a regular expression or for a call of tools; a Matcher (matcher.h) walks it.
//
// A grammar fills its tables while it is used: one thread at a time uses it and its matchers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "constrain/gbnf_rules.h"
#include "constrain/json_plan.h"
#include "constrain/json_rules.h"
#include "constrain/stepper.h"
#include "constrain/token_mask.h"

namespace lar::constrain {

struct SchemaOptions {
  Purpose purpose = Purpose::kGenerate;
  FormatPolicy formats = FormatPolicy::kAssert;
  Draft draft = Draft::kDraft2020;  // where the schema names none
};

// A schema that a GBNF grammar calls as a rule of that name. Others refer to it by its $id.
struct NamedSchema {
  std::string name;
  std::string schema;
};

// The longest text of a NamedText whose schema has a bound.
constexpr uint32_t kMaxTextChars = 1'024;

// The strings of a schema as a GBNF rule of that name: as they are, without quotes or escapes.
struct NamedText {
  std::string name;
  std::string schema;
  std::vector<std::string> without;  // none that contains one of these
  std::vector<std::string> unlike;   // none that matches one of these expressions as a whole
};

struct GbnfOptions {
  TokenLookup token_id;  // resolves <text>
  std::vector<NamedSchema> schemas;
  std::vector<NamedText> texts;
  JsonStyle style;  // of the schemas' values
  SchemaOptions schema_options;
};

class Grammar {
 public:
  // A document that satisfies the schema. For generation, schemas of one type's keywords without
  // `type` mean that type and {} means an object, as llama.cpp has it. Errors: invalid_argument
  // (no schema), unsupported (a keyword, by its path), resource_exhausted (a limit).
  static Result<std::shared_ptr<Grammar>> from_schema(std::string_view schema,
                                                      const SchemaOptions& options);
  // JSON mode: any object.
  static Result<std::shared_ptr<Grammar>> json_object();
  static Result<std::shared_ptr<Grammar>> from_gbnf(std::string_view text,
                                                    const GbnfOptions& options);
  // A text that as a whole matches the expression (see regex.h).
  static Result<std::shared_ptr<Grammar>> from_regex(std::string_view pattern);

  Grammar(const Grammar&) = delete;
  Grammar& operator=(const Grammar&) = delete;

  StateId start() const { return start_; }
  // The start, with a little white space before it.
  StateId start_after_space();
  Automaton& automaton() { return automaton_; }
  // Whether a limit was reached while stepping, so that the tables lack moves.
  bool exhausted() const { return automaton_.exhausted() || (gbnf_ && gbnf_->exhausted()); }
  // About how much the tables hold so far.
  size_t bytes() const { return automaton_.bytes() + (masks_ ? masks_->bytes() : 0); }

  // The masks for a vocabulary; kept for the one used last.
  MaskCache& masks(const std::shared_ptr<const Vocabulary>& vocabulary);

  // Before a step: the text read so far, or as much of its end as is known. It is needed where
  // keys or items must differ from earlier ones. Borrowed until the next call.
  void look_at(std::string_view text);

  // What would have to come at `state` (may be empty).
  std::string explain(StateId state);

 private:
  class AllRules : public Rules {
   public:
    explicit AllRules(Grammar& grammar) : grammar_(grammar) {}
    void step(StateId state, uint8_t byte, MoveList& out) override;
    bool accepting(StateId state) override;
    bool final_only(StateId state) override;
    bool cacheable(StateId state, uint8_t byte) const override;
    void token_edges(StateId state, std::vector<TokenEdge>& out) override;

   private:
    Grammar& grammar_;
  };

  Grammar();
  uint32_t kind(StateId state) const;

  Interner states_;
  AllRules rules_;
  Automaton automaton_;
  std::unique_ptr<JsonRules> json_;
  std::optional<GbnfRules> gbnf_;
  std::unique_ptr<MaskCache> masks_;
  StateId start_ = kDone;
};

}  // namespace lar::constrain
