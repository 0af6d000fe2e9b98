#include "runtime/stop_filter.h"

#include <gtest/gtest.h>

namespace lar::runtime {
namespace {

// The text that comes out when `text` goes in by pieces of `piece` bytes.
std::string filtered(const std::string& text, std::vector<std::string> stops, size_t piece) {
  StopFilter filter(std::move(stops));
  std::string out;
  for (size_t i = 0; i < text.size() && !filter.stopped(); i += piece) {
    out += filter.push(std::string_view(text).substr(i, piece));
  }
  return filter.stopped() ? out : out + filter.flush();
}

TEST(StopFilter, CutsAtTheFirstStopHoweverTheTextIsCut) {
  const std::string text = "one two\nUser: three\nUser: four";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    EXPECT_EQ(filtered(text, {"\nUser:"}, piece), "one two");
    EXPECT_EQ(filtered(text, {"zzz", "three"}, piece), "one two\nUser: ");
    EXPECT_EQ(filtered(text, {"four!"}, piece), text);
    EXPECT_EQ(filtered(text, {}, piece), text);
  }
}

TEST(StopFilter, HoldsBackOnlyWhatMayBecomeAStop) {
  StopFilter filter({"<end>"});
  EXPECT_EQ(filter.push("abc"), "abc");
  EXPECT_EQ(filter.push("d<e"), "d");
  EXPECT_EQ(filter.push("x"), "<ex");
  EXPECT_EQ(filter.push("<end"), "");
  EXPECT_EQ(filter.flush(), "<end");
}

TEST(StopFilter, OverlappingBeginningsAreFound) {
  for (size_t piece = 1; piece <= 6; ++piece) {
    EXPECT_EQ(filtered("xaaab", {"aab"}, piece), "xa");
  }
}

TEST(StopFilter, NamesTheStopThatWasFound) {
  StopFilter filter({"b", "bc"});
  EXPECT_EQ(filter.push("abcd"), "a");
  EXPECT_TRUE(filter.stopped());
  EXPECT_EQ(filter.found(), "bc");
  EXPECT_EQ(filter.push("more"), "");
}

}  // namespace
}  // namespace lar::runtime
