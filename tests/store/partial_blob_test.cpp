#include "store/partial_blob.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <thread>

#include "sample_model.h"
#include "store/sha256.h"
#include "store/store.h"
#include "support/data.h"

namespace lar::store {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kBytes = 9 * kPieceBytes + 12'345;

class Partial : public ::testing::Test {
 protected:
  std::unique_ptr<PartialBlob> open() const {
    auto blob = PartialBlob::open(layout_, digest_, kBytes);
    EXPECT_TRUE(blob) << blob.error().message;
    return blob ? *std::move(blob) : nullptr;
  }
  std::span<const std::byte> bytes(ByteRange range) const {
    return std::as_bytes(std::span(content_)).subspan(range.begin, range.end - range.begin);
  }
  void put(PartialBlob& blob, uint64_t index) const {
    ASSERT_TRUE(blob.put_piece(index, bytes(blob.piece(index))));
  }
  void finish(PartialBlob& blob) const {
    for (const ByteRange& range : blob.missing()) {
      PieceStream stream(blob, range.begin);
      ASSERT_TRUE(stream.append(bytes(range)));
    }
    const auto result = blob.commit();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(lar::test::read_file(layout_.blob(digest_)), content_);
    EXPECT_TRUE(fs::is_empty(layout_.partial()));
  }
  fs::path file(const char* kind) const { return layout_.partial() / (digest_.hex() + "." + kind); }

  lar::test::TempDir dir_ = lar::test::TempDir::in_memory();
  Layout layout_ = Layout::of(dir_.path() / "models");
  std::string content_ = test::sample_bytes(3, kBytes);
  Digest digest_ = sha256(content_);
};

TEST_F(Partial, TakesUpWhereItWasLeft) {
  {
    const auto blob = open();
    for (const uint64_t index : {0U, 1U, 4U, 9U}) put(*blob, index);
    EXPECT_EQ(blob->missing(), (std::vector<ByteRange>{{2 * kPieceBytes, 4 * kPieceBytes},
                                                       {5 * kPieceBytes, 9 * kPieceBytes}}));
    EXPECT_FALSE(blob->commit());
  }
  const auto blob = open();
  EXPECT_EQ(blob->completed_bytes(), 3 * kPieceBytes + 12'345);
  EXPECT_EQ(blob->missing().size(), 2U);
  finish(*blob);
}

TEST_F(Partial, BelongsToOneProcessAtATime) {
  const auto blob = open();
  const auto second = PartialBlob::open(layout_, digest_, kBytes);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_TRUE(list_partials(layout_)->at(0).in_use);
  EXPECT_FALSE(*remove_partial(layout_, digest_));
}

TEST_F(Partial, KeepsItsPiecesWhenTheDigestIsWrongAndFindsTheWrongOne) {
  const auto blob = open();
  std::string bad(kPieceBytes, 'x');
  ASSERT_TRUE(blob->put_piece(5, std::as_bytes(std::span(bad))));
  for (uint64_t index = 0; index < blob->piece_count(); ++index) put(*blob, index);
  const auto result = blob->commit();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kDataCorrupt);
  EXPECT_FALSE(fs::exists(layout_.blob(digest_)));
  int replaced = 0;
  for (uint64_t index = 0; index < blob->piece_count(); ++index) {
    replaced += *blob->replace_piece(index, bytes(blob->piece(index))) ? 1 : 0;
  }
  EXPECT_EQ(replaced, 1);
  finish(*blob);
}

TEST_F(Partial, HashesWhatIsThereWhileTheRestComes) {
  const auto blob = open();
  EXPECT_EQ(*blob->hash_more(kBytes), 0U);
  put(*blob, 1);
  EXPECT_EQ(*blob->hash_more(kBytes), 0U);
  put(*blob, 0);
  EXPECT_EQ(*blob->hash_more(1), kPieceBytes);
  EXPECT_EQ(*blob->hash_more(kBytes), kPieceBytes);
  finish(*blob);
}

TEST_F(Partial, TakesManyWritersAtOnce) {
  const auto blob = open();
  std::vector<std::jthread> threads;
  for (unsigned worker = 0; worker < 8; ++worker) {
    threads.emplace_back([&, worker] {
      for (uint64_t i = 0; i < blob->piece_count(); ++i) {
        put(*blob, (i * 7 + worker) % blob->piece_count());
      }
    });
  }
  threads.clear();
  EXPECT_EQ(blob->completed_bytes(), kBytes);
  finish(*blob);
}

TEST_F(Partial, RefusesMoreBytesThanTheBlobHas) {
  const auto blob = open();
  PieceStream stream(*blob, 9 * kPieceBytes);
  const std::string more(12'346, 'x');
  EXPECT_FALSE(stream.append(std::as_bytes(std::span(more))));
  EXPECT_FALSE(blob->put_piece(10, {}));
  EXPECT_FALSE(blob->put_piece(0, std::as_bytes(std::span(more))));
}

TEST_F(Partial, RefusesSizesBeyondReason) {
  EXPECT_FALSE(PartialBlob::open(layout_, digest_, 1ULL << 49U));  // no disk is as large
  EXPECT_FALSE(PartialBlob::open(layout_, digest_, ~0ULL));
}

TEST_F(Partial, OfNoBytesIsWholeAtOnce) {
  const auto blob = PartialBlob::open(layout_, sha256(""), 0);
  ASSERT_TRUE(blob);
  EXPECT_TRUE((*blob)->missing().empty());
  EXPECT_TRUE((*blob)->commit());
}

// F10: every way in which the state can be wrong. `kept` is how many pieces must survive at least.
TEST_F(Partial, CompletesWhateverTheStateFileHolds) {
  const auto journal = [&] { return lar::test::read_file(file("journal")); };
  const auto write = [&](const char* kind, const std::string& text) {
    std::ofstream(file(kind), std::ios::binary | std::ios::trunc) << text;
  };
  struct Case {
    const char* name;
    std::function<void()> damage;
    uint64_t kept;
  };
  const std::vector<Case> cases = {
      {"nothing", [] {}, 5},
      {"empty", [&] { write("journal", ""); }, 0},
      {"no journal", [&] { fs::remove(file("journal")); }, 0},
      {"no data", [&] { fs::remove(file("data")); }, 0},
      {"short data", [&] { fs::resize_file(file("data"), 100); }, 0},
      {"garbage", [&] { write("journal", test::sample_bytes(1, 10'000)); }, 0},
      {"zeros", [&] { write("journal", std::string(100, '\0')); }, 0},
      {"torn", [&] { write("journal", journal().substr(0, journal().size() - 5)); }, 4},
      {"garbage at the end", [&] { write("journal", journal() + "piece 9 00\n\xff\n\0"); }, 5},
      {"garbage in the middle",
       [&] {
         std::string text = journal();
         text.insert(text.find("piece 1"), test::sample_bytes(2, 50) + "\n");
         write("journal", text);
       },
       5},
      {"older version",
       [&] {
         std::string text = journal();
         text.replace(text.find("partial 1"), 9, "partial 0");
         write("journal", text);
       },
       0},
      {"another digest",
       [&] {
         std::string text = journal();
         text[text.find("sha256:") + 8] ^= 1;
         write("journal", text);
       },
       0},
      {"another size",
       [&] {
         auto other = PartialBlob::open(layout_, digest_, kBytes - 1);
         ASSERT_TRUE(other);
       },
       0},
      {"a lost write",
       [&] {
         std::fstream data(file("data"), std::ios::in | std::ios::out | std::ios::binary);
         data.seekp(static_cast<std::streamoff>(2 * kPieceBytes));
         data << std::string(4096, '\0');
       },
       4},
      {"a piece out of range",
       [&] { write("journal", journal() + "piece 99999999999999999999 1 1\n"); }, 5},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    fs::remove(layout_.blob(digest_));
    {
      const auto blob = open();
      for (uint64_t index = 0; index < 5; ++index) put(*blob, index);
    }
    c.damage();
    const auto blob = open();
    ASSERT_NE(blob, nullptr);
    EXPECT_GE(blob->completed_bytes(), c.kept * kPieceBytes);
    finish(*blob);
  }
}

TEST_F(Partial, SurvivesRandomDamageOfTheJournal) {
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    {
      const auto blob = open();
      for (uint64_t index = 0; index < 3; ++index) put(*blob, random() % blob->piece_count());
    }
    std::string text = lar::test::read_file(file("journal"));
    for (int i = 0; i < 3; ++i) text[random() % text.size()] = static_cast<char>(random());
    std::ofstream(file("journal"), std::ios::binary | std::ios::trunc) << text;
  }
  finish(*open());
}

TEST_F(Partial, IsListedAndRemoved) {
  {
    const auto blob = open();
    put(*blob, 0);
  }
  const auto partials = list_partials(layout_);
  ASSERT_TRUE(partials);
  ASSERT_EQ(partials->size(), 1U);
  EXPECT_EQ(partials->at(0).digest, digest_);
  EXPECT_FALSE(partials->at(0).in_use);
  EXPECT_GE(partials->at(0).disk_bytes, kPieceBytes);
  EXPECT_TRUE(*remove_partial(layout_, digest_));
  EXPECT_TRUE(list_partials(layout_)->empty());
}

}  // namespace
}  // namespace lar::store
