// Pulls from a registry that behaves, and from one that almost does.
#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "fixture.h"
#include "store/partial_blob.h"
#include "store/sha256.h"

namespace lar::registry {
namespace {

using test::ContentFault;
using test::PeerConnection;
using test::PeerRequest;
using test::RegistryTest;
using test::verdict;

constexpr size_t kMiB = 1U << 20U;

class Pulling : public RegistryTest {};

TEST_F(Pulling, KeepsTheManifestsBytesAndTellsWhatOllamaTells) {
  const std::string weights = test::random_bytes(1, 3 * kMiB + 5);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  const auto outcome = pull("tale:one");
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  expect_stored("tale:one", manifest);
  EXPECT_TRUE(outcome.monotone());

  const std::string digest = store::sha256(weights).str();
  std::vector<std::string> order;
  for (const auto& line : outcome.lines) {
    if (order.empty() || order.back() != line.status) order.push_back(line.status);
  }
  ASSERT_EQ(order.size(), 8U);
  EXPECT_EQ(order.front(), "pulling manifest");
  EXPECT_EQ(order[1], "pulling " + digest.substr(7, 12));
  EXPECT_EQ(std::vector<std::string>(order.end() - 3, order.end()),
            (std::vector<std::string>{"verifying sha256 digest", "writing manifest", "success"}));
  EXPECT_EQ(outcome.lines[1],
            (Progress{"pulling " + digest.substr(7, 12), digest, weights.size(), 0}));
  // One request for the manifest, with the one header that Ollama sends.
  EXPECT_EQ(fake_.count("GET", "/manifests/"), 1U);
  EXPECT_EQ(fake_.count("GET", "/blobs/"), 4U);
}

TEST_F(Pulling, ASecondPullFetchesOnlyTheManifest) {
  fake_.add_model("lib/tale", "one", {test::random_bytes(1, 2 * kMiB)});
  ASSERT_TRUE(pull("tale:one").ok());
  fake_.clear_log();
  const auto again = pull("tale:one");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(fake_.log().size(), 1U);
  for (const auto& line : again.lines) EXPECT_EQ(line.completed, line.total);
}

TEST_F(Pulling, LargeBlobsComeInParallelParts) {
  const std::string manifest =
      fake_.add_model("lib/tale", "one", {test::random_bytes(2, 70 * kMiB + 77)});
  const auto outcome = pull("tale:one");
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  expect_stored("tale:one", manifest);
  EXPECT_TRUE(outcome.monotone());
  EXPECT_EQ(fake_.count("GET", "/blobs/"), 5U + 3U);
}

TEST_F(Pulling, ANewVersionReplacesTheOld) {
  fake_.add_model("lib/tale", "one", {test::random_bytes(1, kMiB)});
  ASSERT_TRUE(pull("tale:one").ok());
  const std::string manifest = fake_.add_model("lib/tale", "one", {test::random_bytes(2, kMiB)});
  const auto outcome = pull("tale:one");
  ASSERT_TRUE(outcome.ok());
  EXPECT_TRUE(outcome.said("removing unused layers"));
  EXPECT_TRUE(outcome.said("has moved from"));
  expect_stored("tale:one", manifest);
  EXPECT_FALSE(store_.blob(store::sha256(test::random_bytes(1, kMiB))));
}

TEST_F(Pulling, WorksWhereBlobsCannotBeServedInParts) {
  fake_.serves_ranges = false;
  const std::string manifest =
      fake_.add_model("lib/tale", "one", {test::random_bytes(3, 40 * kMiB)});
  const auto outcome = pull("tale:one");
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_TRUE(outcome.monotone());
  expect_stored("tale:one", manifest);
}

TEST_F(Pulling, SaysWhatDoesNotExist) {
  auto outcome = pull("none:one");
  EXPECT_EQ(outcome.code(), Code::kNotFound);
  EXPECT_EQ(outcome.error(), "pull model manifest: file does not exist");
  fake_.add_model("lib/tale", "one", {"weights"});
  outcome = pull("tale:one", {.insecure = false});
  EXPECT_FALSE(outcome.ok());
  const auto plain = registry_->pull(*store::ModelName::parse("http://" + name("tale:one")), {},
                                     [](const Progress&) {}, {});
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().message, "insecure protocol http");
}

TEST_F(Pulling, AnErrorOfTheRegistryIsShown) {
  fake_.on_request = [](PeerConnection& connection, const PeerRequest&) {
    return connection.answer(418, "I am \x1b[31ma teapot\n");
  };
  const auto outcome = pull("tale:one");
  EXPECT_EQ(outcome.error(), "pull model manifest: 418: I am  [31ma teapot");
}

TEST_F(Pulling, RepairsDamageAndSaysSo) {
  const std::string weights = test::random_bytes(4, 2 * kMiB);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  const auto path = store_.layout().blob(store::sha256(weights));
  const std::string other = test::random_bytes(5, 2 * kMiB);
  std::string flipped = weights;
  flipped[kMiB] ^= 1;
  const std::vector<std::pair<std::string, std::string>> damages = {
      {"zeroed", std::string(weights.size(), '\0')},
      {"one bit flipped", flipped},
      {"cut by a byte", weights.substr(1)},
      {"a byte longer", weights + "x"},
      {"another model's bytes", other}};
  for (const auto& [what, content] : damages) {
    ASSERT_TRUE(pull("tale:one").ok());
    std::ofstream(path, std::ios::binary) << content;
    fake_.clear_log();
    const auto outcome = pull("tale:one");
    EXPECT_TRUE(outcome.ok()) << what << ": " << outcome.error();
    EXPECT_TRUE(outcome.said("repairing")) << what;
    EXPECT_LE(fake_.blob_bytes_sent(), weights.size()) << what;
    expect_stored("tale:one", manifest);
    verdict("F05 " + what, "repaired, and said", outcome.said("repairing") ? "so" : "not said");
  }
}

TEST_F(Pulling, ABandwidthLimitHolds) {
  config_.bytes_per_second_max = 4 * kMiB;
  restart();
  fake_.add_model("lib/tale", "one", {test::random_bytes(6, 3 * kMiB)});
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(pull("tale:one").ok());
  EXPECT_GT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(400));
}

TEST_F(Pulling, TheDiskMustHaveRoom) {
  const auto digest = store::sha256("x").str();
  fake_.add_manifest(
      "lib/tale", "one",
      fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"{}",)"
                  R"("digest":"{}","size":2}},"layers":[{{"mediaType":"{}","digest":"{}",)"
                  R"("size":1000000000000000}}]}})",
                  store::kManifestType, store::kConfigType, store::sha256("{}").str(),
                  store::media_type(store::LayerKind::kModel), digest));
  const auto outcome = pull("tale:one");
  EXPECT_EQ(outcome.code(), Code::kResourceExhausted);
  EXPECT_NE(outcome.error().find("disk full"), std::string::npos) << outcome.error();
  EXPECT_EQ(fake_.count("GET", "/blobs/"), 0U);
  verdict("F20 too small, known before", "disk full, nothing fetched", outcome.error());
}

TEST_F(Pulling, APinHoldsToItsManifest) {
  const std::string first = fake_.add_model("lib/tale", "one", {test::random_bytes(7, 1000)});
  const std::string pin = store::sha256(first).str();
  const std::string second = fake_.add_model("lib/tale", "one", {test::random_bytes(8, 1000)});
  // The tag has moved; the pinned manifest is still there.
  auto outcome = pull("tale:one@" + pin);
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  expect_stored("tale:one", first);
  verdict("A09 tag moved, old version there", "the pinned one", "the pinned one");

  // A registry that answers with something else.
  fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    return request.target.find("/manifests/sha256:") != std::string::npos &&
           connection.answer(200, second);
  };
  fake_.clear_log();
  outcome = pull("tale:one@" + pin);
  EXPECT_EQ(outcome.code(), Code::kDataCorrupt);
  EXPECT_NE(outcome.error().find("is pinned to " + pin), std::string::npos) << outcome.error();
  EXPECT_EQ(fake_.count("GET", "/blobs/"), 0U);
  verdict("A09 another manifest", "refused before any layer", outcome.error());

  fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    return request.target.find("/manifests/sha256:") != std::string::npos &&
           connection.answer(404, "");
  };
  outcome = pull("tale:one@" + pin);
  EXPECT_EQ(outcome.code(), Code::kDataCorrupt);
  verdict("A09 tag moved, old version gone", "refused before any layer", outcome.error());
  expect_stored("tale:one", first);
}

TEST_F(Pulling, HuggingFaceNamesAreOrdinaryNames) {
  const std::string manifest = fake_.add_model("org/Repo-GGUF", "Q4_K_M", {"weights"});
  const auto name = store::ModelName::parse(fake_.host() + "/org/Repo-GGUF:Q4_K_M");
  const auto result = registry_->pull(*name, {.insecure = true}, [](const Progress&) {}, {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(store_.manifest(*store_.find(*name))->bytes, manifest);
}

}  // namespace
}  // namespace lar::registry
