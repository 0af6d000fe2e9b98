#include "store/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "sample_model.h"
#include "store/model_data.h"
#include "store/sha256.h"
#include "support/data.h"

namespace lar::store {
namespace {

namespace fs = std::filesystem;

ModelName name(std::string_view text) {
  return *ModelName::parse(text);
}

std::vector<std::string> names(const Store& store) {
  std::vector<std::string> list;
  const auto listing = store.list();
  for (const auto& model : listing->models) list.push_back(model.name.shortest());
  std::ranges::sort(list);
  return list;
}

size_t files_in(const fs::path& directory) {
  size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    count += entry.is_regular_file() ? 1U : 0U;
  }
  return count;
}

class StoreTest : public ::testing::Test {
 protected:
  lar::test::TempDir dir_ = lar::test::TempDir::in_memory();
  Store store_{dir_.path() / "models"};
};

using Names = std::vector<std::string>;

TEST_F(StoreTest, IsEmptyAndUntouchedUntilTheFirstWrite) {
  EXPECT_TRUE(store_.list()->models.empty());
  EXPECT_EQ(store_.manifest(name("x")).error().message, "model \"x:latest\" not found");
  EXPECT_FALSE(fs::exists(store_.layout().root));
}

TEST_F(StoreTest, GivesBackWhatWasStored) {
  ASSERT_TRUE(test::store_sample(store_, "tale", 7));
  const auto model = store_.manifest(name("tale"));
  ASSERT_TRUE(model) << model.error().message;
  const auto sample = test::sample_model(7);
  EXPECT_EQ(model->bytes, sample.manifest.encode());
  EXPECT_EQ(model->digest, sha256(model->bytes));
  uint64_t size = 0;
  for (const auto& blob : sample.blobs) size += blob.size();
  EXPECT_EQ(model->size(), size);
  const auto data = read_model(store_, model->manifest);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->template_text, "{{ .Prompt }}7");
  EXPECT_EQ(data->params, "{\"seed\":7}\n");
  EXPECT_EQ(data->licenses, Names{"Be kind."});
  EXPECT_EQ(data->config.model_type, "7K");
  ASSERT_EQ(data->weights.size(), 1U);
  EXPECT_EQ(store_.read_blob(data->weights[0].digest, 1 << 20)->size(), 100'000U);
}

TEST_F(StoreTest, MakesModesAsOllamaDoesAndTheRootPrivate) {
  ASSERT_TRUE(test::store_sample(store_, "tale", 7));
  const auto mode = [](const fs::path& path) {
    struct stat info{};
    stat(path.c_str(), &info);
    return info.st_mode & 0777U;
  };
  EXPECT_EQ(mode(store_.layout().root), 0700U);
  EXPECT_EQ(mode(store_.layout().manifest(name("tale"))), 0644U);
  EXPECT_EQ(mode(store_.layout().blob(sha256("Be kind."))), 0644U);
  EXPECT_EQ(files_in(store_.layout().temporary()) + files_in(store_.layout().leases()), 0U);
}

TEST_F(StoreTest, FindsANameInAnyCaseAndKeepsItsFirstSpelling) {
  ASSERT_TRUE(test::store_sample(store_, "Plain:V1.0", 1));
  EXPECT_EQ(store_.find(name("PLAIN:v1.0"))->shortest(), "Plain:V1.0");
  ASSERT_TRUE(test::store_sample(store_, "plain:v1.0", 2));
  ASSERT_TRUE(test::store_sample(store_, "plain:two", 3));
  EXPECT_EQ(names(store_), (Names{"Plain:V1.0", "Plain:two"}));
  EXPECT_EQ(store_.manifest(name("Plain:V1.0"))->bytes, test::sample_model(2).manifest.encode());
}

TEST_F(StoreTest, TellsSpellingsApartThatAnotherProgramMade) {
  ASSERT_TRUE(test::store_sample(store_, "a", 1));
  const auto library = store_.layout().manifests / "registry.ollama.ai" / "library";
  fs::create_directories(library / "A");
  fs::copy_file(library / "a" / "latest", library / "A" / "other");
  EXPECT_EQ(store_.find(name("a:other"))->shortest(), "A:other");
  EXPECT_EQ(store_.find(name("A:latest"))->shortest(), "a:latest");
  EXPECT_EQ(names(store_), (Names{"A:other", "a:latest"}));
}

TEST_F(StoreTest, RefusesAManifestWhoseBlobsAreNotThere) {
  ASSERT_TRUE(test::store_sample(store_, "tale", 7));
  const auto sample = test::sample_model(8);
  const auto missing = store_.put_manifest(name("tale"), sample.manifest.encode());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kDataCorrupt);
  auto manifest = test::sample_model(7).manifest;
  manifest.layers[0].size += 1;
  EXPECT_FALSE(store_.put_manifest(name("tale"), manifest.encode()));
  EXPECT_EQ(store_.manifest(name("tale"))->bytes, test::sample_model(7).manifest.encode());
}

TEST_F(StoreTest, HoldsAPinToTheManifestsDigest) {
  ASSERT_TRUE(test::store_sample(store_, "tale", 7));
  const auto digest = sha256(test::sample_model(7).manifest.encode());
  EXPECT_TRUE(store_.manifest(name("tale@" + digest.str())));
  EXPECT_FALSE(store_.manifest(name("tale@" + sha256("x").str())));
}

TEST_F(StoreTest, CopiesAndRemovesWithoutTouchingSharedBlobs) {
  ASSERT_TRUE(test::store_sample(store_, "a", 1));
  ASSERT_TRUE(test::store_sample(store_, "b", 2));
  ASSERT_TRUE(store_.copy(name("a"), name("host:5000/ns/c:one")));
  EXPECT_EQ(store_.copy(name("gone"), name("x")).error().message,
            "model \"gone:latest\" not found");
  EXPECT_EQ(names(store_), (Names{"a:latest", "b:latest", "host:5000/ns/c:one"}));

  auto removed = store_.remove(name("a"));
  ASSERT_TRUE(removed);
  EXPECT_TRUE(removed->digests.empty());  // the copy has them all
  EXPECT_FALSE(fs::exists(store_.layout().manifests / "registry.ollama.ai/library/a"));
  removed = store_.remove(name("host:5000/ns/c:one"));
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->digests.size(), 4U);  // all but the licence that b has too
  EXPECT_FALSE(fs::exists(store_.layout().manifests / "host:5000"));
  EXPECT_TRUE(fs::exists(store_.layout().manifests / "registry.ollama.ai/library/b/latest"));
  EXPECT_EQ(store_.remove(name("a")).error().code, Code::kNotFound);
  ASSERT_TRUE(store_.remove(name("b")));
  EXPECT_EQ(files_in(store_.layout().blobs), 0U);
}

TEST_F(StoreTest, RemovesNoBlobWhileAnyManifestIsUnreadable) {
  ASSERT_TRUE(test::store_sample(store_, "a", 1));
  ASSERT_TRUE(test::store_sample(store_, "b", 2));
  std::ofstream(store_.layout().manifest(name("b")), std::ios::trunc) << "{\"schema";
  const auto removed = store_.remove(name("a"));
  ASSERT_TRUE(removed);
  EXPECT_TRUE(removed->digests.empty());
  ASSERT_EQ(removed->bad.size(), 1U);
  EXPECT_EQ(removed->bad[0].path, "registry.ollama.ai/library/b/latest");
  EXPECT_EQ(files_in(store_.layout().blobs), 9U);
  const auto listing = store_.list();
  EXPECT_TRUE(listing->models.empty());
  EXPECT_EQ(listing->bad.size(), 1U);
  EXPECT_TRUE(store_.remove(name("b")));  // a damaged model can be removed
}

TEST_F(StoreTest, KeepsWhatALeaseHolds) {
  ASSERT_TRUE(test::store_sample(store_, "a", 1));
  auto lease = store_.lease();
  ASSERT_TRUE(lease);
  const Digest weights = sha256(test::sample_model(1).blobs[0]);
  ASSERT_TRUE(lease->pin(weights));
  const auto removed = store_.remove(name("a"));
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->digests.size(), 4U);
  EXPECT_TRUE(store_.blob(weights));
}

TEST_F(StoreTest, SaysWhenANameIsTooLongForTheFileSystem) {
  const auto result = test::store_sample(store_, std::string(300, 'h') + "/n/m", 1);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kInvalidArgument);
}

TEST_F(StoreTest, NamesNoPathInItsMessages) {
  ASSERT_TRUE(test::store_sample(store_, "a", 1));
  fs::remove(store_.layout().blob(sha256("Be kind.")));
  const auto data = read_model(store_, store_.manifest(name("a"))->manifest);
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().message, "blob " + sha256("Be kind.").str() + " is missing");
  EXPECT_EQ(data.error().message.find(dir_.path().string()), std::string::npos);
}

TEST_F(StoreTest, WorksThroughLinksAndReadOnly) {
  ASSERT_TRUE(test::store_sample(store_, "a", 1));
  fs::create_directory_symlink(store_.layout().root, dir_.path() / "link");
  const Store linked(dir_.path() / "link");
  EXPECT_EQ(names(linked), Names{"a:latest"});
  ASSERT_TRUE(test::store_sample(linked, "b", 2));
  EXPECT_EQ(names(store_), (Names{"a:latest", "b:latest"}));
}

TEST_F(StoreTest, RefusesADamagedSmallBlob) {
  ASSERT_TRUE(test::store_sample(store_, "a", 1));
  std::ofstream(store_.layout().blob(sha256("Be kind.")), std::ios::trunc) << "Be evil.";
  const auto text = store_.read_blob(sha256("Be kind."), 100);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Code::kDataCorrupt);
  // Storing it again repairs it.
  ASSERT_TRUE(test::store_sample(store_, "a", 1));
  EXPECT_EQ(store_.read_blob(sha256("Be kind."), 100), "Be kind.");
}

// V07: what lies where a blob or a manifest should be and never ends.
TEST_F(StoreTest, DoesNotWaitForFifosAndDevices) {
  ASSERT_TRUE(test::store_sample(store_, "a", 1));
  const auto license = store_.layout().blob(sha256("Be kind."));
  for (const char* target : {"fifo", "/dev/zero", "/dev/random", "/", "/dev/null"}) {
    fs::remove(license);
    if (std::string(target) == "fifo") {
      ASSERT_EQ(mkfifo(license.c_str(), 0600), 0);
    } else {
      fs::create_symlink(target, license);
    }
    EXPECT_FALSE(store_.read_blob(sha256("Be kind."), 100)) << target;
    EXPECT_FALSE(store_.open_blob(sha256("Be kind."))) << target;
  }
}

}  // namespace
}  // namespace lar::store
