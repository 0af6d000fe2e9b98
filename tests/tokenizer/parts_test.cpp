// The small parts: tables, tries, sets of characters.
#include <gtest/gtest.h>

#include <cstring>

#include "tokenizer/charsmap.h"
#include "tokenizer/code_point_set.h"
#include "tokenizer/sources.h"
#include "tokenizer/special_matcher.h"
#include "tokenizer/token_table.h"
#include "tokenizer/trie.h"
#include "tokenizer/unicode.h"

namespace lar::tokenizer::test {
namespace {

TEST(CodePointSet, JoinsAndComplements) {
  CodePointSet set;
  set.add('c', 'e');
  set.add('a', 'b');
  set.add('x', 'x');
  ASSERT_EQ(set.ranges().size(), 2U);
  EXPECT_TRUE(set.contains('d'));
  EXPECT_FALSE(set.contains('f'));
  EXPECT_FALSE(set.complement().contains('x'));
  EXPECT_TRUE(set.complement().contains(kCodePointMax));
  EXPECT_TRUE(set.complement().complement() == set);
  CodePointSet other;
  other.add('b', 'c');
  EXPECT_TRUE(set.intersect(other) == other);
}

TEST(Unicode, Categories) {
  EXPECT_EQ(category_of('A'), kLu);
  EXPECT_EQ(category_of(0x0301), kMn);
  EXPECT_EQ(category_of(0x4E2D), kLo);
  EXPECT_EQ(category_of(0x1C89), kLu);  // new in version 16
  EXPECT_EQ(category_of(0xE0001), kCf);
  EXPECT_EQ(category_of(kCodePointMax), kCn);
  EXPECT_TRUE(is_white_space(0x3000));
  EXPECT_FALSE(is_white_space(0x200B));
  EXPECT_TRUE(is_word('_'));
  EXPECT_FALSE(is_word('-'));
  EXPECT_EQ(to_lower(0xC9), char32_t{0xE9});
  std::u32string parts;
  append_decomposed(parts, 0x1EA4);  // A with circumflex and acute
  EXPECT_EQ(parts, U"A\u0302\u0301");
}

TEST(TokenPieces, Spellings) {
  const auto spelled = [](std::string_view text, Spelling spelling) {
    std::string out;
    append_unspelled(out, text, spelling);
    return out;
  };
  EXPECT_EQ(spelled("\u0120a\u010A", Spelling::kByteChars), " a\n");
  EXPECT_EQ(spelled("a b", Spelling::kByteChars), "a b");  // no byte is spelled as a space
  EXPECT_EQ(spelled("\u4E2D", Spelling::kByteChars), "\u4E2D");
  EXPECT_EQ(spelled("\u2581a\u2581", Spelling::kUnderline), " a ");
  EXPECT_EQ(spelled("\\t\\\\\\x41\\xg\\", Spelling::kEscapes), "\t\\Axg\\");
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<unsigned char>(byte);
    EXPECT_EQ(spelled(byte_char(c), Spelling::kByteChars), std::string(1, static_cast<char>(c)));
  }
  EXPECT_EQ(byte_token_value("<0xFf>"), 255);
  EXPECT_EQ(byte_token_value("<0xG0>"), -1);
  EXPECT_EQ(byte_token_value("<0x100>"), -1);
}

TEST(TokenTable, FindsTextButNotControlTokens) {
  VocabularyBuilder builder(Algorithm::kSpm);
  const TokenId user = builder.add("same", TokenType::kUserDefined);
  const TokenId first = builder.add("same");
  builder.add("same");
  builder.add("<s>", TokenType::kControl);
  builder.add("<0x41>", TokenType::kByte);
  builder.add("");
  const TokenPieces pieces(builder.vocabulary(), Spelling::kUnderline);
  const TokenTable table(builder.vocabulary(), pieces);
  EXPECT_EQ(table.find("same"), first);
  EXPECT_TRUE(table.is_found("same", first));
  EXPECT_FALSE(table.is_found("same", user));
  EXPECT_FALSE(table.is_found("same", 99));
  EXPECT_EQ(table.find("<s>"), kNoToken);
  EXPECT_EQ(table.find("A"), kNoToken);
  EXPECT_EQ(table.find(""), kNoToken);
}

TEST(Trie, WalksByBytes) {
  const Trie trie({{"ab", 1}, {"abc", 2}, {"b\xFF", 3}, {"ab", 0}, {"", 9}});
  const auto walk = [&](std::string_view text) {
    Trie::Node node = Trie::kRoot;
    for (const char c : text) {
      node = trie.child(node, static_cast<unsigned char>(c));
      if (node == Trie::kNone) return -2;
    }
    return trie.id(node);
  };
  EXPECT_EQ(walk("ab"), 0);
  EXPECT_EQ(walk("abc"), 2);
  EXPECT_EQ(walk("b\xFF"), 3);
  EXPECT_EQ(walk("a"), kNoToken);
  EXPECT_EQ(walk(""), kNoToken);
  EXPECT_EQ(walk("ac"), -2);
  EXPECT_EQ(walk("abcd"), -2);
  const Trie empty({});
  EXPECT_EQ(empty.child(Trie::kRoot, 'a'), Trie::kNone);
}

TEST(SpecialMatcher, LongestFromTheLeft) {
  VocabularyBuilder builder(Algorithm::kBpe);
  const TokenId a = builder.add("<a", TokenType::kControl);
  const TokenId ab = builder.add("<ab>", TokenType::kControl);
  const TokenId user = builder.add("!!", TokenType::kUserDefined);
  const SpecialMatcher matcher(builder.vocabulary());
  const std::string text = "x<a<ab>!!";
  const auto first = matcher.find(text, 0, {{.end = text.size(), .parse = true}});
  EXPECT_EQ(first.id, a);
  EXPECT_EQ(first.begin, 1U);
  EXPECT_EQ(matcher.find(text, 3, {{.end = text.size(), .parse = true}}).id, ab);
  EXPECT_EQ(matcher.find(text, 3, {{.end = 5, .parse = true}, {.end = 9, .parse = false}}).id, a);
  EXPECT_EQ(matcher.find(text, 0, {{.end = text.size(), .parse = false}}).id, user);
  EXPECT_EQ(matcher.find("none", 0, {{.end = 4, .parse = true}}).id, kNoToken);
}

TEST(Charsmap, RefusesWrongSizesAndSurvivesWrongContents) {
  EXPECT_TRUE(Charsmap::create({}));
  const auto create = [](std::string_view bytes) {
    return Charsmap::create(std::as_bytes(std::span(bytes)));
  };
  using std::string_literals::operator""s;
  EXPECT_EQ(create("\x04").error().code, Code::kDataCorrupt);
  EXPECT_EQ(create("\x08\0\0\0abcd"s).error().code, Code::kDataCorrupt);
  EXPECT_EQ(create("\x04\0\0\0abcdx"s).error().code, Code::kDataCorrupt);
  std::string bytes = "\x00\x04\x00\x00"s;
  uint32_t state = 1;
  for (int i = 0; i < 1024; ++i) {
    state = state * 1664525U + 1013904223U;
    bytes.push_back(static_cast<char>(state >> 24));
  }
  bytes += "ab\0"s;
  const auto map = create(bytes);
  ASSERT_TRUE(map);
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char text[] = {static_cast<char>(first), static_cast<char>(second)};
      const auto found = map->find(std::string_view(text, 2));
      EXPECT_LE(found.consumed, 2U);
      EXPECT_LE(found.text.size(), 2U);
    }
  }
}

}  // namespace
}  // namespace lar::tokenizer::test
