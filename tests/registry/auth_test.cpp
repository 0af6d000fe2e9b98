// Tokens: how they are asked for, and that nobody else gets them (case V16).
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "fixture.h"
#include "registry/base64.h"
#include "registry/key.h"
#include "registry/token.h"
#include "store/sha256.h"

namespace lar::registry {
namespace {

using test::FakeRegistry;
using test::PeerConnection;
using test::PeerRequest;
using test::RegistryTest;
using test::verdict;

constexpr const char* kToken = "secret-token";

// Whether `authorization` is a signature of `text` by the key it names.
bool is_signed(const std::string& authorization, const std::string& text) {
  const size_t colon = authorization.find(':');
  if (colon == std::string::npos) return false;
  const auto blob = base64_decode(authorization.substr(0, colon));
  const auto signature = base64_decode(authorization.substr(colon + 1));
  if (!blob || !signature || blob->size() != 51 || signature->size() != 64) return false;
  const std::string raw = blob->substr(19);
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes, raw.size());
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key);
  const bool good =
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature->data()),
                       signature->size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return good;
}

class Auth : public RegistryTest {
 protected:
  // Asks for a token at `realm` ("" for its own), and gives one at /token.
  void ask_for_tokens(const std::string& realm) {
    fake_.on_request = [this, realm](PeerConnection& connection, const PeerRequest& request) {
      if (request.target.starts_with("/token?")) {
        ++tokens_;
        const std::string text =
            "GET," + fake_.url(request.target) + "," + base64_encode(store::sha256("").hex());
        signed_ = signed_ && is_signed(request.header("Authorization"), text);
        query_ = request.target;
        return connection.answer(200, fmt::format("{{\"token\":\"{}-{}\"}}", kToken, tokens_));
      }
      if (request.header("Authorization") == fmt::format("Bearer {}-{}", kToken, tokens_)) {
        return false;
      }
      const std::string where = realm.empty() ? fake_.url("/token") : realm;
      return connection.answer(
          401, "{}",
          {{"WWW-Authenticate", fmt::format("Bearer realm=\"{}\",service=\"reg, one\","
                                            "scope=\"repository:lib/tale:pull repository:x:push\"",
                                            where)}},
          request.method != "HEAD");
    };
  }

  int tokens_ = 0;
  bool signed_ = true;
  std::string query_;
};

TEST_F(Auth, ATokenIsFetchedOnceAndSigned) {
  const std::string manifest = fake_.add_model("lib/tale", "one", {test::random_bytes(1, 1000)});
  ask_for_tokens("");
  const auto outcome = pull("tale:one");
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  expect_stored("tale:one", manifest);
  EXPECT_EQ(tokens_, 1);
  EXPECT_TRUE(signed_);
  const auto has = [&](const char* text) { return query_.find(text) != std::string::npos; };
  EXPECT_TRUE(has("?nonce=")) << query_;
  EXPECT_TRUE(has("&scope=repository%3Alib%2Ftale%3Apull&scope=repository%3Ax%3Apush")) << query_;
  EXPECT_TRUE(has("&service=reg%2C%20one") || has("&service=reg%2C+one")) << query_;
  EXPECT_TRUE(has("&ts=1") || has("&ts=2")) << query_;
  EXPECT_EQ(std::filesystem::status(config_.key_file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Auth, ATokenThatHasExpiredIsFetchedAgain) {
  const std::string weights = test::random_bytes(2, 40U << 20U);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  ask_for_tokens("");
  const auto ask = fake_.on_request;
  std::atomic<int> requests = 0;
  fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    if (++requests == 6) ++tokens_;  // what was given before is void now
    return ask(connection, request);
  };
  const auto outcome = pull("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  expect_stored("tale:one", manifest);
}

TEST_F(Auth, ARegistryThatStillRefusesIsBelieved) {
  ask_for_tokens("");
  const auto ask = fake_.on_request;
  fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    if (request.target.starts_with("/token?")) return ask(connection, request);
    PeerRequest without = request;
    without.headers.clear();
    return ask(connection, without);
  };
  const auto outcome = pull("tale:one");
  EXPECT_EQ(outcome.code(), Code::kUnauthenticated);
  EXPECT_EQ(outcome.error(), "pull model manifest: unauthorized: access denied");
}

TEST_F(Auth, V16_CredentialsStayAtTheirOrigin) {
  FakeRegistry evil;
  fake_.add_model("lib/tale", "one", {"weights"});
  const std::string evil_port = std::to_string(evil.port());
  // All are reachable, so that only the rule about origins is tested.
  config_.private_hosts = {"127.0.0.1", "localhost"};
  config_.retry.tries_max = 1;
  restart();
  const std::vector<std::pair<const char*, std::string>> realms = {
      {"another port", evil.url("/token")},
      {"another host", "http://localhost:" + evil_port + "/token"},
      {"another spelling", fmt::format("http://localhost:{}/token", fake_.port())},
      {"https for http", fmt::format("https://127.0.0.1:{}/token", fake_.port())},
      {"user info", fmt::format("http://{}@127.0.0.1:{}/token", fake_.host(), evil_port)},
      {"longer host", "http://127.0.0.1.evil.invalid/token"},
      {"IDN",
       "http://b\xC3\xBC"
       "cher.invalid/token"},
      {"backslash", fmt::format("http://127.0.0.1:{}\\@127.0.0.1:{}/", evil_port, fake_.port())}};
  for (const auto& [what, realm] : realms) {
    ask_for_tokens(realm);
    const auto outcome = pull("tale:one");
    EXPECT_FALSE(outcome.ok()) << what;
    verdict(std::string("V16 realm: ") + what, "refused", outcome.error());
  }
  // A redirect from the realm.
  ask_for_tokens("");
  const auto ask = fake_.on_request;
  fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    if (!request.target.starts_with("/token?")) return ask(connection, request);
    return connection.answer(307, "", {{"Location", evil.url("/token")}});
  };
  const auto outcome = pull("tale:one");
  EXPECT_FALSE(outcome.ok());
  verdict("V16 redirect from the realm", "refused", outcome.error());
  EXPECT_EQ(evil.connections(), 0);
  EXPECT_EQ(tokens_, 0);
  verdict("V16 connections to them", "0", std::to_string(evil.connections()));
}

TEST_F(Auth, V16_ATokenDoesNotFollowARedirect) {
  FakeRegistry storage;
  const std::string weights = test::random_bytes(3, 40U << 20U);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  storage.add_model("lib/tale", "one", {weights});
  config_.private_hosts = {storage.host()};
  restart();
  ask_for_tokens("");
  fake_.redirect_blob = [&](const PeerRequest& request) {
    return storage.url(request.target + "?signature=1");
  };
  const auto outcome = pull("tale:one");
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  expect_stored("tale:one", manifest);
  const auto log = storage.log();
  EXPECT_GE(log.size(), 4U);
  const auto leaked =
      std::ranges::count_if(log, [](const auto& entry) { return !entry.authorization.empty(); });
  EXPECT_EQ(leaked, 0);
  // The registry itself is asked for each blob once, not for each part.
  EXPECT_LE(fake_.count("GET", "/blobs/"), 4U + 4U);
  verdict("V16 redirect to storage", "no credentials there",
          fmt::format("{} of {} requests carry some", leaked, log.size()));
}

TEST_F(Auth, ASignedUrlThatExpiresIsAskedForAgain) {
  FakeRegistry storage;
  const std::string weights = test::random_bytes(4, 100U << 20U);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  storage.add_model("lib/tale", "one", {weights});
  config_.private_hosts = {storage.host()};
  restart();
  std::atomic<int> valid = 1;
  std::atomic<int> served = 0;
  std::atomic<int> refused = 0;
  fake_.redirect_blob = [&](const PeerRequest& request) {
    return storage.url(request.target + fmt::format("?signature={}", valid.load()));
  };
  storage.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    if (request.target.ends_with(fmt::format("?signature={}", valid.load()))) {
      if (++served % 3 == 0) ++valid;  // from now on the old one is void
      return false;
    }
    ++refused;
    return connection.answer(403, "<Error>Request has expired</Error>");
  };
  const auto outcome = pull("tale:one");
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  expect_stored("tale:one", manifest);
  EXPECT_GT(refused, 0);
  verdict("signed URL expires", "asked for again",
          fmt::format("{} refusals, pull complete", refused.load()));
}

TEST(Key, IsAnOpenSshKey) {
  const auto key = Key::generate();
  ASSERT_TRUE(key);
  const auto again = Key::parse(key->private_file());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->public_line(), key->public_line());
  EXPECT_TRUE(is_signed(*key->sign("text"), "text"));
  EXPECT_FALSE(is_signed(*key->sign("text"), "test"));
  EXPECT_FALSE(Key::parse(""));
  EXPECT_FALSE(
      Key::parse("-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----"));
  std::string cut = key->private_file();
  for (size_t i = 0; i < cut.size(); i += 7) {
    const auto parsed = Key::parse(cut.substr(0, i) + cut.substr(i + 1));
    if (parsed) {
      EXPECT_EQ(parsed->public_line(), key->public_line());
    }
  }
}

TEST(Key, OpenSshReadsIt) {
  const lar::test::TempDir dir;
  const auto path = dir.path() / "sub" / "id_ed25519";
  const auto key = Key::load_or_create(path);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(Key::load_or_create(path)->public_line(), key->public_line());
  EXPECT_EQ(lar::test::read_file(path.string() + ".pub"), key->public_line() + "\n");
  if (std::system("ssh-keygen -? >/dev/null 2>&1; test $? -ne 127") != 0) {
    GTEST_SKIP() << "ssh-keygen is not installed";
  }
  const auto out = dir.path() / "public";
  ASSERT_EQ(
      std::system(fmt::format("ssh-keygen -y -f {} > {}", path.string(), out.string()).c_str()), 0);
  EXPECT_TRUE(lar::test::read_file(out).starts_with(key->public_line()));
}

TEST(Token, ComesFromTheAnswersJson) {
  EXPECT_EQ(*parse_token(R"({"token":"a.b"})"), "a.b");
  EXPECT_EQ(*parse_token(R"({"access_token":"c"})"), "c");
  EXPECT_EQ(*parse_token(R"({"token":"","access_token":"c"})"), "c");
  for (const char* body : {"", "[]", "{}", R"({"token":5})", R"({"token":"a b"})",
                           R"({"token":"a\r\nX: y"})", R"({"token":null})", "\"a\""}) {
    EXPECT_FALSE(parse_token(body)) << body;
  }
  EXPECT_FALSE(parse_token("{\"token\":\"" + std::string(kTokenBytesMax + 1, 'a') + "\"}"));
  const auto nonce = make_nonce();
  EXPECT_EQ(nonce->size(), 22U);
  EXPECT_NE(*nonce, *make_nonce());
}

}  // namespace
}  // namespace lar::registry
