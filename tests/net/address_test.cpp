#include "net/address.h"

#include <gtest/gtest.h>

namespace lar::net {
namespace {

TEST(Address, KnowsPrivateOnes) {
  for (const char* host : {"127.0.0.1",
                           "127.255.255.254",
                           "0.0.0.0",
                           "10.1.2.3",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::1",
                           "::",
                           "fd00::1",
                           "fe80::1",
                           "ff02::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::7f00:1",
                           "2002:7f00:1::",
                           "2001:db8::1",
                           "2001::1",
                           "::127.0.0.1"}) {
    EXPECT_TRUE(is_address(host)) << host;
    EXPECT_FALSE(is_public_address(host)) << host;
  }
  for (const char* host : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111",
                           "::ffff:8.8.8.8", "2a00:1450::1"}) {
    EXPECT_TRUE(is_public_address(host)) << host;
  }
  EXPECT_FALSE(is_address("localhost"));
  EXPECT_FALSE(is_address("1.2.3"));
}

TEST(Address, KnowsLoopback) {
  for (const char* host :
       {"localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const char* host : {"localhost.evil.example", "10.0.0.1", "0.0.0.0", "example.com"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

TEST(Address, KnowsNetworks) {
  EXPECT_TRUE(in_network("10.2.3.4", "10.0.0.0/8"));
  EXPECT_TRUE(in_network("10.2.3.4", "10.2.3.4"));
  EXPECT_TRUE(in_network("fd00::5", "fd00::/8"));
  EXPECT_FALSE(in_network("11.2.3.4", "10.0.0.0/8"));
  EXPECT_FALSE(in_network("10.2.3.4", "10.0.0.0/33"));
  EXPECT_FALSE(in_network("10.2.3.4", "10.0.0.0/x"));
  EXPECT_FALSE(in_network("name", "10.0.0.0/8"));
}

}  // namespace
}  // namespace lar::net
