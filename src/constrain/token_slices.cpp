#include "constrain/token_slices.h"

#include <algorithm>

#include "constrain/string_lexer.h"

namespace lar::constrain {
namespace {

using Text = std::pair<std::string_view, TokenId>;

struct Kind {
  bool content = false;  // of a string, as far as it goes
  bool escaped = false;
  bool closes = false;  // a string, after content
  size_t slice = 0;
  uint32_t chars = 0;  // also one that is not complete
};

Kind kind_of(std::string_view text) {
  Kind kind{.content = true};
  LexState lex = kBetweenChars;
  for (const char c : text) {
    const LexStep step = lex_byte(lex, static_cast<uint8_t>(c));
    if (step.kind == LexStep::Kind::kInvalid) return {};
    if (step.kind == LexStep::Kind::kClose) return {.closes = true};
    lex = step.kind == LexStep::Kind::kPending ? step.state : kBetweenChars;
    if (step.kind != LexStep::Kind::kChar) continue;
    ++kind.chars;
    kind.escaped |= step.escaped;
    while (kind.slice + 1 < TokenSlices::kCount &&
           !TokenSlices::chars(kind.slice).contains(step.value)) {
      ++kind.slice;
    }
  }
  if (lex == kBetweenChars) return kind;
  ++kind.chars;
  kind.escaped |= lex_escaped(lex);
  kind.slice = TokenSlices::kCount - 1;
  return kind;
}

void set_bit(std::vector<uint64_t>& bits, TokenId token) {
  bits[token / 64] |= uint64_t{1} << (token % 64);
}

}  // namespace

const CharSet& TokenSlices::chars(size_t slice) {
  static const std::array<CharSet, kCount> kSets{
      CharSet{{'-', '-'}, {'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}},
      CharSet{{'!', '!'}, {'#', '['}, {']', '~'}}, CharSet{{' ', '!'}, {'#', '['}, {']', '~'}},
      CharSet{
          {' ', '!'}, {'#', '['}, {']', kFirstSurrogate - 1}, {kLastSurrogate + 1, kMaxCodePoint}}};
  return kSets[slice];
}

void TokenSlices::Counted::add(TokenId token, uint32_t chars, size_t words) {
  longest = std::max(longest, chars);
  if (all.empty()) all.assign(words, 0);
  set_bit(all, token);
  if (chars > kMaxCounted) return;
  if (up_to.size() <= chars) up_to.resize(chars + 1);
  if (up_to[chars].empty()) up_to[chars].assign(words, 0);
  set_bit(up_to[chars], token);
}

// From tokens of a number of characters to those of at most that number.
void TokenSlices::Counted::finish(size_t words) {
  for (size_t n = 0; n < up_to.size(); ++n) {
    if (up_to[n].empty()) up_to[n].assign(words, 0);
    for (size_t w = 0; n > 0 && w < words; ++w) up_to[n][w] |= up_to[n - 1][w];
  }
}

void TokenSlices::Counted::add_up_to(uint32_t chars, std::span<uint64_t> bits) const {
  if (longest == 0 || (chars < longest && up_to.empty())) return;
  const auto& mask = chars >= longest ? all : up_to[std::min(size_t{chars}, up_to.size() - 1)];
  for (size_t w = 0; w < mask.size(); ++w) bits[w] |= mask[w];
}

TokenSlices::TokenSlices(const std::vector<std::string>& texts) {
  std::vector<Text> sorted;
  for (TokenId token = 0; token < texts.size(); ++token) {
    if (!texts[token].empty()) sorted.emplace_back(texts[token], token);
  }
  std::ranges::sort(sorted);
  const size_t words = (texts.size() + 63) / 64;
  std::vector<Text> others;
  std::vector<Text> closing;
  std::array<std::array<std::vector<Text>, kSteps.size()>, kCount> longer;
  for (const Text& text : sorted) {
    const Kind kind = kind_of(text.first);
    if (!kind.content || kind.escaped) {
      others.push_back(text);
      if (kind.closes) closing.push_back(text);
      if (kind.escaped) escaped_.add(text.second, kind.chars, words);
      continue;
    }
    slices_[kind.slice].tokens.add(text.second, kind.chars, words);
    for (size_t step = 0; step < kSteps.size() && kind.chars > kSteps[step]; ++step) {
      longer[kind.slice][step].push_back(text);
    }
  }
  others_ = TokenTrie::of_sorted(others);
  closing_ = TokenTrie::of_sorted(closing);
  escaped_.finish(words);
  for (size_t i = 0; i < kCount; ++i) {
    slices_[i].tokens.finish(words);
    for (size_t step = 0; step < kSteps.size(); ++step) {
      slices_[i].longer[step] = TokenTrie::of_sorted(longer[i][step]);
    }
  }
}

const TokenTrie& TokenSlices::longer_than(size_t slice, uint32_t chars) const {
  size_t step = 0;
  while (step + 1 < kSteps.size() && kSteps[step + 1] <= chars) ++step;
  return slices_[slice].longer[step];
}

void TokenSlices::add_up_to(size_t slice, uint32_t chars, std::span<uint64_t> bits) const {
  slices_[slice].tokens.add_up_to(chars, bits);
}

bool TokenSlices::add_content(uint32_t chars, std::span<uint64_t> bits) const {
  bool whole = chars <= kMaxCounted || chars >= escaped_.longest;
  for (const Slice& slice : slices_) whole &= chars <= kMaxCounted || chars >= slice.tokens.longest;
  if (!whole) return false;
  for (const Slice& slice : slices_) slice.tokens.add_up_to(chars, bits);
  escaped_.add_up_to(chars, bits);
  return true;
}

}  // namespace lar::constrain
