#include "tokenizer/word_merger.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace lar::tokenizer::test {
namespace {

using Table = std::map<std::pair<TokenId, TokenId>, Merge>;

void append_bytes(std::string_view word, size_t begin, size_t end, std::vector<Symbol>& symbols) {
  for (size_t i = begin; i < end; ++i) {
    symbols.push_back({.begin = static_cast<uint32_t>(i),
                       .end = static_cast<uint32_t>(i + 1),
                       .id = static_cast<unsigned char>(word[i])});
  }
}

Merge find(const Table& table, const Symbol& left, const Symbol& right) {
  const auto found = table.find({left.id, right.id});
  return found == table.end() ? Merge{} : found->second;
}

std::vector<TokenId> merged(WordMerger& merger, const Table& table, std::string_view word) {
  std::vector<TokenId> ids;
  uint32_t expected_begin = 0;
  merger.run(
      word.size(),
      [&](size_t begin, size_t end, std::vector<Symbol>& out) {
        append_bytes(word, begin, end, out);
      },
      [&](const Symbol& left, const Symbol& right) { return find(table, left, right); },
      [&](const Symbol& symbol) {
        EXPECT_EQ(symbol.begin, expected_begin);
        expected_begin = symbol.end;
        ids.push_back(symbol.id);
      });
  EXPECT_EQ(expected_begin, word.size());
  return ids;
}

// The definition: the best pair of all, again and again.
std::vector<TokenId> defined(const Table& table, std::string_view word) {
  std::vector<Symbol> symbols;
  append_bytes(word, 0, word.size(), symbols);
  for (;;) {
    size_t best = 0;
    Merge merge;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const Merge candidate = find(table, symbols[i], symbols[i + 1]);
      if (candidate.rank < merge.rank) {
        merge = candidate;
        best = i;
      }
    }
    if (merge.rank == kNoRank) break;
    symbols[best].id = merge.id;
    symbols[best].end = symbols[best + 1].end;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  std::vector<TokenId> ids;
  for (const Symbol& symbol : symbols) ids.push_back(symbol.id);
  return ids;
}

// Merges of a few letters and of what they make, with ranks in any order and some equal.
Table random_table(std::mt19937& random) {
  Table table;
  const auto pick = [&](TokenId made) {
    const TokenId id = std::uniform_int_distribution<TokenId>(0, made + 3)(random);
    return id < 4 ? 'a' + id : 256 + id - 4;
  };
  for (TokenId made = 0; made < 40; ++made) {
    const auto rank = std::uniform_int_distribution<uint32_t>(0, 30)(random);
    table.try_emplace({pick(made), pick(made)}, Merge{.rank = rank, .id = 256 + made});
  }
  return table;
}

TEST(WordMerger, MergesAsDefinedWhateverTheRanks) {
  std::mt19937 random(7);
  WordMerger merger;
  for (int round = 0; round < 400; ++round) {
    const Table table = random_table(random);
    std::string word;
    const int length = std::uniform_int_distribution<int>(0, 150)(random);
    for (int i = 0; i < length; ++i) {
      word.push_back(static_cast<char>('a' + std::uniform_int_distribution<int>(0, 3)(random)));
    }
    EXPECT_EQ(merged(merger, table, word), defined(table, word)) << word;
  }
}

TEST(WordMerger, LongWordsGoThroughAWindowUnnoticed) {
  // Pairs of letters, then pairs of pairs: what a trained vocabulary has.
  Table table;
  TokenId made = 256;
  for (char a = 'a'; a < 'e'; ++a) {
    for (char b = 'a'; b < 'e'; ++b) {
      if ((a + b) % 3 == 0) continue;
      table[{a, b}] = {.rank = static_cast<uint32_t>(made), .id = made};
      ++made;
    }
  }
  for (TokenId a = 256; a < 262; ++a) {
    for (TokenId b = 258; b < 266; ++b) {
      table[{a, b}] = {.rank = static_cast<uint32_t>(made), .id = made};
      ++made;
    }
  }
  std::mt19937 random(11);
  std::string part;
  for (int i = 0; i < 9000; ++i) {
    part.push_back(static_cast<char>('a' + std::uniform_int_distribution<int>(0, 3)(random)));
  }
  // 'x' merges with nothing, so the whole is the parts one by one.
  std::string word;
  std::vector<TokenId> expected;
  const auto once = defined(table, part);
  for (int i = 0; i < 12; ++i) {
    word += part + "x";
    expected.insert(expected.end(), once.begin(), once.end());
    expected.push_back('x');
  }
  WordMerger merger;
  EXPECT_EQ(merged(merger, table, word), expected);
}

TEST(WordMerger, OneTokenLongerThanTheWindow) {
  Table table;
  TokenId id = 'a';
  for (TokenId made = 256; made < 256 + 17; ++made) {
    table[{id, id}] = {.rank = static_cast<uint32_t>(made), .id = made};
    id = made;
  }
  WordMerger merger;
  EXPECT_EQ(merged(merger, table, std::string(1 << 17, 'a')), std::vector<TokenId>{256 + 16});
}

}  // namespace
}  // namespace lar::tokenizer::test
