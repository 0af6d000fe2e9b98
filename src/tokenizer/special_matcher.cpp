#include "tokenizer/special_matcher.h"

#include <algorithm>

namespace lar::tokenizer {
namespace {

std::vector<Trie::Key> keys_of(const Vocabulary& vocabulary) {
  std::vector<Trie::Key> keys;
  for (size_t i = 0; i < vocabulary.types.size(); ++i) {
    const TokenType type = vocabulary.types[i];
    if (type == TokenType::kControl || type == TokenType::kUserDefined ||
        type == TokenType::kUnknown) {
      keys.push_back({vocabulary.tokens[i], static_cast<TokenId>(i)});
    }
  }
  return keys;
}

}  // namespace

SpecialMatcher::SpecialMatcher(const Vocabulary& vocabulary)
    : tokens_(keys_of(vocabulary)), user_defined_(vocabulary.types.size()) {
  for (size_t i = 0; i < vocabulary.types.size(); ++i) {
    user_defined_[i] = vocabulary.types[i] == TokenType::kUserDefined;
  }
}

SpecialMatcher::Match SpecialMatcher::find(std::string_view text,
                                           size_t begin,
                                           const std::vector<Run>& runs) const {
  auto run = std::ranges::upper_bound(runs, begin, {}, &Run::end);
  for (size_t at = begin; at < text.size(); ++at) {
    Trie::Node node = tokens_.child(Trie::kRoot, static_cast<unsigned char>(text[at]));
    if (node == Trie::kNone) continue;
    while (run->end <= at) ++run;
    Match best;
    for (size_t i = at; node != Trie::kNone;) {
      const TokenId id = tokens_.id(node);
      if (id != kNoToken &&
          (user_defined_[static_cast<size_t>(id)] || (run->parse && i + 1 <= run->end))) {
        best = {.begin = at, .end = i + 1, .id = id};
      }
      if (++i == text.size()) break;
      node = tokens_.child(node, static_cast<unsigned char>(text[i]));
    }
    if (best.end > best.begin) return best;
  }
  return {};
}

TokenId SpecialMatcher::find_exact(std::string_view text) const {
  Trie::Node node = Trie::kRoot;
  for (const char c : text) {
    node = tokens_.child(node, static_cast<unsigned char>(c));
    if (node == Trie::kNone) return kNoToken;
  }
  return tokens_.id(node);
}

}  // namespace lar::tokenizer
