#include <gtest/gtest.h>

#include <random>

#include "modelfile/modelfile.h"

namespace lar::modelfile {
namespace {

std::string system(const std::string& value) {
  return print(Instruction{Command::kSystem, "", value});
}

TEST(Print, QuotesOnlyWhereItMust) {
  EXPECT_EQ(system("You tell tales."), "SYSTEM You tell tales.\n");
  EXPECT_EQ(system("say \"hi\" now"), "SYSTEM say \"hi\" now\n");
  EXPECT_EQ(system("Be kind.\nAlways."), "SYSTEM \"Be kind.\nAlways.\"\n");
  EXPECT_EQ(system("a \"b\"\nc"), "SYSTEM \"\"\"a \"b\"\nc\"\"\"\n");
  EXPECT_EQ(system(" a"), "SYSTEM \" a\"\n");
  EXPECT_EQ(system("\"a\""), "SYSTEM \"\"\"\"a\"\"\"\"\n");
  EXPECT_EQ(system(""), "SYSTEM \n");
  EXPECT_EQ(print(Instruction{Command::kParameter, "stop", "<a>"}), "PARAMETER stop <a>\n");
  EXPECT_EQ(print(Instruction{Command::kMessage, "user", "hi"}), "MESSAGE user hi\n");
}

// Every value that a Modelfile can hold comes back as it was; of random ones that is nearly all.
TEST(Print, ReadsBackTheSame) {
  std::mt19937 random(3);
  const std::vector<std::string> pieces = {"a",    "\"", "\"\"\"", "\n",       "\r",          " ",
                                           "\r\n", "#",  "\t",     "\xC2\xA0", "\xEF\xBB\xBF"};
  int expressible = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string value;
    for (size_t n = random() % 9; n > 0; --n) value += pieces[random() % pieces.size()];
    if (!is_expressible(value)) continue;
    ++expressible;
    const Modelfile file{{{Command::kFrom, "", "x"},
                          {Command::kSystem, "", value},
                          {Command::kParameter, "stop", value},
                          {Command::kMessage, "user", value}}};
    const auto again = parse(print(file));
    ASSERT_TRUE(again) << print(file);
    ASSERT_EQ(*again, file) << print(file);
  }
  EXPECT_GT(expressible, 40'000);
}

TEST(Print, KnowsWhatAModelfileCannotHold) {
  EXPECT_FALSE(is_expressible("def f():\n  \"\"\"doc\"\"\"\n  pass"));
  EXPECT_TRUE(is_expressible("say \"hi\"\nnow"));
  EXPECT_FALSE(is_expressible(std::string("\0", 1)));
}

TEST(Print, IsStable) {
  const char* text =
      "# c\nfrom x\n\nSYSTEM \"\"\"a\nb\"\"\"\nMESSAGE user \"\"\"x\"\"\"\nPARAMETER stop \" \"\n";
  const auto first = parse(text);
  ASSERT_TRUE(first);
  const auto second = parse(print(*first));
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, *first);
  EXPECT_EQ(print(*second), print(*first));
}

}  // namespace
}  // namespace lar::modelfile
