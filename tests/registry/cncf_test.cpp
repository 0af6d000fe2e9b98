// Against the CNCF registry: plain, with TLS, with tokens; and request by request against what
// Ollama was seen to send to it.
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "cncf_registry.h"
#include "fixture.h"
#include "store/verify.h"

namespace lar::registry {
namespace {

using test::CncfRegistry;
using test::RecordedRequest;
using test::RecordingProxy;
using test::verdict;

constexpr size_t kMiB = 1U << 20U;

class Cncf : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!CncfRegistry::is_installed()) {
      GTEST_SKIP() << "the CNCF registry is not installed (package docker-registry)";
    }
  }
  void start(RegistryConfig config) { client_ = *Registry::create(std::move(config), store_); }
  RegistryConfig config() const { return test::quick_config(dir_.path()); }

  // Puts a model into the store, pushes it, removes it, pulls it.
  void round_trip(const std::string& host, const TransferOptions& options);
  Result<void> pull(const std::string& name, const TransferOptions& options) {
    return client_->pull(*store::ModelName::parse(name), options, [](const Progress&) {}, {});
  }
  Result<void> push(const std::string& name, const TransferOptions& options) {
    return client_->push(*store::ModelName::parse(name), options, [](const Progress&) {}, {});
  }

  lar::test::TempDir dir_ = lar::test::TempDir::in_memory();
  store::Store store_{dir_.path() / "models"};
  std::unique_ptr<Registry> client_;
};

void Cncf::round_trip(const std::string& host, const TransferOptions& options) {
  ASSERT_FALSE(host.empty()) << "the registry did not start";
  const auto name = *store::ModelName::parse(host + "/lib/tale:one");
  store::Manifest manifest;
  {
    auto lease = store_.lease();
    const auto layer = [&](std::string_view type, const std::string& content) {
      const auto added = store_.add_blob(*lease, content);
      return store::Layer{std::string(type), added->digest, content.size(), "", ""};
    };
    manifest.config = layer(store::kConfigType, "{}");
    manifest.layers.push_back(
        layer(store::media_type(store::LayerKind::kModel), test::random_bytes(1, 33 * kMiB + 1)));
    manifest.layers.push_back(layer(store::media_type(store::LayerKind::kParams), "{\"a\":1}"));
    ASSERT_TRUE(store_.put_manifest(name, manifest.encode()));
  }
  const auto pushed = push(name.str(), options);
  ASSERT_TRUE(pushed) << pushed.error().message;
  ASSERT_TRUE(store_.remove(name));
  const auto pulled = pull(name.str(), options);
  ASSERT_TRUE(pulled) << pulled.error().message;
  EXPECT_EQ(store_.manifest(name)->bytes + "\n", manifest.encode());
  EXPECT_TRUE(store::verify(store_, {.threads = 1})->clean());
}

TEST_F(Cncf, Plain) {
  const CncfRegistry registry(dir_.path() / "registry");
  start(config());
  round_trip(registry.host(), {.insecure = true});
  const auto missing = pull(registry.host() + "/lib/none", {.insecure = true});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "pull model manifest: file does not exist");
}

TEST_F(Cncf, WithTls) {
  const auto authority = test::make_authority("CA");
  std::ofstream(dir_.path() / "ca.pem") << authority.certificate;
  const CncfRegistry registry(dir_.path() / "registry", {.certificate_pem = test::make_certificate(
                                                             authority, {.address = "127.0.0.1"}),
                                                         .token_issuer_pem = ""});
  auto settings = config();
  settings.http.ca_file = dir_.path() / "ca.pem";
  settings.private_hosts = {registry.host()};
  start(settings);
  round_trip(registry.host(), {});
}

TEST_F(Cncf, WithTokens) {
  const test::TokenIssuer issuer;
  const CncfRegistry registry(dir_.path() / "registry",
                              {.certificate_pem = "", .token_issuer_pem = issuer.certificate()});
  ASSERT_FALSE(registry.host().empty());
  const RecordingProxy proxy(registry.host(), &issuer);
  start(config());
  round_trip(proxy.host(), {.insecure = true});
  size_t tokens = 0;
  size_t refusals = 0;
  for (const auto& request : proxy.requests()) {
    tokens += request.line.starts_with("GET /token?") ? 1U : 0U;
    refusals += request.status == 401 ? 1U : 0U;
  }
  EXPECT_EQ(tokens, 2U) << "one for the push, one for the pull";
  EXPECT_EQ(refusals, 2U);
  // Straight to it, its token server is somebody else.
  const auto refused = pull(registry.host() + "/lib/tale:one", {.insecure = true});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("realm host"), std::string::npos);
}

// Upload ids, states and digests in queries differ from run to run.
std::string masked(const std::string& line) {
  std::string text = std::regex_replace(line, std::regex("uploads/[0-9a-f-]{36}"), "uploads/ID");
  text = std::regex_replace(text, std::regex("_state=[^&]*"), "_state=…");
  return std::regex_replace(text, std::regex("digest=.*"), "digest=…");
}

std::string shown(const std::string& line, const std::map<std::string, std::string>& headers) {
  std::string text = masked(line);
  for (const auto& [name, value] : headers) text += "\n  " + name + ": " + value;
  return text;
}

TEST_F(Cncf, GetsTheRequestsThatOllamaSends) {
  const auto data = lar::test::shared_data("ollama-live");
  LAR_REQUIRE_DATA(data / "registry-requests.json");
  ASSERT_EQ(std::system(fmt::format("tar -xzf {} -C {}", (data / "store.tar.gz").string(),
                                    dir_.path().string())
                            .c_str()),
            0);
  const CncfRegistry registry(dir_.path() / "registry");
  ASSERT_FALSE(registry.host().empty());
  const RecordingProxy proxy(registry.host());
  start(config());
  const auto name = *store::ModelName::parse(proxy.host() + "/lib/tale:one");
  // What was recorded is a push of the created model, and two pulls.
  const auto created = *store::ModelName::parse("127.0.0.1:15001/lib/tale:one");
  ASSERT_TRUE(store_.put_manifest(name, store_.manifest(created)->bytes));
  for (int i = 0; i < 3; ++i) {
    const auto done =
        i == 0 ? push(name.str(), {.insecure = true}) : pull(name.str(), {.insecure = true});
    ASSERT_TRUE(done) << done.error().message;
  }
  std::vector<std::string> sent;
  for (const auto& request : proxy.requests()) {
    std::map<std::string, std::string> headers;
    for (const char* each : {"Accept", "Content-Length", "Content-Range", "Content-Type"}) {
      if (!request.header(each).empty()) headers[each] = request.header(each);
    }
    sent.push_back(shown(request.line, headers));
  }
  const auto recorded =
      nlohmann::json::parse(lar::test::read_file(data / "registry-requests.json"));
  auto next = sent.begin();
  size_t found = 0;
  for (const auto& each : recorded) {
    const std::string wanted =
        shown(each["request"], each["headers"].get<std::map<std::string, std::string>>());
    const auto at = std::find(next, sent.end(), wanted);
    EXPECT_NE(at, sent.end()) << "not sent, or not in this order:\n" << wanted;
    if (at == sent.end()) continue;
    next = at + 1;
    ++found;
  }
  verdict("requests to a CNCF registry as recorded", fmt::format("{}", recorded.size()),
          fmt::format("{}", found));
  if (HasFailure()) {
    for (const auto& text : sent) fmt::print("{}\n", text);
  }
}

}  // namespace
}  // namespace lar::registry
