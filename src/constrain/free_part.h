// The part of an output that comes before its constraint: a model's thinking. It ends with one of
// the given texts; control tokens count by their names.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "constrain/vocabulary.h"

namespace lar::constrain {

struct FreePartOptions {
  // The constraint starts after the first of these; none: there is no free part.
  std::vector<std::string> end_texts;
  // Not empty: there is a free part only if the output begins with this text, after white space.
  std::string start_text;
};

class FreePart {
 public:
  enum class Phase : uint8_t {
    kOver,
    kMaybe,  // so far the output could be the beginning of start_text, or be constrained
    kOpen,
  };
  struct Place {
    Phase phase = Phase::kOver;
    std::string tail;  // the end of the output so far, as much as matters
  };
  struct Step {
    Place next;
    std::optional<std::string> rest;  // the free part has ended: what follows it in the token
  };

  FreePart(std::shared_ptr<const Vocabulary> vocabulary, FreePartOptions options);

  Place first() const;
  // What a token makes of a place that is not over. kOver without a rest: there is no free part.
  Step step(const Place& place, TokenId token) const;

  // Tokens that may come at a place that is not over, without those that end the output.
  // fits(rest): whether the constraint can begin with that text.
  template <class Fits>
  void fill(const Place& place, std::span<uint64_t> bits, Fits fits) const;

 private:
  Step step_text(const Place& place, std::string_view text) const;
  void find_ends();
  bool may_end_within(const Place& place) const;
  void set_all(std::span<uint64_t> bits) const;

  std::shared_ptr<const Vocabulary> vocabulary_;
  FreePartOptions options_;
  size_t tail_bytes_ = 0;
  std::vector<TokenId> whole_ends_;  // hold an end text and more
  std::vector<TokenId> rest_ends_;   // begin with the rest of an end text, and go on
};

template <class Fits>
void FreePart::fill(const Place& place, std::span<uint64_t> bits, Fits fits) const {
  const auto allowed = [&](TokenId token) {
    const Step next = step(place, token);
    return next.rest ? fits(*next.rest) : next.next.phase != Phase::kOver;
  };
  const auto set = [&](TokenId token, bool value) {
    const uint64_t bit = uint64_t{1} << (token % 64);
    bits[token / 64] = value ? bits[token / 64] | bit : bits[token / 64] & ~bit;
  };
  if (place.phase == Phase::kMaybe) {
    for (TokenId token = 0; token < vocabulary_->size(); ++token) {
      if (!vocabulary_->is_end(token) && allowed(token)) set(token, true);
    }
    return;
  }
  set_all(bits);
  for (const TokenId token : vocabulary_->end_tokens()) set(token, false);
  for (const TokenId token : whole_ends_) set(token, allowed(token));
  if (!may_end_within(place)) return;
  for (const TokenId token : rest_ends_) set(token, allowed(token));
}

}  // namespace lar::constrain
