// Walks one sequence of tokens through a grammar: which tokens may come, which came, whether the
// output may end. One matcher a sequence; several may share a grammar and a vocabulary.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "constrain/free_part.h"
#include "constrain/grammar.h"
#include "constrain/vocabulary.h"

namespace lar::constrain {

constexpr size_t kMaxRollback = 512;

struct MatcherOptions {
  // The constraint starts with what follows the free part, after a little white space.
  FreePartOptions free_part;
};

class Matcher {
 public:
  Matcher(std::shared_ptr<Grammar> grammar,
          std::shared_ptr<const Vocabulary> vocabulary,
          const MatcherOptions& options = {});

  // A matcher at the same place that goes its own way.
  Matcher clone() const;
  Matcher(Matcher&&) noexcept = default;
  Matcher& operator=(Matcher&&) noexcept = default;

  // Sets exactly the bits of the tokens that may come next; `bits` has mask_words() words. There
  // is always one where the grammar was made for generation and the vocabulary has all bytes.
  // Error: resource_exhausted where the grammar outgrew its limits; so for `accept`.
  Result<void> fill_mask(std::span<uint64_t> bits);

  // Takes a token. Errors: invalid_argument if it may not come here (nothing has changed then).
  Result<void> accept(TokenId token);

  // Undoes the last `tokens` accepted. Error: invalid_argument for more than are remembered
  // (kMaxRollback).
  Result<void> rollback(size_t tokens);

  // Whether the constraint has started (always, without a free part).
  bool constrained() const { return state_.free.phase == FreePart::Phase::kOver; }
  // Whether the output may end here.
  bool is_complete() const;

  // The text that must come next because nothing else can; whole characters, at most `max` bytes.
  std::string forced_text(size_t max_bytes);

 private:
  struct State {
    std::vector<Thread> threads;
    FreePart::Place free;
    size_t text_size = 0;  // of text_ that belongs to this place
  };
  struct KeptMask {
    std::vector<Thread> threads;
    std::vector<uint64_t> bits;
  };

  Result<void> check_limits();
  void fill_text_bits(std::span<uint64_t> bits);
  void fill_token_bits(std::span<uint64_t> bits);
  void fill_free_bits(std::span<uint64_t> bits);
  // Reads `text` after the first `before` bytes of text_, where it is put.
  bool read_text(std::vector<Thread>& threads, size_t before, std::string_view text);
  void read_constrained(TokenId token, State& next);
  void read_token(const std::vector<Thread>& from, TokenId token, std::vector<Thread>& out);
  // The constraint has started and `text` follows; false where it breaks the constraint.
  bool start(std::string_view text, State& next);

  std::shared_ptr<Grammar> grammar_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const FreePart> free_part_;  // shared by clones
  std::unique_ptr<StackPool> pool_;
  std::unique_ptr<Stepper> stepper_;
  State state_;
  std::string text_;  // that the grammar has read; may be longer than the state has come
  std::deque<State> history_;
  std::deque<KeptMask> kept_masks_;
};

}  // namespace lar::constrain
