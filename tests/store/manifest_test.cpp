#include "store/manifest.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "store/config_blob.h"
#include "support/data.h"

namespace lar::store {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kOther = "sha256:" + std::string(64, 'b');

std::string layer(const std::string& digest,
                  const std::string& size,
                  const std::string& more = "") {
  return fmt::format(
      R"({{"mediaType":"application/vnd.ollama.image.model","digest":"{}","size":{}{}}})", digest,
      size, more);
}

std::string document(const std::string& layers, const std::string& config) {
  return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":{}}})",
                     kManifestType, config, layers);
}

std::string with_layers(const std::string& layers) {
  return document(layers, layer(kOther, "10"));
}

bool accepts(const std::string& text, ManifestSource source = ManifestSource::kRegistry) {
  return Manifest::parse(text, source).has_value();
}

// V14
TEST(Manifest, RefusesHostileDocuments) {
  ASSERT_TRUE(accepts(with_layers("[" + layer(kDigest, "1") + "]")));
  std::string many = "[";
  for (int i = 0; i < 10'000; ++i) many += layer(kDigest, "1") + ",";
  many += layer(kDigest, "1");
  const std::vector<std::string> bad = {
      "",
      "null",
      "[]",
      "1",
      "{}",
      "{",
      with_layers("[]"),
      with_layers("null"),
      with_layers("{}"),
      with_layers("\"x\""),
      with_layers(many + "]"),
      with_layers("[null]"),
      with_layers("[1]"),
      with_layers("[[]]"),
      with_layers("[" + layer("", "1") + "]"),
      with_layers("[" + layer("sha256:../../x", "1") + "]"),
      with_layers("[" + layer(kDigest.substr(1), "1") + "]"),
      with_layers("[" + layer("sha256:" + std::string(64, 'A'), "1") + "]"),
      with_layers("[" + layer(kDigest, "-1") + "]"),
      with_layers("[" + layer(kDigest, "9223372036854775808") + "]"),
      with_layers("[" + layer(kDigest, "18446744073709551616") + "]"),
      with_layers("[" + layer(kDigest, "1.5") + "]"),
      with_layers("[" + layer(kDigest, "1e3") + "]"),
      with_layers("[" + layer(kDigest, "\"1\"") + "]"),
      with_layers("[" + layer(kDigest, "null") + "]"),
      with_layers("[" + layer(kDigest, "1") + "," + layer(kDigest, "2") + "]"),
      with_layers("[" + layer(kDigest, "1", ",\"from\":1") + "]"),
      with_layers("[" + layer(kDigest, "1", ",\"name\":\"" + std::string(5000, 'x') + "\"") + "]"),
      with_layers("[{\"digest\":\"" + kDigest + "\"}]"),
      document("[" + layer(kDigest, "1") + "]", "null"),
      document("[" + layer(kDigest, "1") + "]", "{}"),
      document("[" + layer(kDigest, "1") + "]", "[]"),
      document("[" + layer(kDigest, "1") + "]", layer("x", "1")),
      document("[" + layer(kDigest, "1") + "]", layer(kDigest, "2")),
      R"({"schemaVersion":1,"layers":[]})",
      R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json"})",
      with_layers(std::string(100, '[') + std::string(100, ']')),
      std::string(kManifestBytesMax + 1, ' ')};
  for (const auto& text : bad) EXPECT_FALSE(accepts(text)) << text.substr(0, 300);
}

TEST(Manifest, TakesTheSameBlobTwiceAndUnknownTypes) {
  const auto manifest =
      Manifest::parse(with_layers("[" + layer(kDigest, "1") + "," + layer(kDigest, "1") +
                                  R"(,{"mediaType":"x/y",)" + R"("digest":")" + kOther +
                                  R"(","size":10,"urls":["http://x"]}])"),
                      ManifestSource::kRegistry);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->layers.size(), 3U);
  EXPECT_EQ(manifest->layers[2].kind(), LayerKind::kOther);
  EXPECT_EQ(manifest->size(), 22U);
}

TEST(Manifest, OfAStubHasNoLayersInAStoreOnly) {
  const auto text = document("null", layer(kOther, "10"));
  EXPECT_TRUE(accepts(text, ManifestSource::kStore));
  EXPECT_FALSE(accepts(text, ManifestSource::kRegistry));
  EXPECT_FALSE(accepts(document("null", "null"), ManifestSource::kStore));
}

TEST(Manifest, IsWrittenAsOllamaWritesIt) {
  const auto store = lar::test::shared_data("registry/ollama-manifests/manifests");
  LAR_REQUIRE_DATA(store);
  int seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = lar::test::read_file(entry.path());
    const auto manifest = Manifest::parse(bytes, ManifestSource::kRegistry);
    ASSERT_TRUE(manifest) << entry.path();
    EXPECT_NE(manifest->find_last(LayerKind::kModel), nullptr);
    std::string again = manifest->encode();
    again.pop_back();  // ours end in a newline, the registry's do not
    EXPECT_EQ(again, bytes) << entry.path();
    ++seen;
  }
  EXPECT_EQ(seen, 12);
}

TEST(ConfigBlob, RoundTripsWhatOllamaWrote) {
  const auto path = lar::test::shared_data("registry/ollama-manifests/extra_manifests.json");
  LAR_REQUIRE_DATA(path);
  const auto rows = nlohmann::json::parse(lar::test::read_file(path));
  const auto config = ConfigBlob::parse(rows[1]["config_text"].get<std::string>());
  ASSERT_TRUE(config);
  EXPECT_EQ(config->model_family, "gemma4");
  EXPECT_EQ(config->renderer, "gemma4");
  EXPECT_EQ(config->requires_version, "0.20.0");
  EXPECT_EQ(config->encode(),
            R"({"model_format":"gguf","model_family":"gemma4","model_families":["gemma4"],)"
            R"("model_type":"8.0B","file_type":"Q4_K_M","renderer":"gemma4","parser":"gemma4",)"
            R"("requires":"0.20.0","architecture":"amd64","os":"linux"})"
            "\n");
}

TEST(ConfigBlob, KeepsEveryFieldAndRefusesWrongTypes) {
  const std::string text =
      R"({"model_format":"","model_family":"","model_families":null,"model_type":"","file_type":"",)"
      R"("remote_host":"h","remote_model":"m","capabilities":["tools"],"context_length":8,)"
      R"("embedding_length":4,"base_name":"b","draft":{"model_format":"gguf"},)"
      R"("architecture":"amd64","os":"linux"})"
      "\n";
  const auto config = ConfigBlob::parse(text);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->encode(), text);
  for (const char* bad : {"[]", "1", "", R"({"model_family":1})", R"({"model_families":"x"})",
                          R"({"model_families":[1]})", R"({"context_length":-1})",
                          R"({"context_length":1.5})", R"({"renderer":[]})"}) {
    EXPECT_FALSE(ConfigBlob::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace lar::store
