#include "server/inference/call_pieces.h"

#include <gtest/gtest.h>

namespace lar::server {
namespace {

TEST(JsonCompactorTest, TakesOutWhatIsBetweenTokensHoweverItIsCut) {
  constexpr std::string_view kText = "{ \"a b\" :\n[1, \"x \\\" y\\\\\" ],\t\"c\": { } }";
  constexpr std::string_view kCompact = "{\"a b\":[1,\"x \\\" y\\\\\"],\"c\":{}}";
  for (size_t cut = 0; cut <= kText.size(); ++cut) {
    JsonCompactor compactor;
    std::string text = compactor.push(kText.substr(0, cut));
    text += compactor.push(kText.substr(cut));
    EXPECT_EQ(text, kCompact) << "cut at " << cut;
  }
}

TEST(CallPiecesTest, JoinsWhatCameTogetherAndKeepsGivenIds) {
  CallPieces pieces;
  const auto first = pieces.push({{.index = 0, .name = "f", .arguments = "{\"a\"", .id = "given"},
                                  {.index = 0, .arguments = ": 1}", .done = true}});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].id, "given");
  EXPECT_EQ(first[0].arguments, "{\"a\":1}");
  EXPECT_TRUE(first[0].first && first[0].done);
  const auto second = pieces.push({{.index = 1, .name = "g", .done = true}});
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].arguments, "{}");
  EXPECT_TRUE(second[0].id.starts_with("call_"));
}

}  // namespace
}  // namespace lar::server
