#include "base/mapped_file.h"

#include <sys/stat.h>

#include <fstream>

#include "support/data.h"

namespace lar {
namespace {

TEST(MappedFile, GivesTheBytes) {
  const test::TempDir dir;
  const auto path = dir.path() / "f";
  std::ofstream(path) << "hello";
  const auto file = MappedFile::open(path.string());
  ASSERT_TRUE(file.has_value());
  ASSERT_EQ(file->bytes().size(), 5U);
  EXPECT_EQ(static_cast<char>(file->bytes()[1]), 'e');
}

TEST(MappedFile, EmptyFileIsEmptyNotAnError) {
  const test::TempDir dir;
  const auto path = dir.path() / "f";
  std::ofstream(path).flush();
  const auto file = MappedFile::open(path.string());
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->bytes().empty());
}

TEST(MappedFile, RefusesWhatIsNoRegularFileAndNamesIt) {
  const test::TempDir dir;
  const auto fifo = (dir.path() / "fifo").string();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(MappedFile::open(fifo).error().code, Code::kInvalidArgument);
  EXPECT_EQ(MappedFile::open("/dev/zero").error().code, Code::kInvalidArgument);
  EXPECT_EQ(MappedFile::open(dir.path().string()).error().code, Code::kInvalidArgument);
  const auto missing = MappedFile::open((dir.path() / "none").string());
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_NE(missing.error().message.find("none"), std::string::npos);
}

}  // namespace
}  // namespace lar
