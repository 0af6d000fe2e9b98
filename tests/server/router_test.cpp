#include "server/router.h"

#include <gtest/gtest.h>

#include <set>

#include "server/routes.h"

namespace lar::server {
namespace {

net::awaitable<void> nothing(Call&) {
  co_return;
}

constexpr Route kTable[] = {
    {"GET", "/", nothing, Scope::kPublic},
    {"GET", "/api/tags", nothing, Scope::kInfer},
    {"HEAD", "/api/tags", nothing, Scope::kInfer},
    {"POST", "/api/blobs/:digest", nothing, Scope::kManage},
    {"GET", "/a/:x/b/:y", nothing, Scope::kInfer},
};

TEST(Router, FindsRowsAndParameters) {
  EXPECT_EQ(find_route(kTable, "GET", "/").route, &kTable[0]);
  EXPECT_EQ(find_route(kTable, "HEAD", "/api/tags").route, &kTable[2]);
  const auto blob = find_route(kTable, "POST", "/api/blobs/sha256:ab");
  ASSERT_EQ(blob.route, &kTable[3]);
  EXPECT_EQ(blob.params.at(0).second, "sha256:ab");
  const auto two = find_route(kTable, "GET", "/a/1%2F2/b/%20");
  ASSERT_EQ(two.route, &kTable[4]);
  EXPECT_EQ(two.params.at(0).second, "1/2");
  EXPECT_EQ(two.params.at(1).second, " ");
}

TEST(Router, TellsWhyThereIsNone) {
  EXPECT_EQ(find_route(kTable, "POST", "/api/tags").allowed, "GET, HEAD");
  EXPECT_EQ(find_route(kTable, "GET", "/api/tags/").redirect_to, "/api/tags");
  const auto none = find_route(kTable, "GET", "/api/nope");
  EXPECT_EQ(none.route, nullptr);
  EXPECT_EQ(none.allowed, "");
  EXPECT_EQ(none.redirect_to, "");
  for (const char* path : {"", "*", "//", "/api//tags", "/api/blobs/", "/api/blobs/a/b", "/%zz",
                           "/api/tags%00", "/api/%2e%2e/tags", "/API/tags"}) {
    EXPECT_EQ(find_route(kTable, "GET", path).route, nullptr) << path;
    EXPECT_EQ(find_route(kTable, "POST", path).route, nullptr) << path;
  }
}

TEST(Router, RowsOfTheServerAreUnambiguous) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Route& route : routes()) {
    EXPECT_TRUE(seen.emplace(route.method, route.path).second) << route.path;
    EXPECT_TRUE(route.path.starts_with('/'));
    EXPECT_NE(route.endpoint, nullptr);
    EXPECT_EQ(find_route(routes(), route.method, route.path).route, &route) << route.path;
    if (route.method == "POST") {
      EXPECT_NE(route.body, BodyKind::kNone) << route.path << ": V59 needs to know";
    }
  }
}

}  // namespace
}  // namespace lar::server
