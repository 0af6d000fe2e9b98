#include "tokenizer/bpe.h"

#include <bit>

#include "base/utf8.h"
#include "tokenizer/hash.h"
#include "tokenizer/word_cache.h"

namespace lar::tokenizer {

MergeTable::MergeTable(size_t merges)
    : seed_(random_seed()), mask_(std::bit_ceil(merges + merges / 2 + 2) - 1), slots_(mask_ + 1) {}

void MergeTable::insert(TokenId left, TokenId right, Merge merge) {
  const uint64_t key = key_of(left, right);
  for (uint64_t i = hash_pair(key, seed_) & mask_;; i = (i + 1) & mask_) {
    if (slots_[i].key == key) return;
    if (slots_[i].key != kEmpty) continue;
    slots_[i] = {key, merge};
    return;
  }
}

Merge MergeTable::find(TokenId left, TokenId right) const {
  const uint64_t key = key_of(left, right);
  for (uint64_t i = hash_pair(key, seed_) & mask_;; i = (i + 1) & mask_) {
    if (slots_[i].key == key) return slots_[i].merge;
    if (slots_[i].key == kEmpty) return {};
  }
}

BpeEncoder::BpeEncoder(const Vocabulary& vocabulary,
                       const PreTokenizerRow& row,
                       PreTokenizer pre_tokenizer,
                       const TokenPieces& pieces,
                       const TokenTable& table)
    : row_(row),
      pre_tokenizer_(std::move(pre_tokenizer)),
      pieces_(pieces),
      table_(table),
      merges_(vocabulary.merges.size()),
      merges_by_id_(vocabulary.merges_by_id),
      unk_(vocabulary.ids.unk) {
  byte_tokens_.fill(kNoToken);
  if (row.raw_text) {
    for (size_t i = 0; i < vocabulary.tokens.size(); ++i) {
      const int byte = byte_of_token(vocabulary, static_cast<TokenId>(i));
      if (byte >= 0) byte_tokens_[static_cast<size_t>(byte)] = static_cast<TokenId>(i);
    }
  }
  for (size_t byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string_view text(&c, 1);
    const TokenId id = table.find(text);
    byte_symbols_[byte] = id == kNoToken ? made_up_id(text) : id;
    if (!row.raw_text) byte_tokens_[byte] = id;
  }
}

Result<std::unique_ptr<BpeEncoder>> BpeEncoder::create(const Vocabulary& vocabulary,
                                                       const PreTokenizerRow& row,
                                                       const TokenPieces& pieces,
                                                       const TokenTable& table) {
  if (vocabulary.merges.size() > Limits::kMaxMerges) {
    return fail(Code::kResourceExhausted, "tokenizer: too many merges");
  }
  LAR_TRY(PreTokenizer pre_tokenizer, PreTokenizer::create(row));
  std::unique_ptr<BpeEncoder> encoder(
      new BpeEncoder(vocabulary, row, std::move(pre_tokenizer), pieces, table));
  const Spelling spelling = row.escape_spaces ? Spelling::kUnderline
                            : row.raw_text    ? Spelling::kPlain
                                              : Spelling::kByteChars;
  encoder->add_merges(vocabulary, spelling);
  encoder->encode("\xEF\xBF\xBD", Position::kStart, encoder->replacement_);
  return encoder;
}

TokenId BpeEncoder::made_up_id(std::string_view bytes) {
  const auto fresh = static_cast<TokenId>(pieces_.size() + made_up_.size());
  return made_up_.try_emplace(std::string(bytes), fresh).first->second;
}

// Each merge needs several places in large tables. They are asked for in blocks, so that the waits
// for memory overlap; this is what loading a vocabulary costs.
void BpeEncoder::add_merges(const Vocabulary& vocabulary, Spelling spelling) {
  struct Row {
    uint32_t rank;
    size_t begin, middle, end;  // of the left and the right part in `texts`
    uint64_t left_hash, right_hash;
    TokenId left, right, result;
  };
  constexpr size_t kBlock = 64;
  std::vector<Row> rows;
  std::string texts;
  TokenId last = kNoToken;
  const std::vector<std::string_view>& merges = vocabulary.merges;
  for (size_t first = 0; first < merges.size(); first += kBlock) {
    rows.clear();
    texts.clear();
    for (size_t rank = first; rank < std::min(first + kBlock, merges.size()); ++rank) {
      const size_t space = merges[rank].find(' ', 1);
      if (space == std::string_view::npos || space + 1 == merges[rank].size()) continue;
      Row row{.rank = static_cast<uint32_t>(rank), .begin = texts.size()};
      append_unspelled(texts, merges[rank].substr(0, space), spelling);
      row.middle = texts.size();
      append_unspelled(texts, merges[rank].substr(space + 1), spelling);
      row.end = texts.size();
      const std::string_view text = std::string_view(texts).substr(row.begin);
      row.left_hash = table_.hash(text.substr(0, row.middle - row.begin));
      row.right_hash = table_.hash(text.substr(row.middle - row.begin));
      table_.prefetch(row.left_hash);
      table_.prefetch(row.right_hash);
      rows.push_back(row);
    }
    for (const Row& row : rows) {
      table_.prefetch_piece(row.left_hash);
      table_.prefetch_piece(row.right_hash);
    }
    for (Row& row : rows) {
      const std::string_view text = std::string_view(texts).substr(row.begin, row.end - row.begin);
      const std::string_view left = text.substr(0, row.middle - row.begin);
      const std::string_view right = text.substr(row.middle - row.begin);
      row.left = table_.find(left, row.left_hash);
      row.right = table_.find(right, row.right_hash);
      // Most vocabularies number their tokens in the order of the merges that make them.
      row.result = table_.is_found(text, last)       ? last
                   : table_.is_found(text, last + 1) ? last + 1
                                                     : table_.find(text);
      if (row.result != kNoToken) last = row.result;
      if (row.left == kNoToken) row.left = made_up_id(left);
      if (row.right == kNoToken) row.right = made_up_id(right);
      if (row.result == kNoToken) row.result = made_up_id(text);
      merges_.prefetch(row.left, row.right);
    }
    for (const Row& row : rows) {
      merges_.insert(row.left, row.right, {.rank = row.rank, .id = row.result});
    }
  }
}

void BpeEncoder::encode(std::string_view text,
                        Position /*position*/,
                        std::vector<TokenId>& out) const {
  std::string changed;
  if (row_.escape_spaces) {
    // Here a space is written as itself, so the character that means one becomes one.
    append_unspelled(changed, text, Spelling::kUnderline);
    text = changed;
  }
  WordMerger merger;
  WordCache cache(text.size());
  std::vector<uint32_t> ends;
  std::vector<uint32_t> scratch;
  pre_tokenizer_.split(text, ends, scratch);
  size_t begin = 0;
  for (const uint32_t end : ends) {
    const std::string_view word = text.substr(begin, end - begin);
    begin = end;
    if (row_.drop_white_space && word.find_first_not_of(" \t\n\r") == std::string_view::npos) {
      continue;
    }
    if (cache.get(word, out)) continue;
    encode_word(word, merger, out);
    cache.put(word, out);
  }
}

void BpeEncoder::encode_word(std::string_view word,
                             WordMerger& merger,
                             std::vector<TokenId>& out) const {
  const bool whole = row_.ignore_merges || (row_.whole_newlines &&
                                            word.find_first_not_of('\n') == std::string_view::npos);
  if (whole) {
    const TokenId id = table_.find(word);
    if (id != kNoToken) return out.push_back(id);
  }
  const auto append_symbols = [&](size_t begin, size_t end, std::vector<Symbol>& symbols) {
    this->append_symbols(word, begin, end, symbols);
  };
  const auto emit = [&](const Symbol& symbol) {
    if (symbol.id >= 0 && static_cast<size_t>(symbol.id) < pieces_.size()) {
      out.push_back(symbol.id);
    } else {
      append_bytes(word.substr(symbol.begin, symbol.end - symbol.begin), out);
    }
  };
  if (merges_by_id_) {
    const auto merge_of = [&](const Symbol& left, const Symbol& right) -> Merge {
      const TokenId id = table_.find(word.substr(left.begin, right.end - left.begin));
      return id == kNoToken ? Merge{} : Merge{.rank = static_cast<uint32_t>(id), .id = id};
    };
    merger.run(word.size(), append_symbols, merge_of, emit);
  } else {
    const auto merge_of = [&](const Symbol& left, const Symbol& right) {
      return merges_.find(left.id, right.id);
    };
    merger.run(word.size(), append_symbols, merge_of, emit);
  }
}

void BpeEncoder::append_symbols(std::string_view word,
                                size_t begin,
                                size_t end,
                                std::vector<Symbol>& symbols) const {
  while (begin < end) {
    const auto byte = static_cast<unsigned char>(word[begin]);
    size_t next = begin + 1;
    TokenId id = byte_symbols_[byte];
    if (row_.raw_text && byte >= 0x80) {
      next = begin + utf8_next(word.substr(begin)).bytes;
      const std::string_view character = word.substr(begin, next - begin);
      id = table_.find(character);
      if (id == kNoToken && !made_up_.empty()) {
        const auto found = made_up_.find(std::string(character));
        if (found != made_up_.end()) id = found->second;
      }
    }
    symbols.push_back(
        {.begin = static_cast<uint32_t>(begin), .end = static_cast<uint32_t>(next), .id = id});
    begin = next;
  }
}

void BpeEncoder::append_bytes(std::string_view bytes, std::vector<TokenId>& out) const {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte_tokens_[byte] != kNoToken) {
      out.push_back(byte_tokens_[byte]);
    } else if (byte == 0xC0 || byte == 0xC1 || byte >= 0xF5) {
      // Not of any character: it stands for U+FFFD.
      out.insert(out.end(), replacement_.begin(), replacement_.end());
    } else if (unk_ != kNoToken) {
      out.push_back(unk_);
    }
  }
}

}  // namespace lar::tokenizer
