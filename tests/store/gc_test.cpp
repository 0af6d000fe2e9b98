#include "store/gc.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "actor.h"
#include "sample_model.h"
#include "store/partial_blob.h"
#include "store/sha256.h"
#include "store/verify.h"
#include "support/data.h"

namespace lar::store {
namespace {

namespace fs = std::filesystem;

class Gc : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(test::store_sample(store_, "a", 1));
    auto lease = store_.lease();
    ASSERT_TRUE(store_.add_blob(*lease, "orphan"));
  }

  Result<GcReport> collect(bool remove, std::chrono::seconds age = std::chrono::seconds(0)) const {
    return collect_garbage(store_, {.remove = remove, .blob_age_min = age});
  }
  bool has_orphan() const { return store_.blob(orphan_).has_value(); }
  fs::path manifest(const char* name) const {
    return store_.layout().manifest(*ModelName::parse(name));
  }

  lar::test::TempDir dir_ = lar::test::TempDir::in_memory();
  Store store_{dir_.path() / "models"};
  Digest orphan_ = sha256("orphan");
};

TEST_F(Gc, OnlyTellsUnlessAskedToRemove) {
  const auto told = collect(false);
  ASSERT_TRUE(told);
  ASSERT_EQ(told->items.size(), 1U);
  EXPECT_EQ(told->items[0].name, orphan_.file_name());
  EXPECT_FALSE(told->removed);
  EXPECT_TRUE(has_orphan());
  const auto removed = collect(true);
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->items.size(), 1U);
  EXPECT_FALSE(has_orphan());
  EXPECT_TRUE(verify(store_, {})->clean());
  EXPECT_TRUE(collect(true)->items.empty());
}

TEST_F(Gc, LeavesYoungBlobsAndRenewedOnes) {
  EXPECT_TRUE(collect(true, std::chrono::hours(1))->items.empty());
  fs::last_write_time(store_.layout().blob(orphan_),
                      fs::file_time_type::clock::now() - std::chrono::hours(2));
  EXPECT_EQ(collect(false, std::chrono::hours(1))->items.size(), 1U);
  ASSERT_TRUE(store_.keep_blob(orphan_));
  EXPECT_TRUE(collect(true, std::chrono::hours(1))->items.empty());
}

TEST_F(Gc, LeavesWhatALeaseHoldsAndForgetsDeadLeases) {
  {
    auto lease = store_.lease();
    ASSERT_TRUE(lease->pin(orphan_));
    EXPECT_TRUE(collect(true)->items.empty());
  }
  std::ofstream(store_.layout().leases() / "dead") << orphan_.str() << '\n';
  EXPECT_EQ(collect(true)->items.size(), 1U);
  EXPECT_TRUE(fs::is_empty(store_.layout().leases()));
}

TEST_F(Gc, RemovesNothingAndSaysWhyIfAManifestCannotBeRead) {
  for (const char* content :
       {"", "{", "not json", "[]", R"({"schemaVersion":2,"mediaType":"x/y"})"}) {
    fs::create_directories(manifest("bad").parent_path());
    std::ofstream(manifest("bad"), std::ios::trunc) << content;
    const auto report = collect(true);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->items.empty()) << content;
    ASSERT_EQ(report->bad.size(), 1U) << content;
    EXPECT_EQ(report->bad[0].path, "registry.ollama.ai/library/bad/latest");
    EXPECT_TRUE(has_orphan());
  }
  fs::remove(manifest("bad"));
  fs::create_symlink("/nowhere/at/all", manifest("bad"));
  EXPECT_EQ(collect(true)->bad.size(), 1U);
  fs::remove(manifest("bad"));
  fs::create_directory_symlink(store_.layout().manifests, manifest("bad"));  // a loop
  EXPECT_GE(collect(true)->bad.size(), 1U);
  EXPECT_TRUE(has_orphan());
}

TEST_F(Gc, CountsEveryDigestInEveryFileBelowManifests) {
  std::ofstream(store_.layout().manifests / ".backup") << "see sha256-" << orphan_.hex();
  EXPECT_TRUE(collect(true)->items.empty());
}

TEST_F(Gc, LeavesFilesThatAreNotOurs) {
  const auto& blobs = store_.layout().blobs;
  const std::vector<std::string> foreign = {"notes.txt",
                                            "sha256-123",
                                            "sha256-" + orphan_.hex() + "-partial",
                                            "sha256-" + orphan_.hex() + "-partial-0",
                                            "sha512-" + orphan_.hex(),
                                            ".hidden"};
  for (const auto& name : foreign) std::ofstream(blobs / name) << "x";
  const std::string linked = "sha256-" + sha256("linked").hex();
  fs::create_symlink(dir_.path(), blobs / linked);
  fs::create_directory(blobs / ("sha256-" + sha256("directory").hex()));
  std::ofstream(store_.layout().root / "server.json") << "{}";
  std::ofstream(dir_.path() / "canary") << "x";
  EXPECT_EQ(collect(true)->items.size(), 1U);
  for (const auto& name : foreign) EXPECT_TRUE(fs::exists(blobs / name)) << name;
  EXPECT_TRUE(fs::is_symlink(blobs / linked));
  EXPECT_TRUE(fs::exists(dir_.path() / "canary"));
  EXPECT_TRUE(fs::exists(store_.layout().root / "server.json"));
}

TEST_F(Gc, TakesAStoreWithoutManifestsForAMissingMount) {
  fs::remove_all(store_.layout().manifests);
  const auto refused = collect(true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kDataCorrupt);
  EXPECT_TRUE(has_orphan());
  const auto forced = collect_garbage(
      store_,
      {.remove = true, .blob_age_min = std::chrono::seconds(0), .allow_no_manifests = true});
  ASSERT_TRUE(forced);
  EXPECT_EQ(forced->items.size(), 6U);
}

TEST_F(Gc, KeepsDownloadsUnlessAskedFor) {
  {
    auto partial = PartialBlob::open(store_.layout(), sha256("p"), 5'000'000);
    ASSERT_TRUE(partial);
  }
  std::ofstream(store_.layout().temporary() / "young") << "x";
  std::ofstream(store_.layout().temporary() / "old") << "x";
  fs::last_write_time(store_.layout().temporary() / "old",
                      fs::file_time_type::clock::now() - std::chrono::hours(2));
  const auto report = collect(true);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->items.size(), 2U);  // the orphan and the old temporary file
  EXPECT_EQ(list_partials(store_.layout())->size(), 1U);
  ASSERT_TRUE(
      collect_garbage(store_, {.remove = true, .partial_age_min = std::chrono::seconds(0)}));
  EXPECT_TRUE(list_partials(store_.layout())->empty());
}

TEST_F(Gc, UsageAddsUp) {
  ASSERT_TRUE(test::store_sample(store_, "b", 2));
  ASSERT_TRUE(store_.copy(*ModelName::parse("b"), *ModelName::parse("c")));
  const auto use = usage(store_);
  ASSERT_TRUE(use);
  ASSERT_EQ(use->models.size(), 3U);
  for (const auto& model : use->models) {
    EXPECT_EQ(model.bytes, test::sample_model(1).manifest.size());
    const bool alone = model.name.shortest() == "a:latest";
    EXPECT_EQ(model.unique_bytes, alone ? model.bytes - 8 : 0U);  // the licence is shared
  }
  EXPECT_GT(use->unreferenced_bytes, 0U);
  EXPECT_GE(use->blob_bytes, 200'000U);
  EXPECT_GT(use->free_bytes, 0U);
}

// F24: four processes create, copy, remove and collect with no grace at all.
TEST_F(Gc, LosesNothingThatIsNamedWhateverRunsAtTheSameTime) {
  std::vector<pid_t> workers;
  for (const char* seed : {"11", "12", "13", "14"}) {
    workers.push_back(test::start_actor(store_.layout().root, {"churn", "-", seed, "120"}, {}));
  }
  for (const pid_t pid : workers) EXPECT_EQ(test::wait_for(pid), 0);
  const auto report = verify(store_, {});
  ASSERT_TRUE(report);
  for (const auto& damaged : report->damaged) ADD_FAILURE() << damaged.detail;
  EXPECT_TRUE(report->bad_manifests.empty());
}

}  // namespace
}  // namespace lar::store
