#include "gguf/name_index.h"

#include <gtest/gtest.h>

#include <string>

namespace lar::gguf {
namespace {

NameIndex index_of(const std::vector<std::string>& names) {
  return {names.size(), [&](size_t i) { return std::string_view(names[i]); }};
}

TEST(NameIndex, FindsItemsAndDuplicates) {
  const std::vector<std::string> names = {"b", "", "a", "ab"};
  const NameIndex index = index_of(names);
  for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(index.find(names[i]), i);
  EXPECT_EQ(index.find("aa"), std::nullopt);
  EXPECT_EQ(index.find("c"), std::nullopt);
  EXPECT_EQ(index.duplicate(), std::nullopt);
  EXPECT_EQ(NameIndex().find("a"), std::nullopt);

  const std::vector<std::string> twice = {"b", "a", "c", "a"};
  EXPECT_EQ(index_of(twice).duplicate(), "a");
}

}  // namespace
}  // namespace lar::gguf
