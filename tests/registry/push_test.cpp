#include <fmt/format.h>

#include <atomic>

#include "fixture.h"
#include "registry/blob_upload.h"
#include "store/sha256.h"

namespace lar::registry {
namespace {

using test::PeerConnection;
using test::PeerRequest;
using test::RegistryTest;
using test::verdict;

constexpr size_t kMiB = 1U << 20U;

class Pushing : public RegistryTest {
 protected:
  // A model in the store that the registry does not have.
  std::string put_model(const std::string& model,
                        const std::string& weights,
                        const char* from = "") {
    auto lease = store_.lease();
    const auto layer = [&](std::string_view type, const std::string& content) {
      const auto added = store_.add_blob(*lease, content);
      return store::Layer{std::string(type), added->digest, content.size(), "", ""};
    };
    store::Manifest manifest;
    manifest.config = layer(store::kConfigType, "{\"model_format\":\"gguf\"}");
    manifest.layers.push_back(layer(store::media_type(store::LayerKind::kModel), weights));
    manifest.layers.back().from = from;
    manifest.layers.push_back(
        layer(store::media_type(store::LayerKind::kTemplate), "{{ .Prompt }}"));
    std::string bytes = manifest.encode();
    EXPECT_TRUE(store_.put_manifest(*store::ModelName::parse(name(model)), bytes));
    return bytes;
  }
};

TEST_F(Pushing, SendsWhatOllamaSends) {
  const std::string weights = test::random_bytes(1, 2 * kMiB + 3);
  const std::string manifest = put_model("tale:one", weights);
  const auto outcome = push("tale:one");
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_TRUE(outcome.monotone());
  const auto digest = store::sha256(weights);
  EXPECT_TRUE(fake_.has_blob(digest));
  // The line feed at the end of the stored file is not part of what is pushed.
  EXPECT_EQ(fake_.manifest("lib/tale", "one").value_or("") + "\n", manifest);
  std::vector<std::string> methods;
  for (const auto& entry : fake_.log()) methods.push_back(entry.method);
  EXPECT_EQ(methods,
            (std::vector<std::string>{"HEAD", "POST", "PATCH", "PUT", "HEAD", "POST", "PATCH",
                                      "PUT", "HEAD", "POST", "PATCH", "PUT", "PUT"}));
  EXPECT_EQ(outcome.lines.front().status, "retrieving manifest");
  EXPECT_EQ(outcome.lines[1].status, "pushing " + digest.short_id());
  EXPECT_EQ(outcome.lines[outcome.lines.size() - 2].status, "pushing manifest");
  EXPECT_EQ(outcome.lines.back().status, "success");

  fake_.clear_log();
  ASSERT_TRUE(push("tale:one").ok());
  EXPECT_EQ(fake_.count("POST", ""), 0U) << "what is there is not sent again";
}

TEST_F(Pushing, AParentsBlobIsMounted) {
  const std::string weights = test::random_bytes(2, 1000);
  fake_.add_blob(weights);
  const auto head = [](PeerConnection& connection, const PeerRequest& request) {
    return request.method == "HEAD" && connection.answer(404, "", {}, false);
  };
  fake_.on_request = head;
  put_model("tale:one", weights, "other/parent:x");
  ASSERT_TRUE(push("tale:one").ok());
  EXPECT_EQ(
      fake_.count("POST", "from=other%2Fparent&mount=sha256%3A" + store::sha256(weights).hex()),
      1U);
  EXPECT_EQ(fake_.count("PATCH", ""), 2U);
}

TEST_F(Pushing, WhatIsDamagedIsNotPushed) {
  const std::string weights = test::random_bytes(3, 2 * kMiB);
  put_model("tale:one", weights);
  std::filesystem::resize_file(store_.layout().blob(store::sha256(weights)), 5);
  const auto outcome = push("tale:one");
  EXPECT_EQ(outcome.code(), Code::kDataCorrupt) << outcome.error();
  EXPECT_EQ(fake_.count("PUT", "/manifests/"), 0U);
}

TEST_F(Pushing, AnUploadThatBreaksOffGoesOn) {
  const std::string weights = test::random_bytes(4, 5 * kMiB);
  put_model("tale:one", weights);
  std::atomic<int> failures = 2;
  fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    return request.method == "PATCH" && failures-- > 0 && connection.answer(500, "broken");
  };
  const auto outcome = push("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_TRUE(fake_.has_blob(store::sha256(weights)));
  EXPECT_TRUE(outcome.monotone());
  EXPECT_GE(fake_.count("GET", "/uploads/"), 1U) << "nobody asked how far it had come";

  // A registry that has forgotten the upload.
  const std::string other = test::random_bytes(5, kMiB);
  put_model("tale:two", other);
  std::atomic<int> losses = 1;
  fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    if (request.method == "GET" && request.target.find("/uploads/") != std::string::npos) {
      return connection.answer(404, "");
    }
    return request.method == "PATCH" && losses-- > 0 && connection.answer(503, "busy");
  };
  EXPECT_TRUE(push("tale:two").ok());
  EXPECT_TRUE(fake_.has_blob(store::sha256(other)));
}

// Storage behind a registry: it takes parts by number, and the registry sends each there.
class RedirectedPushing : public Pushing {
 protected:
  RedirectedPushing() {
    config_.upload_part_bytes = kMiB;
    config_.private_hosts = {storage_.host()};
    restart();
    fake_.on_request = [this](PeerConnection& connection, const PeerRequest& request) {
      return send_on(connection, request);
    };
  }

  bool send_on(PeerConnection& connection, const PeerRequest& request) {
    if (request.method == "PATCH") {
      const int part = next_part_++;
      return connection.answer(
          307, "",
          {{"Location", storage_.url(fmt::format("/part/{}", part))},
           {"Docker-Upload-Location", fmt::format("/v2/lib/tale/blobs/uploads/u{}", part)}});
    }
    return request.method == "PUT" && request.target.find("digest=") != std::string::npos &&
           connection.answer(201);
  }

  void take(PeerConnection& connection) {
    while (const auto request = connection.read_request()) {
      most_ = std::max<int>(most_, ++running_);
      EXPECT_EQ(request->method, "PUT");
      EXPECT_EQ(request->header("Authorization"), "");
      // The first waits for company.
      for (int i = 0; most_ < 2 && i < 500 && wait_for_others_; ++i) connection.sleep(10);
      --running_;
      const bool bad = failures_-- > 0;
      if (!bad) {
        const std::scoped_lock lock(mutex_);
        stored_[std::stoi(request->target.substr(6))] = request->body;
      }
      if (!connection.answer(bad ? status_ : 200)) return;
    }
  }

  std::string stored() {
    const std::scoped_lock lock(mutex_);
    std::string all;
    for (const auto& [part, body] : stored_) all += body;
    return all;
  }

  std::atomic<int> next_part_ = 0;
  std::atomic<int> running_ = 0;
  std::atomic<int> most_ = 0;
  std::atomic<int> failures_ = 0;
  int status_ = 500;
  bool wait_for_others_ = true;
  std::mutex mutex_;
  std::map<int, std::string> stored_;
  test::HttpPeer storage_{[this](PeerConnection& connection) { take(connection); }};
};

TEST_F(RedirectedPushing, PartsGoToTheStorageBesideEachOther) {
  const std::string weights = test::random_bytes(6, 5 * kMiB + 9);
  put_model("tale:one", weights);
  failures_ = 2;
  const auto outcome = push("tale:one");
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_TRUE(outcome.monotone());
  EXPECT_GE(most_, 2) << "one after the other";
  EXPECT_LE(most_, config_.streams_max);
  EXPECT_EQ(next_part_, 8) << "a part that the storage did not take is not asked for again";
  // Config, six parts, template: in the order of the manifest.
  EXPECT_NE(stored().find(weights), std::string::npos);
}

TEST_F(RedirectedPushing, StaysWithinTheLimit) {
  config_.streams_max = 1;
  restart();
  wait_for_others_ = false;
  put_model("tale:one", test::random_bytes(7, 4 * kMiB));
  ASSERT_TRUE(push("tale:one").ok());
  EXPECT_EQ(most_, 1);
}

TEST_F(RedirectedPushing, WhatTheStorageRefusesEndsThePush) {
  wait_for_others_ = false;
  status_ = 403;
  failures_ = 1000;
  put_model("tale:one", test::random_bytes(8, 4 * kMiB));
  const auto outcome = push("tale:one");
  EXPECT_FALSE(outcome.ok());
  EXPECT_EQ(fake_.count("PUT", ""), 0U) << "no part of it is called whole";
}

TEST_F(Pushing, AModelThatIsNotThereCannotBePushed) {
  const auto outcome = push("none:one");
  EXPECT_EQ(outcome.code(), Code::kNotFound);
}

TEST_F(Pushing, PartsAreThoseOfOllama) {
  const uint64_t kPartMin = RegistryConfig().upload_part_bytes;
  EXPECT_TRUE(upload_parts(0, kPartMin).empty());
  EXPECT_EQ(upload_parts(1'185'440, kPartMin).size(), 1U);
  EXPECT_EQ(upload_parts(100'000'001, kPartMin).size(), 2U);
  EXPECT_EQ(upload_parts(3'200'000'000, kPartMin).size(), 16U);
  EXPECT_EQ(upload_parts(40'000'000'000, kPartMin).size(), 40U);
  EXPECT_EQ(upload_parts(40'000'000'000, kPartMin).back().end, 40'000'000'000U);
}

}  // namespace
}  // namespace lar::registry
