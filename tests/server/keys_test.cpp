#include "server/keys.h"

#include <gmock/gmock.h>

#include "fixture.h"
#include "server/routes.h"
#include "store/sha256.h"

namespace lar::server {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

std::string line(const char* name, const char* secret, const char* settings = "") {
  return std::string(name) + " " + store::sha256(secret).str() + " " + settings + "\n";
}

net::RequestHead with(const char* header, std::string value) {
  net::RequestHead head;
  head.headers.push_back({header, std::move(value)});
  return head;
}

class KeyRingTest : public ::testing::Test {
 protected:
  KeyRing ring{parse_api_keys("# ours\n" + line("ann", "a", "rate=2/min") +
                              line("ops", "o", "scopes=infer,manage,admin concurrent=1  # all"))
                   .value()};
  KeyRing::Clock::time_point now{seconds(100)};

  int status(const net::RequestHead& request, Scope scope) {
    const auto admitted = ring.admit(request, scope, now);
    return admitted ? 200 : admitted.error().status;
  }
};

TEST_F(KeyRingTest, LetsInWhoHasAKeyForIt) {
  EXPECT_EQ(status({}, Scope::kPublic), 200);
  EXPECT_EQ(status({}, Scope::kInfer), 401);
  EXPECT_EQ(status(with("Authorization", "Bearer b"), Scope::kInfer), 401);
  EXPECT_EQ(status(with("Authorization", "Basic a"), Scope::kInfer), 401);
  EXPECT_EQ(status(with("Authorization", "bearer a"), Scope::kInfer), 200);
  EXPECT_EQ(status(with("X-Api-Key", "a"), Scope::kManage), 403);
  EXPECT_EQ(status(with("x-api-key", "o"), Scope::kManage), 200);
  EXPECT_EQ(status(with("x-api-key", "o"), Scope::kAdmin), 200);
}

TEST_F(KeyRingTest, HoldsTheRate) {
  const auto request = with("Authorization", "Bearer a");
  EXPECT_EQ(status(request, Scope::kInfer), 200);
  EXPECT_EQ(status(request, Scope::kInfer), 200);
  const auto refused = ring.admit(request, Scope::kInfer, now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 429);
  ASSERT_EQ(refused.error().headers.size(), 1U);
  EXPECT_EQ(refused.error().headers[0].value, "30");
  now += seconds(30);
  EXPECT_EQ(status(request, Scope::kInfer), 200);
  EXPECT_EQ(status(request, Scope::kInfer), 429);
}

TEST_F(KeyRingTest, HoldsTheNumberAtOnce) {
  const auto request = with("Authorization", "Bearer o");
  {
    const auto first = ring.admit(request, Scope::kInfer, now);
    ASSERT_TRUE(first);
    EXPECT_EQ(status(request, Scope::kInfer), 429);
  }
  EXPECT_EQ(status(request, Scope::kInfer), 200);
}

TEST_F(KeyRingTest, IsOpenWithoutKeys) {
  KeyRing none({});
  EXPECT_TRUE(none.admit({}, Scope::kAdmin));
}

TEST(ApiKeysTest, GuardTheRoutesOfAServer) {
  const testing::TestServer server({}, parse_api_keys(line("ann", "a")).value());
  EXPECT_EQ(server.get("/").status, 200);
  EXPECT_EQ(server.get("/health").status, 200);
  EXPECT_EQ(server.get("/api/tags").status, 401);
  EXPECT_EQ(server.request("GET", "/api/tags", {}, "Authorization: Bearer a\r\n").status, 200);
  EXPECT_EQ(server.request("GET", "/metrics", {}, "x-api-key: a\r\n").status, 403);
}

// V20: by the table itself, so that no row is forgotten.
TEST(ApiKeysTest, GuardEveryRowOfTheTable) {
  const testing::TestServer server({}, parse_api_keys(line("ann", "a")).value());
  for (const Route& route : routes()) {
    std::string path(route.path);
    if (const auto colon = path.find(':'); colon != std::string::npos) path.replace(colon, 99, "x");
    const bool is_public = route.scope == Scope::kPublic;
    const auto ask = [&](std::string_view headers) {
      return server.request(route.method, path, "{}", headers).status;
    };
    for (const char* none :
         {"", "Authorization: Bearer b\r\n", "Authorization: Basic a\r\n", "x-api-key: \r\n"}) {
      EXPECT_EQ(ask(none) == 401, !is_public) << route.method << " " << path << " " << none;
    }
    const int with_key = ask("Authorization: Bearer a\r\n");
    EXPECT_NE(with_key, 401) << path;
    const bool beyond = route.scope == Scope::kManage || route.scope == Scope::kAdmin;
    EXPECT_EQ(with_key == 403, beyond) << route.method << " " << path;
  }
}

TEST(ApiKeysTest, NamesTheLineThatItDoesNotUnderstand) {
  const auto problem = [](const std::string& text) {
    const auto parsed = parse_api_keys(text);
    return parsed ? std::string("none") : parsed.error().message;
  };
  EXPECT_EQ(problem("\n  # nothing\n"), "none");
  EXPECT_THAT(problem("\nann secret"), HasSubstr("line 2: a name and"));
  EXPECT_THAT(problem("ann sha256:" + std::string(64, 'g')), HasSubstr("line 1"));
  EXPECT_THAT(problem(line("ann", "a", "scopes=everything")), HasSubstr("scopes=everything"));
  EXPECT_THAT(problem(line("ann", "a", "rate=60")), HasSubstr("rate=60"));
  EXPECT_THAT(problem(line("ann", "a", "concurrent=0")), HasSubstr("concurrent=0"));
  EXPECT_THAT(problem(line("ann", "a") + line("bob", "a")), HasSubstr("line 2: the key is there"));
}

}  // namespace
}  // namespace lar::server
