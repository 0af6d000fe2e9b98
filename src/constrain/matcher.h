// Walks one sequence of tokens through a grammar: which tokens may come, which came, whether the
// output may end. One matcher a sequence; several may share a grammar and a vocabulary.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "constrain/grammar.h"
#include "constrain/vocabulary.h"

namespace lar::constrain {

constexpr size_t kMaxRollback = 512;

struct MatcherOptions {
  // Where there are any, output is free until one of these has come (the end of thinking); the
  // constraint starts with what follows, after a little white space.
  std::vector<std::string> start_after_texts;
  std::vector<TokenId> start_after_tokens;
};

class Matcher {
 public:
  Matcher(std::shared_ptr<Grammar> grammar,
          std::shared_ptr<const Vocabulary> vocabulary,
          MatcherOptions options = {});

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

  // Whether the constraint has started (always, without start_after_*).
  bool constrained() const { return !state_.waiting; }
  // Whether the output may end here.
  bool is_complete() const;

  // The text that must come next because nothing else can; whole characters, at most `max` bytes.
  std::string forced_text(size_t max_bytes);

 private:
  struct State {
    std::vector<Thread> threads;
    bool waiting = false;
    std::string tail;      // waiting: the end of the text so far
    size_t text_size = 0;  // of text_ that belongs to this place
  };
  struct KeptMask {
    std::vector<Thread> threads;
    std::vector<uint64_t> bits;
  };

  Result<void> check_limits();
  void fill_text_bits(std::span<uint64_t> bits);
  void fill_token_bits(std::span<uint64_t> bits);
  void fill_waiting(std::span<uint64_t> bits);
  // Reads `text` after the first `before` bytes of text_, where it is put.
  bool read_text(std::vector<Thread>& threads, size_t before, std::string_view text);
  void read_token(const std::vector<Thread>& from, TokenId token, std::vector<Thread>& out);
  // The place after `text` while waiting; false where it breaks the constraint it starts.
  bool wait_through(std::string_view text, State& next);
  std::vector<Thread> first_threads();
  void find_trigger_tokens();

  std::shared_ptr<Grammar> grammar_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  MatcherOptions options_;
  std::unique_ptr<StackPool> pool_;
  std::unique_ptr<Stepper> stepper_;
  State state_;
  std::string text_;  // that the grammar has read; may be longer than the state has come
  std::deque<State> history_;
  std::vector<TokenId> trigger_tokens_;  // may end a start_after text and go on
  size_t tail_bytes_ = 0;
  std::deque<KeptMask> kept_masks_;
};

}  // namespace lar::constrain
