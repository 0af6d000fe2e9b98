#include "server/access.h"

#include <gtest/gtest.h>

namespace lar::server {
namespace {

AccessRules loopback_rules() {
  ServerConfig config;
  config.own_names = {"MyBox"};
  return access_rules(config);
}

AccessRules open_rules() {
  ServerConfig config;
  config.host = "";
  config.own_names = {"mybox"};
  return access_rules(config);
}

// V04: what a page elsewhere could be named is never ours.
TEST(Access, HostsOfAServerOnLoopback) {
  const AccessRules rules = loopback_rules();
  for (const char* host :
       {"localhost", "localhost:11434", "LOCALHOST:1", "a.localhost", "127.0.0.1", "127.0.0.1:80",
        "127.8.8.8", "[::1]", "[::1]:11434", "0.0.0.0:11434", "192.168.1.5:11434", "10.0.0.1",
        "mybox", "MYBOX:11434", "mybox.local", "host.docker.internal:11434"}) {
    EXPECT_TRUE(is_host_allowed(rules, host)) << host;
  }
  for (const char* host : {"",
                           "evil.com",
                           "evil.com:11434",
                           "evil.localhost.evil.com",
                           "localhost.evil.com",
                           "evil-localhost",
                           "127.0.0.1.evil.com",
                           "127.0.0.1.nip.io",
                           "localhost.",
                           "localhost.:1",
                           "evil.local",
                           "evil.internal",
                           "8.8.8.8",
                           "::1",
                           "[::1",
                           "[::1]x",
                           "[localhost]",
                           "localhost:",
                           "localhost:x",
                           "localhost:99999",
                           "localhost:1:2",
                           "user@localhost",
                           "localhost/x",
                           "local host",
                           "0x7f.1",
                           "2130706433",
                           "[2001:4860:4860::8888]",
                           ".localhost",
                           "a..localhost",
                           "localhost,evil.com",
                           "otherbox"}) {
    EXPECT_FALSE(is_host_allowed(rules, host)) << host;
  }
}

TEST(Access, HostsOfAServerForOthers) {
  const AccessRules rules = open_rules();
  for (const char* host : {"localhost", "8.8.8.8:11434", "ollama:11434", "mybox.local", "mybox"}) {
    EXPECT_TRUE(is_host_allowed(rules, host)) << host;
  }
  for (const char* host : {"", "evil.com", "gpu.example.org", "evil.local", "ollama."}) {
    EXPECT_FALSE(is_host_allowed(rules, host)) << host;
  }
  AccessRules more = open_rules();
  more.hosts = {"gpu.example.org", "*.lan"};
  EXPECT_TRUE(is_host_allowed(more, "GPU.example.org:11434"));
  EXPECT_TRUE(is_host_allowed(more, "a.lan"));
  EXPECT_FALSE(is_host_allowed(more, "gpu.example.org.evil.com"));
}

// A04 and V47.
TEST(Access, OriginsThatAreListed) {
  const AccessRules rules = loopback_rules();
  using enum OriginVerdict;
  struct Case {
    const char* origin;
    OriginVerdict verdict;
  };
  const Case cases[] = {
      {"http://localhost:11434", kAllowed},
      {"http://127.0.0.1:11434", kAllowed},
      {"https://localhost:11434", kAllowed},
      {"http://[::1]:11434", kAllowed},
      {"HTTP://LOCALHOST:11434", kAllowed},
      {"http://0.0.0.0:11434", kAllowed},
      {"app://obsidian.md", kAllowed},
      {"tauri://localhost", kAllowed},
      {"vscode-webview://abc", kAllowed},
      {"vscode-file://vscode-app", kAllowed},
      {"http://localhost:3000", kUnreadable},
      {"http://localhost", kUnreadable},
      {"http://127.0.0.1", kUnreadable},
      {"https://127.0.0.1:8443", kUnreadable},
      {"null", kRefused},
      {"", kRefused},
      {"file://", kRefused},
      {"file:///home/x.html", kRefused},
      {"chrome-extension://abc", kRefused},
      {"moz-extension://abc", kRefused},
      {"http://evil.example", kRefused},
      {"http://evil.example:11434", kRefused},
      {"http://localhost.evil.example:11434", kRefused},
      {"http://127.0.0.1.evil.example:11434", kRefused},
      {"http://localhost:11434.evil.example", kRefused},
      {"http://localhost:11434/", kRefused},
      {"http://localhost:11434@evil.example", kRefused},
      {"http://192.168.1.5:11434", kRefused},
      {"https://evil.example", kRefused},
      {"ftp://localhost:11434", kRefused},
      {"localhost:11434", kRefused},
      {"//localhost:11434", kRefused},
      {"http://", kRefused},
      {"http://:11434", kRefused},
      {"app://", kRefused},
      {"http://localhost:11434 http://evil.example", kRefused},
      {"javascript://localhost:11434", kRefused},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(judge_origin(rules, each.origin, "localhost:11434", 11434), each.verdict)
        << each.origin;
  }
  AccessRules more = rules;
  more.origins = {"http://192.168.*", "chrome-extension://*", "null"};
  EXPECT_EQ(judge_origin(more, "http://192.168.1.5:3000", "localhost", 11434), kAllowed);
  EXPECT_EQ(judge_origin(more, "chrome-extension://x", "localhost", 11434), kAllowed);
  EXPECT_EQ(judge_origin(more, "null", "localhost", 11434), kAllowed);
  // A page that the server itself has served, under whatever of its names.
  EXPECT_EQ(judge_origin(open_rules(), "http://mybox:11434", "mybox:11434", 11434), kAllowed);
  EXPECT_EQ(judge_origin(open_rules(), "http://mybox:1", "mybox:11434", 11434), kRefused);
}

net::RequestHead head_of(std::string method, std::vector<net::HttpHeader> headers) {
  net::RequestHead head;
  head.method = std::move(method);
  head.target = "/api/tags";
  head.headers = std::move(headers);
  return head;
}

const std::string* header_of(const AccessDecision& decision, std::string_view name) {
  return net::find_header(decision.headers, name);
}

TEST(Access, Decisions) {
  const AccessRules rules = loopback_rules();
  net::Peer peer;
  peer.local_port = 11434;
  const net::HttpHeader host{"Host", "localhost:11434"};
  const net::HttpHeader own{"Origin", "http://localhost:11434"};
  const net::HttpHeader other_port{"Origin", "http://localhost:3000"};
  const net::HttpHeader evil{"Origin", "http://evil.example"};

  auto decision = decide(rules, head_of("POST", {host, own}), peer);
  EXPECT_EQ(decision.refuse_status, 0);
  EXPECT_EQ(*header_of(decision, "Access-Control-Allow-Origin"), own.value);
  EXPECT_EQ(*header_of(decision, "Vary"), "Origin");
  EXPECT_EQ(header_of(decision, "Access-Control-Allow-Credentials"), nullptr);

  for (const char* method : {"GET", "HEAD", "OPTIONS"}) {
    decision = decide(rules, head_of(method, {host, other_port}), peer);
    EXPECT_EQ(decision.refuse_status, 0) << method;
    EXPECT_EQ(header_of(decision, "Access-Control-Allow-Origin"), nullptr) << method;
    EXPECT_EQ(*header_of(decision, "Vary"), "Origin");
  }
  for (const char* method : {"POST", "DELETE", "PUT"}) {
    EXPECT_EQ(decide(rules, head_of(method, {host, other_port}), peer).refuse_status, 403);
  }
  for (const char* method : {"GET", "HEAD", "POST", "DELETE", "OPTIONS"}) {
    decision = decide(rules, head_of(method, {host, evil}), peer);
    EXPECT_EQ(decision.refuse_status, 403) << method;
    EXPECT_EQ(header_of(decision, "Access-Control-Allow-Origin"), nullptr);
    EXPECT_EQ(decide(rules, head_of(method, {{"Host", "evil.com"}}), peer).refuse_status, 403);
    EXPECT_EQ(decide(rules, head_of(method, {}), peer).refuse_status, 403);
  }
  EXPECT_TRUE(decide(rules, head_of("OPTIONS", {host}), peer).preflight);
  EXPECT_FALSE(decide(rules, head_of("GET", {host}), peer).preflight);

  auto absolute = head_of("GET", {host});
  absolute.target = "http://evil.com/api/tags";
  EXPECT_EQ(decide(rules, absolute, peer).refuse_status, 403);
  absolute.target = "http://127.0.0.1/api/tags";
  EXPECT_EQ(decide(rules, absolute, peer).refuse_status, 0);

  peer.is_unix = true;
  EXPECT_EQ(decide(rules, head_of("GET", {{"Host", "anything"}}), peer).refuse_status, 0);
}

// V59
TEST(Access, FormsOfPagesDoNothing) {
  const auto allowed = [](BodyKind body, const char* type) {
    return is_content_type_allowed(
        body, head_of("POST", {{"Origin", "http://localhost:11434"}, {"Content-Type", type}}));
  };
  EXPECT_TRUE(allowed(BodyKind::kJson, "application/json"));
  EXPECT_TRUE(allowed(BodyKind::kJson, "Application/JSON; charset=utf-8"));
  EXPECT_FALSE(allowed(BodyKind::kJson, "text/plain"));
  EXPECT_FALSE(allowed(BodyKind::kJson, "application/x-www-form-urlencoded"));
  EXPECT_FALSE(allowed(BodyKind::kJson, "multipart/form-data; boundary=x"));
  EXPECT_FALSE(allowed(BodyKind::kJson, ""));
  EXPECT_FALSE(allowed(BodyKind::kBytes, "text/plain"));
  EXPECT_TRUE(allowed(BodyKind::kNone, "text/plain"));
  EXPECT_TRUE(is_content_type_allowed(BodyKind::kJson, head_of("POST", {})));
}

TEST(Access, Patterns) {
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("*", "http://x"));
  EXPECT_TRUE(matches_pattern("http://*.a.com:*", "HTTP://b.A.com:1"));
  EXPECT_FALSE(matches_pattern("http://*.a.com", "http://b.a.com.evil"));
  EXPECT_FALSE(matches_pattern("", "x"));
  EXPECT_TRUE(matches_pattern("a*b*c", "axxbyybzc"));
  // Many stars take no exponential time.
  EXPECT_FALSE(matches_pattern("*a*a*a*a*a*a*a*a*a*b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace lar::server
