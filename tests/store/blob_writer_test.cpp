#include "store/blob_writer.h"

#include <gtest/gtest.h>

#include "store/file.h"
#include "store/store.h"
#include "support/data.h"

namespace lar::store {
namespace {

namespace fs = std::filesystem;

class Writer : public ::testing::Test {
 protected:
  lar::test::TempDir dir_;
  Layout layout_ = Layout::of(dir_.path() / "models");
};

TEST_F(Writer, StoresBytesUnderTheirDigest) {
  auto writer = BlobWriter::create(layout_, std::nullopt);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->append("hello "));
  ASSERT_TRUE(writer->append("world"));
  const auto digest = writer->commit(std::nullopt);
  ASSERT_TRUE(digest);
  EXPECT_EQ(*digest, sha256("hello world"));
  EXPECT_EQ(lar::test::read_file(layout_.blob(*digest)), "hello world");
}

TEST_F(Writer, KeepsNothingWhoseDigestIsAnother) {
  {
    auto writer = BlobWriter::create(layout_, 5);
    ASSERT_TRUE(writer->append("hello"));
    const auto result = writer->commit(sha256("world"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::kDataCorrupt);
    EXPECT_EQ(result.error().message, "digest mismatch, expected \"" + sha256("world").str() +
                                          "\", got \"" + sha256("hello").str() + "\"");
  }
  EXPECT_TRUE(fs::is_empty(layout_.blobs));
  EXPECT_TRUE(fs::is_empty(layout_.temporary()));
}

TEST_F(Writer, LeavesNothingWhenItIsDropped) {
  {
    auto writer = BlobWriter::create(layout_, std::nullopt);
    ASSERT_TRUE(writer->append("hello"));
  }
  EXPECT_TRUE(fs::is_empty(layout_.temporary()));
}

TEST_F(Writer, SaysBeforehandThatTheDiskIsTooSmall) {
  const auto writer = BlobWriter::create(layout_, 1ULL << 49U);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, Code::kResourceExhausted);
  EXPECT_NE(writer.error().message.find("disk full: 562949953421312 bytes needed"),
            std::string::npos);
  EXPECT_TRUE(fs::is_empty(layout_.temporary()));
}

}  // namespace
}  // namespace lar::store
