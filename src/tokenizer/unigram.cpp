#include "tokenizer/unigram.h"

#include <algorithm>
#include <limits>

#include "base/utf8.h"

namespace lar::tokenizer {
namespace {

constexpr std::string_view kReplacementChar = "\xEF\xBF\xBD";
constexpr float kUnknownPenalty = 10.0F;  // below the least likely token, as SentencePiece has it

std::vector<Trie::Key> keys_of(const Vocabulary& vocabulary,
                               const TokenPieces& pieces,
                               bool user_defined_only) {
  std::vector<Trie::Key> keys;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const TokenType type = type_of(vocabulary, id);
    const bool user_defined = type == TokenType::kUserDefined;
    const bool text = user_defined || type == TokenType::kNormal || type == TokenType::kUnused;
    if (user_defined_only ? user_defined : text) keys.push_back({pieces[id], id});
  }
  return keys;
}

}  // namespace

// The best way to reach a place in the text.
struct UnigramEncoder::Step {
  double score = -std::numeric_limits<double>::infinity();
  uint32_t from = 0;
  TokenId id = kNoToken;
};

UnigramEncoder::UnigramEncoder(const Vocabulary& vocabulary,
                               const TokenPieces& pieces,
                               Charsmap charsmap)
    : charsmap_(charsmap),
      joints_(vocabulary, pieces),
      tokens_(keys_of(vocabulary, pieces, false)),
      user_defined_(keys_of(vocabulary, pieces, true)),
      scores_(pieces.size(), 0.0F),
      unk_(vocabulary.ids.unk),
      add_space_prefix_(vocabulary.add_space_prefix.value_or(false)),
      remove_extra_spaces_(vocabulary.remove_extra_spaces) {
  float least = std::numeric_limits<float>::max();
  for (size_t i = 0; i < std::min(pieces.size(), vocabulary.scores.size()); ++i) {
    const TokenType type = type_of(vocabulary, static_cast<TokenId>(i));
    // A user-defined token costs nothing, so that it wins.
    if (type != TokenType::kUserDefined) scores_[i] = vocabulary.scores[i];
    if (type == TokenType::kNormal) least = std::min(least, vocabulary.scores[i]);
  }
  unknown_score_ = least - kUnknownPenalty;
}

Result<std::unique_ptr<UnigramEncoder>> UnigramEncoder::create(const Vocabulary& vocabulary,
                                                               const TokenPieces& pieces) {
  LAR_TRY(const Charsmap charsmap, Charsmap::create(vocabulary.charsmap));
  return std::unique_ptr<UnigramEncoder>(new UnigramEncoder(vocabulary, pieces, charsmap));
}

std::string UnigramEncoder::normalize(std::string_view text) const {
  std::string out;
  out.reserve(text.size() + text.size() / 4 + 1);
  bool prefixed = false;
  bool in_word = false;
  const auto append = [&](std::string_view part) {
    for (const char c : part) {
      if (c == ' ') {
        in_word = false;
        if (!remove_extra_spaces_) out.push_back(' ');
        continue;
      }
      if (!in_word && ((add_space_prefix_ && !prefixed) || remove_extra_spaces_)) {
        out.push_back(' ');
        prefixed = true;
      }
      in_word = true;
      out.push_back(c);
    }
  };
  while (!text.empty()) {
    size_t bytes = 0;
    Trie::Node node = Trie::kRoot;
    for (size_t i = 0; i < text.size(); ++i) {
      node = user_defined_.child(node, static_cast<unsigned char>(text[i]));
      if (node == Trie::kNone) break;
      if (user_defined_.id(node) != kNoToken) bytes = i + 1;
    }
    if (bytes > 0) {
      append(text.substr(0, bytes));
    } else if (const auto replacement = charsmap_.find(text); replacement.consumed > 0) {
      bytes = replacement.consumed;
      append(replacement.text);
    } else {
      const Utf8Char c = utf8_next(text);
      bytes = c.bytes;
      append(c.valid ? text.substr(0, bytes) : kReplacementChar);
    }
    text.remove_prefix(bytes);
  }
  std::string underlined = std::move(out);
  out.clear();
  append_unspelled(out, underlined, Spelling::kUnderline);
  return out;
}

void UnigramEncoder::encode(std::string_view text,
                            Position /*position*/,
                            std::vector<TokenId>& out) const {
  const std::string normalized = normalize(text);
  const std::string_view all = normalized;
  std::vector<Step> steps;
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = joints_.part_end(all, begin);
    append_part(all.substr(begin, end - begin), steps, out);
    begin = end;
  }
}

void UnigramEncoder::append_part(std::string_view part,
                                 std::vector<Step>& steps,
                                 std::vector<TokenId>& out) const {
  steps.assign(part.size() + 1, {});
  steps[0].score = 0;
  for (uint32_t begin = 0; begin < part.size();) {
    const double score = steps[begin].score;
    const uint32_t next = begin + utf8_next(part.substr(begin)).bytes;
    const auto offer = [&](uint32_t end, TokenId id, double token_score) {
      if (score + token_score > steps[end].score) {
        steps[end] = {.score = score + token_score, .from = begin, .id = id};
      }
    };
    bool character_known = false;
    Trie::Node node = Trie::kRoot;
    for (uint32_t i = begin; i < part.size(); ++i) {
      node = tokens_.child(node, static_cast<unsigned char>(part[i]));
      if (node == Trie::kNone) break;
      const TokenId id = tokens_.id(node);
      if (id == kNoToken) continue;
      character_known |= i + 1 == next;
      offer(i + 1, id, static_cast<double>(scores_[static_cast<size_t>(id)]));
    }
    if (!character_known) offer(next, kNoToken, unknown_score_);
    begin = next;
  }

  const size_t first = out.size();
  for (size_t end = part.size(); end > 0; end = steps[end].from) {
    const TokenId id = steps[end].id == kNoToken ? unk_ : steps[end].id;
    // A run of unknown characters is one unknown token.
    const bool repeats = id == unk_ && out.size() > first && out.back() == unk_;
    if (id != kNoToken && !repeats) out.push_back(id);
  }
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
}

}  // namespace lar::tokenizer
