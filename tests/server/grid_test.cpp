// Every row of the routes table gets bodies that make no sense: an answer in the dialect's shape
// comes, nothing hangs, and the server goes on.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fixture.h"
#include "server/routes.h"

namespace lar::server::testing {
namespace {

std::vector<std::string> odd_bodies() {
  std::string deep(5000, '[');
  return {"",
          "null",
          "true",
          "0",
          "\"text\"",
          "[]",
          "[1,2]",
          "{",
          "{\"model\": ",
          "{\"model\": 5}",
          "{\"model\": null}",
          "{\"model\": \"\"}",
          "{\"model\": \"bad name!!\"}",
          "{\"model\": \"../../etc/passwd\"}",
          "{\"model\": \"/dev/random\", \"from\": \"/dev/random\"}",
          "{\"model\": \"nosuch\", \"stream\": \"yes\"}",
          "{\"model\": [\"a\"], \"name\": {}}",
          "{\"model\": \"a\", \"model\": \"b\"}",
          "{\"model\": \"\\ud800\"}",
          "{\"model\": \"\xff\xfe\"}",
          "{\"model\": 1e999}",
          "{\"source\": 1, \"destination\": []}",
          "{\"files\": {\"a\": 1}, \"model\": \"a\"}",
          "{\"files\": {\"../a\": \"x\"}, \"model\": \"a\"}",
          "{\"messages\": \"x\", \"model\": \"a\"}",
          "{\"messages\": [1], \"model\": \"a\", \"max_tokens\": 1}",
          "{\"options\": 5, \"model\": \"a\"}",
          "{} trailing",
          "\xef\xbb\xbf{}",
          deep,
          "{\"a\":" + deep,
          std::string(100'000, ' ')};
}

bool is_error_of(Dialect dialect, const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return false;
  switch (dialect) {
    case Dialect::kOllama: return json.contains("error") && json["error"].is_string();
    case Dialect::kOpenAi: return json.contains("error") && json["error"].contains("message");
    case Dialect::kAnthropic:
      return json.value("type", "") == "error" && json["error"].contains("message");
  }
  return false;
}

TEST(Grid, EveryRouteAnswersOddBodies) {
  const TestServer server;
  size_t tried = 0;
  for (const Route& route : routes()) {
    std::string path(route.path);
    if (const auto colon = path.find(':'); colon != std::string::npos)
      path.replace(colon, 99, "odd");
    for (const std::string& body : odd_bodies()) {
      const auto answer = server.request(route.method, path, body);
      ++tried;
      ASSERT_NE(answer.status, 0) << route.method << " " << path << " " << body.substr(0, 60);
      EXPECT_TRUE(answer.status <= 501 || answer.status == 503)
          << answer.status << " " << route.method << " " << path << " " << body.substr(0, 60);
      if (answer.status >= 400 && route.method != "HEAD") {
        EXPECT_TRUE(is_error_of(route.dialect, answer.body))
            << route.method << " " << path << ": " << answer.body;
        EXPECT_EQ(answer.body.find(server.models().string()), std::string::npos) << answer.body;
      }
    }
    // Nothing of a page elsewhere gets to a route.
    const auto refused =
        server.request(route.method, path, "{}", "Origin: http://evil.example\r\n");
    EXPECT_EQ(refused.status, 403) << path;
    EXPECT_FALSE(refused.headers.contains("access-control-allow-origin")) << path;
    const auto rebound = test::ask(server.port(), std::string(route.method) + " " + path +
                                                      " HTTP/1.1\r\nHost: evil.com\r\n\r\n");
    EXPECT_EQ(rebound.status, 403) << path;
    if (route.body == BodyKind::kJson) {
      const auto form = server.request(route.method, path, "{}",
                                       "Content-Type: text/plain\r\nOrigin: http://localhost:" +
                                           std::to_string(server.port()) + "\r\n");
      EXPECT_EQ(form.status, 415) << path;
    }
  }
  EXPECT_EQ(server.get("/api/version").status, 200);
  std::printf("%zu requests on %zu routes\n", tried, routes().size());
}

TEST(Grid, ForbiddenMethodsAndPathsSayWhichAreNot) {
  const TestServer server;
  for (const Route& route : routes()) {
    std::string path(route.path);
    if (const auto colon = path.find(':'); colon != std::string::npos)
      path.replace(colon, 99, "odd");
    const auto answer = server.request("PATCH", path);
    EXPECT_EQ(answer.status, 405) << path;
    EXPECT_EQ(answer.body, "405 method not allowed");
    EXPECT_NE(answer.headers.at("allow").find(route.method), std::string::npos);
    EXPECT_EQ(server.request("OPTIONS", path).status, 204) << path;
  }
  EXPECT_EQ(server.get("/debug/pprof/").status, 404);
  EXPECT_EQ(server.get("/debug/vars").status, 404);
  EXPECT_EQ(server.get("/nope").body, "404 page not found");
}

}  // namespace
}  // namespace lar::server::testing
