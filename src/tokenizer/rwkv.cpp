#include "tokenizer/rwkv.h"

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

}  // namespace

RwkvEncoder::RwkvEncoder(const Vocabulary& vocabulary, const TokenPieces& pieces)
    : tokens_(keys_of(vocabulary, pieces)), unk_(vocabulary.ids.unk) {}

void RwkvEncoder::encode(std::string_view text,
                         Position /*position*/,
                         std::vector<TokenId>& out) const {
  while (!text.empty()) {
    size_t longest = 0;
    TokenId id = kNoToken;
    Trie::Node node = Trie::kRoot;
    for (size_t i = 0; i < text.size(); ++i) {
      node = tokens_.child(node, static_cast<unsigned char>(text[i]));
      if (node == Trie::kNone) break;
      if (tokens_.id(node) == kNoToken) continue;
      id = tokens_.id(node);
      longest = i + 1;
    }
    if (longest == 0) {
      id = unk_;
      longest = 1;
    }
    if (id != kNoToken) out.push_back(id);
    text.remove_prefix(longest);
  }
}

}  // namespace lar::tokenizer
