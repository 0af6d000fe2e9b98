#include "store/verified.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>

#include "sample_model.h"
#include "store/sha256.h"
#include "store/store.h"
#include "store/verify.h"
#include "support/data.h"

namespace lar::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBytes = 3U << 20U;

class Verified : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(test::store_sample(store_, "a", 1, kBytes)); }

  void write_byte(off_t offset, char value) const {
    const int fd = open(path().c_str(), O_WRONLY);
    ASSERT_EQ(pwrite(fd, &value, 1, offset), 1);
    close(fd);
  }
  char byte_at(size_t offset) const { return content_[offset]; }
  fs::path path() const { return store_.layout().blob(digest_); }

  bool stamped() const {
    const auto fd = open_regular(path(), "blob");
    return is_verified(store_.layout(), digest_, *fd);
  }

  lar::test::TempDir dir_ = lar::test::TempDir::in_memory();
  Store store_{dir_.path() / "models"};
  std::string content_ = test::sample_bytes(1, kBytes);
  Digest digest_ = sha256(content_);
};

TEST_F(Verified, ABlobIsStampedWhenItIsWrittenAndWhenItIsChecked) {
  EXPECT_TRUE(stamped());
  fs::remove_all(store_.layout().verified());
  EXPECT_FALSE(stamped());
  EXPECT_TRUE(store_.open_blob(digest_));
  EXPECT_TRUE(stamped());
}

// F07: 50 writes of several kinds, each of which must make the stamp void.
TEST_F(Verified, AnyWriteMakesTheStampVoid) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(store_.open_blob(digest_)) << i;
    ASSERT_TRUE(stamped()) << i;
    const size_t at = static_cast<size_t>(i) * 6007;
    const auto times = fs::last_write_time(path());
    switch (i % 5) {
      case 0: write_byte(static_cast<off_t>(at), byte_at(at)); break;  // the same byte
      case 1: fs::resize_file(path(), kBytes - 1); break;
      case 2: fs::resize_file(path(), kBytes + 1); break;
      case 3: {
        const int fd = open(path().c_str(), O_RDWR);
        void* map = mmap(nullptr, kBytes, PROT_WRITE | PROT_READ, MAP_SHARED, fd, 0);
        static_cast<char*>(map)[at] = static_cast<char>(~byte_at(at));
        msync(map, kBytes, MS_SYNC);
        munmap(map, kBytes);
        close(fd);
        break;
      }
      default: {
        const auto other = dir_.path() / "other";
        std::ofstream(other, std::ios::binary) << test::sample_bytes(9, kBytes);
        fs::rename(other, path());
      }
    }
    if (i % 2 == 0) fs::last_write_time(path(), times);  // it cannot be covered up
    EXPECT_FALSE(stamped()) << i;
    EXPECT_EQ(store_.open_blob(digest_).has_value(), i % 5 == 0) << i;
    if (i % 5 != 0) {
      fs::remove(path());
      ASSERT_TRUE(test::store_sample(store_, "a", 1, kBytes));
    }
  }
}

// F05
TEST_F(Verified, DamageOfEveryKindIsFoundNamedAndRepaired) {
  ASSERT_TRUE(test::store_sample(store_, "b", 2, kBytes));
  const std::vector<std::pair<Damage, std::function<void()>>> kinds = {
      {Damage::kContent, [&] { std::ofstream(path()) << std::string(kBytes, '\0'); }},
      {Damage::kContent, [&] { write_byte(1'000'000, static_cast<char>(byte_at(1'000'000) ^ 1)); }},
      {Damage::kSize, [&] { fs::resize_file(path(), kBytes - 1); }},
      {Damage::kSize, [&] { fs::resize_file(path(), kBytes + 1); }},
      {Damage::kContent,
       [&] {
         fs::copy_file(store_.layout().blob(sha256(test::sample_bytes(2, kBytes))), path(),
                       fs::copy_options::overwrite_existing);
       }},
      {Damage::kMissing, [&] { fs::remove(path()); }},
  };
  for (const auto& [kind, damage] : kinds) {
    damage();
    EXPECT_EQ(store_.list()->models.size(), 2U);
    const auto opened = store_.open_blob(digest_);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find(digest_.str()), std::string::npos);
    const auto report = verify(store_, {.threads = 3});
    ASSERT_TRUE(report);
    ASSERT_EQ(report->damaged.size(), 1U);
    EXPECT_EQ(report->damaged[0].damage, kind) << report->damaged[0].detail;
    EXPECT_EQ(report->damaged[0].digest, digest_);
    ASSERT_EQ(report->damaged[0].models.size(), 1U);
    EXPECT_EQ(report->damaged[0].models[0].shortest(), "a:latest");
    // What pull does: only this blob comes again.
    ASSERT_TRUE(test::pull_sample(store_, "a", 1, kBytes));
    EXPECT_TRUE(verify(store_, {})->clean());
    EXPECT_TRUE(store_.open_blob(digest_));
  }
}

TEST_F(Verified, VerifyTellsItsProgressAndStops) {
  uint64_t last = 0;
  std::stop_source source;
  const auto report = verify(store_, {.threads = 1, .progress = [&](uint64_t done, uint64_t total) {
                                        EXPECT_LE(done, total);
                                        EXPECT_GE(done, last);
                                        last = done;
                                      }});
  ASSERT_TRUE(report);
  EXPECT_EQ(last, report->bytes);
  EXPECT_GT(last, kBytes);
  source.request_stop();
  EXPECT_EQ(verify(store_, {.stop = source.get_token()}).error().code, Code::kCancelled);
}

}  // namespace
}  // namespace lar::store
