#include "net/proxy.h"

#include <gtest/gtest.h>

namespace lar::net {
namespace {

TEST(Proxy, IsChosenByScheme) {
  const ProxyConfig config{.http_proxy = "a:1", .https_proxy = "b:2", .no_proxy = ""};
  EXPECT_EQ(proxy_for(config, *Url::parse("http://reg.example/")), "a:1");
  EXPECT_EQ(proxy_for(config, *Url::parse("https://reg.example/")), "b:2");
  EXPECT_EQ(proxy_for(config, *Url::parse("https://localhost:5000/")), "");
  EXPECT_EQ(proxy_for(config, *Url::parse("http://127.0.0.1/")), "");
}

TEST(Proxy, IsNotUsedForListedHosts) {
  const auto uses = [](const char* no_proxy, const char* url) {
    return !proxy_for({.http_proxy = "a:1", .https_proxy = "a:1", .no_proxy = no_proxy},
                      *Url::parse(url))
                .empty();
  };
  EXPECT_FALSE(uses("*", "https://x.example/"));
  EXPECT_FALSE(uses("other, EXAMPLE.com ,", "https://example.com/"));
  EXPECT_FALSE(uses("example.com", "https://a.example.com/"));
  EXPECT_TRUE(uses("example.com", "https://badexample.com/"));
  EXPECT_TRUE(uses(".example.com", "https://example.com/"));
  EXPECT_FALSE(uses(".example.com", "https://a.example.com/"));
  EXPECT_FALSE(uses("*.example.com", "https://a.example.com/"));
  EXPECT_FALSE(uses("example.com:8443", "https://example.com:8443/"));
  EXPECT_TRUE(uses("example.com:8443", "https://example.com/"));
  EXPECT_FALSE(uses("10.0.0.0/8", "http://10.1.1.1/"));
  EXPECT_TRUE(uses("10.0.0.0/8", "http://11.1.1.1/"));
}

}  // namespace
}  // namespace lar::net
