// F37: stores that Ollama made, of today and of before.
#include <gtest/gtest.h>

#include <cstdlib>

#include "sample_model.h"
#include "store/gc.h"
#include "store/model_data.h"
#include "store/sha256.h"
#include "store/store.h"
#include "store/verify.h"
#include "support/data.h"

namespace lar::store {
namespace {

namespace fs = std::filesystem;

class OllamaStore : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto archive = lar::test::shared_data("ollama-live/store.tar.gz");
    LAR_REQUIRE_DATA(archive);
    const std::string command =
        "tar xzf '" + archive.string() + "' -C '" + dir_.path().string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }

  lar::test::TempDir dir_ = lar::test::TempDir::in_memory();
  Store store_{dir_.path() / "models"};
};

TEST_F(OllamaStore, ListsItsModelsWithTheirDigestsAndSizes) {
  const auto listing = store_.list();
  ASSERT_TRUE(listing);
  EXPECT_TRUE(listing->bad.empty());
  std::map<std::string, const StoredManifest*> models;
  for (const auto& model : listing->models) models[model.name.shortest()] = &model;
  ASSERT_EQ(models.size(), 4U);
  for (const char* name :
       {"Plain:V1.0", "127.0.0.1:15001/lib/tale:one", "ns/child:v2", "tale:latest"}) {
    ASSERT_TRUE(models.contains(name)) << name;
  }
  EXPECT_EQ(models["Plain:V1.0"]->size(), 1'185'592U);
  const auto data = read_model(store_, models["ns/child:v2"]->manifest);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->system, "Other.");
  EXPECT_EQ(data->parent_model, "tale:latest");
  EXPECT_EQ(data->licenses, std::vector<std::string>{"Be kind."});
  EXPECT_EQ(data->config.model_type, "293K");
  EXPECT_EQ(data->config.encode(),
            *store_.read_blob(models["tale:latest"]->manifest.config->digest, 1000));
  // Ollama's own encoding is ours: but for a manifest that came from a registry, which is kept.
  EXPECT_EQ(models["tale:latest"]->manifest.encode(), models["tale:latest"]->bytes);
  EXPECT_EQ(models["ns/child:v2"]->manifest.encode(), models["ns/child:v2"]->bytes);
}

TEST_F(OllamaStore, IsWholeAndLosesOnlyWhatNobodyNames) {
  const auto report = verify(store_, {});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->clean());
  EXPECT_EQ(report->blobs, 9U);
  const auto garbage =
      collect_garbage(store_, {.blob_age_min = std::chrono::seconds(-1'000'000'000)});
  ASSERT_TRUE(garbage);
  ASSERT_EQ(garbage->items.size(), 1U);  // the GGUF as it was before Ollama rewrote it
  EXPECT_EQ(garbage->items[0].name,
            "sha256-270cba1bd5109f42d03350f60406024560464db173c0e387d91f0426d3bd256d");
  EXPECT_FALSE(garbage->removed);
}

TEST_F(OllamaStore, StaysReadableForOllamaAfterWeWroteToIt) {
  ASSERT_TRUE(test::store_sample(store_, "mine:1", 5));
  ASSERT_TRUE(store_.copy(*ModelName::parse("tale"), *ModelName::parse("TALE:two")));
  // Nothing in blobs/ and manifests/ but what Ollama's names allow.
  for (const auto& entry : fs::directory_iterator(store_.layout().blobs)) {
    EXPECT_TRUE(Digest::parse(entry.path().filename().string())) << entry.path();
  }
  for (const auto& entry : fs::recursive_directory_iterator(store_.layout().manifests)) {
    EXPECT_NE(entry.path().filename().string()[0], '.') << entry.path();
  }
  EXPECT_TRUE(fs::exists(store_.layout().manifests / "registry.ollama.ai/library/tale/two"));
}

TEST_F(OllamaStore, OfAnOlderVersionHasColonsInItsFileNames) {
  std::vector<fs::path> blobs;
  for (const auto& entry : fs::directory_iterator(store_.layout().blobs)) {
    blobs.push_back(entry.path());
  }
  for (size_t i = 0; i < blobs.size(); ++i) {
    std::string name = blobs[i].filename().string();
    name[6] = ':';
    if (i % 2 == 0) {
      for (size_t k = 7; k < name.size(); ++k) {
        name[k] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[k])));
      }
    }
    fs::rename(blobs[i], blobs[i].parent_path() / name);
  }
  EXPECT_TRUE(verify(store_, {})->clean());
  const auto model = store_.manifest(*ModelName::parse("tale"));
  ASSERT_TRUE(read_model(store_, model->manifest));
  // A new manifest may name old files, and what is removed is what was meant.
  ASSERT_TRUE(store_.put_manifest(*ModelName::parse("again"), model->bytes));
  ASSERT_TRUE(store_.remove(*ModelName::parse("ns/child:v2")));
  EXPECT_TRUE(verify(store_, {})->clean());
  for (const char* name : {"tale", "again", "127.0.0.1:15001/lib/tale:one", "Plain:V1.0"}) {
    ASSERT_TRUE(store_.remove(*ModelName::parse(name)));
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(store_.layout().blobs), {}), 1);
}

}  // namespace
}  // namespace lar::store
