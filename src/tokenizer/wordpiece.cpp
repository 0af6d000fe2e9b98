#include "tokenizer/wordpiece.h"

#include <string>

#include "base/utf8.h"
#include "tokenizer/unicode.h"

namespace lar::tokenizer {
namespace {

std::vector<Trie::Key> keys_of(const Vocabulary& vocabulary, const TokenPieces& pieces) {
  std::vector<Trie::Key> keys;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const TokenType type = type_of(vocabulary, id);
    if (type == TokenType::kControl || type == TokenType::kUnknown) continue;
    keys.push_back({pieces[id], id});
  }
  return keys;
}

// The blocks of ideographs that BERT sets apart, one a word. 2B920 is the reference's own slip for
// 2B820; its vocabularies were made with it.
bool is_ideograph(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

bool is_punctuation(char32_t c) {
  if (c < 0x80) return in_categories(c, kPunctuationMask | kSymbolMask);
  return in_categories(c, kPunctuationMask);
}

bool is_dropped(char32_t c) {
  return c == 0 || c == 0xFFFD || in_categories(c, category_mask({kCc, kCf, kCs, kCo}));
}

}  // namespace

WordPieceEncoder::WordPieceEncoder(const Vocabulary& vocabulary, const TokenPieces& pieces)
    : tokens_(keys_of(vocabulary, pieces)),
      unk_(vocabulary.ids.unk),
      lowercase_(vocabulary.lowercase),
      strip_accents_(vocabulary.strip_accents.value_or(vocabulary.lowercase)) {}

void WordPieceEncoder::encode(std::string_view text,
                              Position /*position*/,
                              std::vector<TokenId>& out) const {
  std::string word = " ";
  const auto end_word = [&] {
    if (word.size() > 1) append_word(word, out);
    word.resize(1);
  };
  std::u32string characters;
  while (!text.empty()) {
    const Utf8Char c = utf8_next(text);
    text.remove_prefix(c.bytes);
    const bool breaks = c.code_point == '\t' || c.code_point == '\n' || c.code_point == '\r';
    if (!breaks && is_dropped(c.code_point)) continue;
    if (breaks || is_white_space(c.code_point)) {
      end_word();
      continue;
    }
    characters.clear();
    if (strip_accents_) {
      append_decomposed(characters, c.code_point);
      std::erase_if(characters, [](char32_t part) { return category_of(part) == kMn; });
    } else {
      characters.push_back(c.code_point);
    }
    for (const char32_t character : characters) {
      const bool alone = is_punctuation(character) || is_ideograph(character);
      if (alone) end_word();
      utf8_append(word, lowercase_ ? to_lower(character) : character);
      if (alone) end_word();
    }
  }
  end_word();
}

void WordPieceEncoder::append_word(std::string_view word, std::vector<TokenId>& out) const {
  const size_t first = out.size();
  while (!word.empty()) {
    size_t longest = 0;
    TokenId id = kNoToken;
    Trie::Node node = Trie::kRoot;
    for (size_t i = 0; i < word.size(); ++i) {
      node = tokens_.child(node, static_cast<unsigned char>(word[i]));
      if (node == Trie::kNone) break;
      if (tokens_.id(node) == kNoToken) continue;
      id = tokens_.id(node);
      longest = i + 1;
    }
    if (longest == 0) {
      out.resize(first);
      if (unk_ != kNoToken) out.push_back(unk_);
      return;
    }
    out.push_back(id);
    word.remove_prefix(longest);
  }
}

}  // namespace lar::tokenizer
