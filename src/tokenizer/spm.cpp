#include "tokenizer/spm.h"

#include <bit>
#include <cmath>
#include <string>

#include "base/utf8.h"
#include "tokenizer/word_cache.h"
#include "tokenizer/word_merger.h"

namespace lar::tokenizer {
namespace {

// Orders floats the other way round as integers; what is no number comes last.
uint32_t rank_of_score(float score) {
  if (std::isnan(score)) return kNoRank - 1;
  const auto bits = std::bit_cast<uint32_t>(score + 0.0F);  // -0 becomes 0
  const uint32_t rising = (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
  return std::min(~rising, kNoRank - 1);
}

}  // namespace

SpaceJoints::SpaceJoints(const Vocabulary& vocabulary, const TokenPieces& pieces) {
  for (size_t i = 0; i < pieces.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const TokenType type = type_of(vocabulary, id);
    if (type == TokenType::kControl || type == TokenType::kUnknown) continue;
    const std::string_view piece = pieces[id];
    for (size_t at = piece.find(' ', 1); at != std::string_view::npos;
         at = piece.find(' ', at + 1)) {
      last_byte_[static_cast<unsigned char>(piece[at - 1])] = true;
    }
  }
}

size_t SpaceJoints::part_end(std::string_view text, size_t begin) const {
  for (size_t at = text.find(' ', begin + 1); at != std::string_view::npos;
       at = text.find(' ', at + 1)) {
    if (!last_byte_[static_cast<unsigned char>(text[at - 1])]) return at;
  }
  return text.size();
}

SpmEncoder::SpmEncoder(const Vocabulary& vocabulary,
                       const TokenPieces& pieces,
                       const TokenTable& table)
    : table_(table),
      joints_(vocabulary, pieces),
      unk_(vocabulary.ids.unk),
      add_space_prefix_(vocabulary.add_space_prefix.value_or(true)) {
  ranks_.reserve(pieces.size());
  byte_tokens_.fill(kNoToken);
  for (size_t i = 0; i < pieces.size(); ++i) {
    ranks_.push_back(rank_of_score(i < vocabulary.scores.size() ? vocabulary.scores[i] : 0.0F));
    const int byte = byte_of_token(vocabulary, static_cast<TokenId>(i));
    if (byte >= 0) byte_tokens_[static_cast<size_t>(byte)] = static_cast<TokenId>(i);
  }
  for (size_t byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (byte_tokens_[byte] == kNoToken) byte_tokens_[byte] = table.find(std::string_view(&c, 1));
  }
}

void SpmEncoder::encode(std::string_view text, Position position, std::vector<TokenId>& out) const {
  std::string changed;
  if (add_space_prefix_ && position == Position::kStart) changed.push_back(' ');
  append_unspelled(changed, text, Spelling::kUnderline);
  text = changed;

  WordCache cache(text.size());
  WordMerger merger;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = joints_.part_end(text, begin);
    const std::string_view part = text.substr(begin, end - begin);
    begin = end;
    if (cache.get(part, out)) continue;
    encode_part(part, merger, out);
    cache.put(part, out);
  }
}

void SpmEncoder::encode_part(std::string_view part,
                             WordMerger& merger,
                             std::vector<TokenId>& out) const {
  const auto bytes_of = [part](uint32_t begin, uint32_t end) {
    return part.substr(begin, end - begin);
  };
  const auto append_symbols = [part](size_t begin, size_t end, std::vector<Symbol>& symbols) {
    while (begin < end) {
      const size_t next = begin + utf8_next(part.substr(begin)).bytes;
      symbols.push_back(
          {.begin = static_cast<uint32_t>(begin), .end = static_cast<uint32_t>(next)});
      begin = next;
    }
  };
  const auto merge_of = [&](const Symbol& left, const Symbol& right) -> Merge {
    const TokenId id = table_.find(bytes_of(left.begin, right.end));
    return id == kNoToken ? Merge{} : Merge{.rank = ranks_[static_cast<size_t>(id)], .id = id};
  };
  const auto emit = [&](const Symbol& symbol) {
    const std::string_view bytes = bytes_of(symbol.begin, symbol.end);
    const TokenId id = symbol.id != kNoToken ? symbol.id : table_.find(bytes);
    if (id != kNoToken) {
      out.push_back(id);
    } else {
      append_bytes(bytes, out);
    }
  };
  merger.run(part.size(), append_symbols, merge_of, emit);
}

void SpmEncoder::append_bytes(std::string_view bytes, std::vector<TokenId>& out) const {
  for (const char c : bytes) {
    const TokenId id = byte_tokens_[static_cast<unsigned char>(c)];
    if (id != kNoToken) {
      out.push_back(id);
    } else if (unk_ != kNoToken && (out.empty() || out.back() != unk_)) {
      out.push_back(unk_);
    }
  }
}

}  // namespace lar::tokenizer
