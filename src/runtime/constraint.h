// Constrained output for one model: compiles what a request asks for, keeps compiled grammars, and
// makes the masks that the sampler applies.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "constrain/free_part.h"
#include "constrain/grammar.h"
#include "runtime/inference.h"
#include "sampling/token_mask.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

// Compiled grammars that are kept, and the memory of all of them together.
inline constexpr size_t kGrammarsMax = 32;
inline constexpr size_t kGrammarBytesMax = size_t{256} << 20;
// A grammar whose tables have grown this far is compiled anew for the next request.
inline constexpr size_t kGrammarStatesWorn = constrain::kMaxStates / 4;

// What Ollama's `format` says: "json" or a schema as JSON text; null, "" and nothing: kNone.
// Error: invalid_argument.
Result<Constraint> constraint_of_format(std::string_view format);

// A grammar that calls schemas by name, such as that of tool calls. All but the first is of kGbnf.
struct GrammarSpec {
  Constraint constraint;
  std::vector<constrain::NamedSchema> schemas;
  std::vector<constrain::NamedText> texts;
  constrain::JsonStyle style;
};

class Constrainer {
 public:
  // Borrows the tokenizer.
  explicit Constrainer(const tokenizer::Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  // A mask for one answer. Its grammar may be shared with others of this model: one thread applies
  // all of them, while any thread may call this. Text that spells control tokens in a GBNF
  // grammar's
  // <...> is looked up in the vocabulary; control tokens are never content.
  // Errors: invalid_argument (a constraint that is wrong, or kNone), unsupported (a keyword, by its
  // path), resource_exhausted (a limit).
  Result<std::unique_ptr<sampling::TokenMask>> mask(const GrammarSpec& spec,
                                                    constrain::FreePartOptions free_part);
  Result<std::unique_ptr<sampling::TokenMask>> mask(const Constraint& constraint) {
    return mask({.constraint = constraint}, {});
  }

  // Grammars that are kept.
  size_t kept() const;

 private:
  struct Kept;
  Result<std::shared_ptr<const constrain::Vocabulary>> vocabulary();
  Result<std::shared_ptr<constrain::Grammar>> compile(const GrammarSpec& spec) const;
  std::shared_ptr<Kept> find(const std::string& key);
  void keep(std::shared_ptr<Kept> fresh);

  const tokenizer::Tokenizer& tokenizer_;  // borrowed
  mutable std::mutex mutex_;
  std::shared_ptr<const constrain::Vocabulary> vocabulary_;  // shared with the masks
  std::list<std::shared_ptr<Kept>> kept_;                    // the last used first
};

}  // namespace lar::runtime
