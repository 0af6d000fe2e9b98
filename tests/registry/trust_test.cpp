// What a hostile registry, or a hostile name, must not achieve. The cases' names are those of the
// reliability catalogue.
#include <fmt/format.h>
#include <zlib.h>

#include <fstream>
#include <map>

#include <openssl/ssl.h>

#include "certificates.h"
#include "fixture.h"
#include "registry/session.h"
#include "store/media_type.h"
#include "store/sha256.h"

namespace lar::registry {
namespace {

using namespace std::chrono_literals;
using test::FakeRegistry;
using test::PeerConnection;
using test::PeerRequest;
using test::RegistryTest;
using test::verdict;

constexpr size_t kMiB = 1U << 20U;

std::string hex64(char digit = 'a') {
  return std::string(64, digit);
}

std::string manifest_with(const std::string& digest, const std::string& size = "5") {
  return fmt::format(
      R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"{}","digest":"sha256:{}","size":2}},)"
      R"("layers":[{{"mediaType":"application/vnd.ollama.image.model","digest":"{}","size":{}}}]}})",
      store::kManifestType, store::kConfigType, hex64('b'), digest, size);
}

class Trust : public RegistryTest {
 protected:
  // Every file below the test's folder but the store's own, as one text.
  std::string canaries() const {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.path())) {
      const auto path = std::filesystem::relative(entry.path(), dir_.path()).string();
      if (!path.starts_with("models/.lar") && !path.starts_with("home")) all += path + "\n";
    }
    return all;
  }
  bool blob_requested() const { return fake_.count("GET", "/blobs/") > 0; }
};

TEST_F(Trust, V01_OnlyDigestsAreDigests) {
  const std::vector<std::string> hostile = {"sha256:../../../../canary",
                                            "../../canary",
                                            "/etc/passwd",
                                            "sha256:/etc/passwd",
                                            "sha256:" + hex64('A'),
                                            "sha256:" + hex64().substr(1),
                                            "sha256:" + hex64() + "a",
                                            "sha256:" + hex64().substr(3) + "%2e%2e",
                                            "sha256:\\u0000" + hex64().substr(1),
                                            "sha256:" + hex64().substr(3) + "\\u0661\\u0661\\u0661",
                                            "sha256-" + hex64().substr(1) + "/",
                                            "sha512:" + hex64() + hex64(),
                                            "md5:" + hex64().substr(32),
                                            "sha256: " + hex64().substr(1),
                                            "",
                                            "sha256:"};
  std::ofstream(dir_.path() / "canary") << "alive";
  ASSERT_TRUE(store_.layout().prepare());
  const std::string before = canaries();
  int refused = 0;
  for (const auto& digest : hostile) {
    fake_.add_manifest("lib/evil", "one", manifest_with(digest));
    const auto outcome = pull("evil:one");
    EXPECT_FALSE(outcome.ok()) << digest;
    EXPECT_EQ(outcome.code(), Code::kDataCorrupt) << digest << ": " << outcome.error();
    refused += outcome.ok() ? 0 : 1;
  }
  EXPECT_EQ(canaries(), before);
  EXPECT_FALSE(blob_requested());
  verdict(fmt::format("V01 {} hostile digests", hostile.size()), "all refused, nothing opened",
          fmt::format("{} refused", refused));
}

std::string gzip(size_t bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string out;
  std::string in(kMiB, ' ');
  std::string chunk(64U << 10U, '\0');
  for (size_t done = 0; done <= bytes; done += in.size()) {
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    const int flush = done + in.size() > bytes ? Z_FINISH : Z_NO_FLUSH;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
      stream.avail_out = static_cast<uInt>(chunk.size());
      deflate(&stream, flush);
      out.append(chunk.data(), chunk.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

enum class Peak : uint8_t { kKeep, kReset };

// The most memory this process has had since the last reset.
uint64_t peak_kib(Peak peak) {
  if (peak == Peak::kReset) std::ofstream("/proc/self/clear_refs") << "5";
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6));
  }
  return 0;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

TEST_F(Trust, V13_BombsAreCutOff) {
  const std::string bomb = gzip(400 * kMiB);  // blanks
  const std::string flood(64 * kMiB, ' ');    // and one that is as large as it looks
  fake_.add_model("lib/tale", "one", {"weights"});
  struct Case {
    const char* what;
    const char* path;
    int status;
  };
  const std::vector<Case> cases = {{"manifest", "/manifests/", 200},
                                   {"error of status 500", "/manifests/", 500},
                                   {"error of status 404", "/manifests/", 404},
                                   {"challenge", "/manifests/", 401},
                                   {"blob", "/blobs/", 200}};
  config_.retry.tries_max = 1;
  restart();
  for (const auto& each : cases) {
    for (const bool compressed : {true, false}) {
      fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
        if (request.target.find(each.path) == std::string::npos) return false;
        std::vector<std::pair<std::string, std::string>> headers = {{"X", "y"}};
        if (compressed) headers.emplace_back("Content-Encoding", "gzip");
        connection.answer(each.status, compressed ? bomb : flood, headers);
        return true;
      };
      const uint64_t before = peak_kib(Peak::kReset);
      const auto begin = std::chrono::steady_clock::now();
      const auto outcome = pull("tale:one");
      const auto took = (std::chrono::steady_clock::now() - begin) / 1ms;
      EXPECT_FALSE(outcome.ok()) << each.what;
      EXPECT_LT(outcome.error().size(), 4'000U);
      const uint64_t peak = peak_kib(Peak::kKeep);
      const uint64_t grown = peak > before ? (peak - before) / 1024 : 0;
      if (!kSanitized) {
        EXPECT_LE(grown, 16U) << each.what;
      }
      EXPECT_LT(took, 10'000) << each.what;
      verdict(fmt::format("V13 {} as {}", compressed ? "bomb" : "flood", each.what),
              "error, <= 16 MiB, <= 2 s",
              fmt::format("{}, {} MiB, {} ms", outcome.ok() ? "success" : "error", grown, took));
    }
  }
}

TEST_F(Trust, V14_ManifestsAreHeldToTheirForm) {
  std::string many = manifest_with("sha256:" + hex64());
  const std::string layer = fmt::format(
      R"({{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:{}","size":5}},)",
      hex64());
  std::string layers;
  for (int i = 0; i < 10'001; ++i) layers += layer;
  many.insert(many.find("\"layers\":[") + 10, layers);
  const auto type = store::kManifestType;
  const std::map<std::string, std::string> cases = {
      {"empty", ""},
      {"not JSON", "<html>"},
      {"no layers", fmt::format(R"({{"schemaVersion":2,"mediaType":"{}"}})", type)},
      {"layers null", fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","layers":null}})", type)},
      {"layers an object",
       fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","layers":{{"0":{{}}}}}})", type)},
      {"10,002 layers", many},
      {"digest empty", manifest_with("")},
      {"size below 0", manifest_with("sha256:" + hex64(), "-1")},
      {"size 2^63", manifest_with("sha256:" + hex64(), "9223372036854775808")},
      {"size 1e300", manifest_with("sha256:" + hex64(), "1e300")},
      {"size a text", manifest_with("sha256:" + hex64(), "\"5\"")},
      {"nested 100 deep", std::string(100, '[') + std::string(100, ']')},
      {"nested 100,000 deep", std::string(100'000, '[')},
      {"an index",
       R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})"},
      {"schema 1", R"({"schemaVersion":1,"fsLayers":[]})"},
      {"a list", "[]"},
      {"a number", "5"}};
  for (const auto& [what, bytes] : cases) {
    fake_.add_manifest("lib/evil", "one", bytes);
    const auto outcome = pull("evil:one");
    EXPECT_FALSE(outcome.ok()) << what;
    EXPECT_TRUE(outcome.error().starts_with("pull model manifest: ")) << outcome.error();
    EXPECT_FALSE(in_store("evil:one")) << what;
    verdict("V14 " + what, "refused", outcome.ok() ? "accepted" : outcome.error());
  }
  EXPECT_FALSE(blob_requested());
}

TEST_F(Trust, V14_OneBlobMayBeTwoLayers) {
  const std::string weights = test::random_bytes(1, 1000);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights, weights});
  const auto outcome = pull("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  expect_stored("tale:one", manifest);
  EXPECT_EQ(fake_.count("GET", store::sha256(weights).hex()), 1U);
}

TEST_F(Trust, V18_NamesDoNotLeadIntoThePrivateNetwork) {
  FakeRegistry canary;
  canary.add_model("lib/tale", "one", {"weights"});
  const std::string port = std::to_string(canary.port());
  const std::vector<std::string> hosts = {"127.0.0.1",    "localhost",  "127.1",
                                          "0.0.0.0",      "2130706433", "0x7f000001",
                                          "017700000001", "127.0.0.2",  "0"};
  for (const auto& host : hosts) {
    const auto name = store::ModelName::parse(host + ":" + port + "/lib/tale:one");
    ASSERT_TRUE(name) << host;
    const auto result = registry_->pull(*name, {}, [](const Progress&) {}, {});
    ASSERT_FALSE(result) << host;
    EXPECT_EQ(result.error().code, Code::kPermissionDenied) << host << result.error().message;
  }
  EXPECT_EQ(canary.connections(), 0);
  verdict(fmt::format("V18 {} private hosts in names", hosts.size()), "0 connects",
          fmt::format("{} connects", canary.connections()));
}

TEST_F(Trust, V18_RedirectsDoNotLeadIntoThePrivateNetwork) {
  FakeRegistry canary;
  canary.add_model("lib/tale", "one", {"weights"});
  fake_.add_model("lib/tale", "one", {"weights"});
  const std::string port = std::to_string(canary.port());
  const std::vector<std::string> targets = {"http://127.0.0.1:" + port,
                                            "http://localhost:" + port,
                                            "http://[::1]:" + port,
                                            "http://0.0.0.0:" + port,
                                            "http://2130706433:" + port,
                                            "http://0x7f.1:" + port,
                                            "http://[::ffff:127.0.0.1]:" + port,
                                            "http://169.254.169.254",
                                            "http://10.255.255.1",
                                            "http://[fd00::1]",
                                            "//127.0.0.1:" + port,
                                            "http://user@127.0.0.1:" + port};
  config_.retry.tries_max = 1;
  restart();
  for (const std::string where : {"/manifests/", "/blobs/"}) {
    int refused = 0;
    for (const auto& target : targets) {
      fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
        return request.target.find(where) != std::string::npos &&
               connection.answer(307, "", {{"Location", target + request.target}});
      };
      const auto outcome = pull("tale:one");
      EXPECT_FALSE(outcome.ok()) << target;
      refused += outcome.ok() ? 0 : 1;
    }
    EXPECT_EQ(canary.connections(), 0);
    verdict(fmt::format("V18 {} redirects of {}", targets.size(), where), "0 connects",
            fmt::format("{} refused, {} connects", refused, canary.connections()));
  }
  // What the operator listed is reached.
  config_.private_hosts = {canary.host()};
  restart();
  fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    return request.target.find("/blobs/") != std::string::npos &&
           connection.answer(307, "", {{"Location", canary.url(request.target)}});
  };
  const auto outcome = pull("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  verdict("V18 a listed host", "reached", outcome.ok() ? "reached" : outcome.error());
}

TEST_F(Trust, RedirectsHaveAnEnd) {
  fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    return connection.answer(302, "", {{"Location", request.target + "x"}});
  };
  const auto outcome = pull("tale:one");
  EXPECT_EQ(outcome.error(), "pull model manifest: too many redirects");
  EXPECT_EQ(fake_.log().size(), static_cast<size_t>(kRedirectsMax) + 1);
}

TEST_F(Trust, B22_BrokenAnswersAreCleanErrors) {
  config_.retry.tries_max = 1;
  restart();
  const std::string long_value(60'000, 'x');
  const std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>>
      cases = {{"no challenge", {}},
               {"empty challenge", {{"WWW-Authenticate", ""}}},
               {"unclosed quote", {{"WWW-Authenticate", "Bearer realm=\"http://x"}}},
               {"no realm", {{"WWW-Authenticate", "Bearer service=\"x\""}}},
               {"realm without host", {{"WWW-Authenticate", "Bearer realm=\"https://\""}}},
               {"basic only", {{"WWW-Authenticate", "Basic realm=\"x\""}}},
               {"60 KB", {{"WWW-Authenticate", "Bearer realm=\"" + long_value + "\""}}},
               {"70 KB", {{"WWW-Authenticate", "Bearer realm=\"" + long_value + "12345678901\""}}},
               {"commas", {{"WWW-Authenticate", ",,,,Bearer,,,realm=,,"}}}};
  for (const auto& [what, challenge] : cases) {
    const auto headers = challenge;
    fake_.on_request = [headers](PeerConnection& connection, const PeerRequest&) {
      return connection.answer(401, "{}", headers);
    };
    const auto outcome = pull("tale:one");
    EXPECT_FALSE(outcome.ok()) << what;
    EXPECT_LT(outcome.error().size(), 300U) << what;
    verdict("B22 challenge: " + what, "clean error", outcome.error());
  }
  fake_.add_model("lib/tale", "one", {test::random_bytes(1, 40 * kMiB)});
  for (const char* range : {"", "bytes 0-", "bytes 5-4/9", "bytes 1-16777216/41943040", "x",
                            "bytes 0-16777215/99", "bytes 0-99999999999999999999/5"}) {
    fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
      return request.target.find("/blobs/") != std::string::npos &&
             connection.answer(206, "x", {{"Content-Range", range}});
    };
    const auto outcome = pull("tale:one");
    EXPECT_EQ(outcome.code(), Code::kDataCorrupt) << range << outcome.error();
    verdict(fmt::format("B22 Content-Range: \"{}\"", range), "clean error", outcome.error());
  }
}

// A14: who may be spoken to over TLS, and how.
TEST_F(Trust, A14_CertificatesAreChecked) {
  const auto authority = test::make_authority("Test CA");
  const auto other_authority = test::make_authority("Other CA");
  const auto ca_file = dir_.path() / "ca.pem";
  std::ofstream(ca_file) << authority.certificate;
  struct Case {
    std::string what;
    lar::test::PeerOptions options;
    bool accepted;
  };
  using test::CertificateOptions;
  const auto with = [](const std::string& pem, int version = 0) {
    return lar::test::PeerOptions{.certificate_pem = pem, .tls_version_max = version};
  };
  const std::string good = test::make_certificate(authority, {.address = "127.0.0.1"});
  const std::vector<Case> cases = {
      {"custom CA", with(good), true},
      {"TLS 1.2", with(good, TLS1_2_VERSION), true},
      {"TLS 1.1", with(good, TLS1_1_VERSION), false},
      {"expired", with(test::make_certificate(authority, {.address = "127.0.0.1", .days = -1})),
       false},
      {"self-signed", with(test::make_self_signed({.address = "127.0.0.1"})), false},
      {"another CA", with(test::make_certificate(other_authority, {.address = "127.0.0.1"})),
       false},
      {"wrong host", with(test::make_certificate(authority, {.address = "127.0.0.9"})), false}};
  for (const auto& each : cases) {
    FakeRegistry secure(each.options);
    secure.add_model("lib/tale", "one", {"weights"});
    auto config = config_;
    config.http.ca_file = ca_file;
    config.private_hosts = {"127.0.0.1"};
    config.retry.tries_max = 1;
    const auto client = *Registry::create(config, store_);
    const auto name = *store::ModelName::parse(secure.host() + "/lib/tale:one");
    const auto result = client->pull(name, {}, [](const Progress&) {}, {});
    EXPECT_EQ(result.has_value(), each.accepted)
        << each.what << (result ? "" : ": " + result.error().message);
    verdict("A14 " + each.what, each.accepted ? "accepted" : "refused",
            result ? "accepted" : "refused: " + result.error().message);
  }
  // Without looking at certificates only where the operator says so, for that registry.
  FakeRegistry secure(with(test::make_self_signed({.address = "127.0.0.1"})));
  secure.add_model("lib/tale", "one", {"weights"});
  auto config = config_;
  config.insecure_hosts = {"https://" + secure.host()};
  const auto client = *Registry::create(config, store_);
  const auto name = *store::ModelName::parse(secure.host() + "/lib/tale:one");
  const auto result = client->pull(name, {}, [](const Progress&) {}, {});
  EXPECT_TRUE(result) << result.error().message;
  verdict("A14 self-signed, listed by the operator", "accepted", result ? "accepted" : "refused");
}

}  // namespace
}  // namespace lar::registry
