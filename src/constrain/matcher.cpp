#include "constrain/matcher.h"

#include <algorithm>

#include "base/utf8.h"

namespace lar::constrain {
namespace {

constexpr size_t kMaxKeptPlaceMasks = 8;

void set_bit(std::span<uint64_t> bits, TokenId token) {
  if (token / 64 < bits.size()) bits[token / 64] |= uint64_t{1} << (token % 64);
}

}  // namespace

Matcher::Matcher(std::shared_ptr<Grammar> grammar,
                 std::shared_ptr<const Vocabulary> vocabulary,
                 const MatcherOptions& options)
    : grammar_(std::move(grammar)),
      vocabulary_(std::move(vocabulary)),
      free_part_(std::make_shared<FreePart>(vocabulary_, options.free_part)),
      pool_(std::make_unique<StackPool>()),
      stepper_(std::make_unique<Stepper>(grammar_->automaton(), *pool_)) {
  state_.free = free_part_->first();
  if (state_.free.phase == FreePart::Phase::kOpen) return;
  state_.threads = {{grammar_->start(), kNoFrame}};
}

Matcher Matcher::clone() const {
  Matcher copy(grammar_, vocabulary_);
  copy.free_part_ = free_part_;
  *copy.pool_ = *pool_;
  copy.state_ = state_;
  copy.text_ = text_;
  copy.history_ = history_;
  return copy;
}

Result<void> Matcher::check_limits() {
  if (!stepper_->exhausted() && !grammar_->exhausted()) return {};
  return fail(Code::kResourceExhausted,
              "the grammar is too ambiguous or too large to follow: more than " +
                  std::to_string(kMaxThreads) + " readings or " + std::to_string(kMaxStates) +
                  " states");
}

bool Matcher::read_text(std::vector<Thread>& threads, size_t before, std::string_view text) {
  std::vector<Thread> next;
  text_.resize(before);
  for (const char c : text) {
    grammar_->look_at(text_);
    stepper_->step(threads, static_cast<uint8_t>(c), next);
    std::swap(threads, next);
    if (threads.empty()) return false;
    text_.push_back(c);
  }
  return true;
}

bool Matcher::start(std::string_view text, State& next) {
  next.threads = {{grammar_->start_after_space(), kNoFrame}};
  next.text_size = text.size();
  return read_text(next.threads, 0, text);
}

void Matcher::fill_free_bits(std::span<uint64_t> bits) {
  const std::string kept = text_;
  free_part_->fill(state_.free, bits, [&](std::string_view rest) {
    const StackPool::Size pool_size = pool_->size();
    State next;
    const bool fits = start(rest, next);
    pool_->shrink(pool_size);
    return fits;
  });
  text_ = kept;
}

void Matcher::fill_text_bits(std::span<uint64_t> bits) {
  for (const KeptMask& kept : kept_masks_) {
    if (kept.threads != state_.threads) continue;
    std::ranges::copy(kept.bits, bits.begin());
    return;
  }
  grammar_->masks(vocabulary_).fill(*stepper_, state_.threads, bits);
  if (kept_masks_.size() >= kMaxKeptPlaceMasks) kept_masks_.pop_front();
  kept_masks_.push_back({state_.threads, {bits.begin(), bits.end()}});
}

void Matcher::fill_token_bits(std::span<uint64_t> bits) {
  for (const Thread& at : stepper_->exits(state_.threads)) {
    for (const TokenEdge& edge : grammar_->automaton().token_edges(at.top)) {
      if (!edge.negated) {
        set_bit(bits, edge.token);
        continue;
      }
      for (TokenId token = 0; token < vocabulary_->size(); ++token) {
        if (token != edge.token && !vocabulary_->is_end(token)) set_bit(bits, token);
      }
    }
  }
}

Result<void> Matcher::fill_mask(std::span<uint64_t> bits) {
  if (bits.size() != vocabulary_->mask_words()) {
    return fail(Code::kInvalidArgument, "the mask has the wrong size");
  }
  std::ranges::fill(bits, uint64_t{0});
  if (!state_.threads.empty()) {
    fill_text_bits(bits);
    fill_token_bits(bits);
  }
  if (is_complete()) {
    for (const TokenId token : vocabulary_->end_tokens()) set_bit(bits, token);
  }
  if (!constrained()) fill_free_bits(bits);
  return check_limits();
}

void Matcher::read_token(const std::vector<Thread>& from, TokenId token, std::vector<Thread>& out) {
  const bool end = vocabulary_->is_end(token);
  const std::vector<Thread> exits = stepper_->exits(from);
  bool named = false;
  for (const Thread& at : exits) named |= !grammar_->automaton().token_edges(at.top).empty();
  if (!named) return;
  stepper_->begin();
  for (const Thread& thread : out) stepper_->add(thread);
  for (const Thread& at : exits) {
    for (const TokenEdge& edge : grammar_->automaton().token_edges(at.top)) {
      const bool matches = edge.negated ? token != edge.token && !end : token == edge.token;
      if (matches) stepper_->apply(edge.moves, at.below);
    }
  }
  stepper_->finish(out);
}

void Matcher::read_constrained(TokenId token, State& next) {
  const std::string& text = vocabulary_->text(token);
  if (!text.empty()) {
    next.threads = state_.threads;
    if (!read_text(next.threads, state_.text_size, text)) next.threads.clear();
  }
  read_token(state_.threads, token, next.threads);
  text_.resize(state_.text_size);
  text_ += text;
  next.text_size = text_.size();
}

Result<void> Matcher::accept(TokenId token) {
  if (token >= vocabulary_->size()) {
    return fail(Code::kInvalidArgument, "token " + std::to_string(token) + " does not exist");
  }
  State next;
  bool allowed = false;
  if (!constrained() && !vocabulary_->is_end(token)) {
    const std::string kept = text_;
    FreePart::Step step = free_part_->step(state_.free, token);
    next.free = std::move(step.next);
    allowed = step.rest ? start(*step.rest, next) : next.free.phase != FreePart::Phase::kOver;
    if (next.threads.empty()) text_ = kept;
  }
  if (vocabulary_->is_end(token) && is_complete()) {
    next = state_;
    allowed = true;
  } else if (!state_.threads.empty() && next.threads.empty()) {
    read_constrained(token, next);
    allowed = allowed || !next.threads.empty();
  }
  LAR_TRY(check_limits());
  if (!allowed) {
    return fail(Code::kInvalidArgument,
                "token " + std::to_string(token) + " does not fit the grammar here");
  }
  history_.push_back(std::move(state_));
  if (history_.size() > kMaxRollback) history_.pop_front();
  state_ = std::move(next);
  return {};
}

Result<void> Matcher::rollback(size_t tokens) {
  if (tokens > history_.size()) {
    return fail(Code::kInvalidArgument, "cannot go back " + std::to_string(tokens) + " tokens");
  }
  for (; tokens > 0; --tokens) {
    state_ = std::move(history_.back());
    history_.pop_back();
  }
  return {};
}

bool Matcher::is_complete() const {
  return std::ranges::any_of(state_.threads,
                             [&](Thread thread) { return stepper_->ends_at(thread, kNoFrame); });
}

std::string Matcher::forced_text(size_t max_bytes) {
  std::string text;
  if (!constrained()) return text;
  std::vector<Thread> threads = state_.threads;
  std::vector<Thread> next;
  std::vector<Thread> only;
  while (text.size() < max_bytes) {
    const bool may_end = std::ranges::any_of(
        threads, [&](Thread thread) { return stepper_->ends_at(thread, kNoFrame); });
    const bool by_token = std::ranges::any_of(stepper_->exits(threads), [&](Thread at) {
      return !grammar_->automaton().token_edges(at.top).empty();
    });
    if (may_end || by_token) break;
    int choices = 0;
    char byte = 0;
    const std::string so_far = text_.substr(0, state_.text_size) + text;
    grammar_->look_at(so_far);
    for (unsigned b = 0; b < 256 && choices < 2; ++b) {
      stepper_->step(threads, static_cast<uint8_t>(b), next);
      if (next.empty()) continue;
      ++choices;
      byte = static_cast<char>(b);
      std::swap(only, next);
    }
    if (choices != 1) break;
    text.push_back(byte);
    std::swap(threads, only);
  }
  text.resize(text.size() - utf8_incomplete_tail(text));
  return text;
}

}  // namespace lar::constrain
