#include "net/url.h"

#include <gtest/gtest.h>

namespace lar::net {
namespace {

std::string origin_of(std::string_view text) {
  const auto url = Url::parse(text);
  return url ? url->origin() : "refused";
}

TEST(Url, HasOneNormalForm) {
  EXPECT_EQ(origin_of("https://Registry.Ollama.AI/v2/"), "https://registry.ollama.ai:443");
  EXPECT_EQ(origin_of("http://localhost:5000/v2/x?y=1#z"), "http://localhost:5000");
  EXPECT_EQ(origin_of("http://2130706433/"), "http://127.0.0.1:80");
  EXPECT_EQ(origin_of("http://0177.0.0.1/"), "http://127.0.0.1:80");
  EXPECT_EQ(Url::parse("http://h/a/../b?q=1#f")->str(), "http://h/b?q=1");
  EXPECT_EQ(Url::parse("http://[::1]:80/")->host(), "::1");
}

TEST(Url, RefusesWhatNoRegistryNeeds) {
  for (const char* text :
       {"", "x", "/v2/", "ftp://host/", "file:///etc/passwd", "https://user@host/",
        "https://registry.ollama.ai@evil.example/", "https://a:b@host/", "https://h\\@evil/",
        "http://host:0/", "http://host:99999/", "http://ho st/", "http://host/\r\nX: y",
        "http://b\xC3\xBC"
        "cher.example/",
        "http://ho%00st/", "http://"}) {
    EXPECT_EQ(origin_of(text), "refused") << text;
  }
  EXPECT_EQ(origin_of("http://h/" + std::string(kUrlBytesMax, 'a')), "refused");
}

TEST(Url, ResolvesALocation) {
  const auto base = Url::parse("https://reg.example/v2/a/blobs/x");
  ASSERT_TRUE(base);
  EXPECT_EQ(base->resolve("/other?k=v")->str(), "https://reg.example/other?k=v");
  EXPECT_EQ(base->resolve("https://cdn.example/x")->str(), "https://cdn.example/x");
  EXPECT_EQ(base->resolve("//cdn.example/x")->str(), "https://cdn.example/x");
  EXPECT_FALSE(base->resolve(""));
  EXPECT_FALSE(base->resolve("gopher://x/"));
  EXPECT_FALSE(base->resolve("https://reg.example@evil.example/"));
  EXPECT_FALSE(base->resolve("//reg.example@evil.example/"));
}

TEST(Url, ComparesOrigins) {
  const auto url = Url::parse("https://reg.example/");
  EXPECT_TRUE(url->same_origin(*Url::parse("https://REG.example:443/x")));
  EXPECT_FALSE(url->same_origin(*Url::parse("http://reg.example/")));
  EXPECT_FALSE(url->same_origin(*Url::parse("https://reg.example:8443/")));
  EXPECT_FALSE(url->same_origin(*Url::parse("https://reg.example.evil/")));
}

TEST(Url, EscapesAQuery) {
  const auto url = Url::parse("https://h/t")->with_query("scope", "repository:a/b:pull,push");
  EXPECT_EQ(url->str(), "https://h/t?scope=repository%3Aa%2Fb%3Apull%2Cpush");
  EXPECT_EQ(url->with_query("n", "1")->query(), "scope=repository%3Aa%2Fb%3Apull%2Cpush&n=1");
}

}  // namespace
}  // namespace lar::net
