#include "cli/serve_keys.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/data.h"

namespace lar::cli {
namespace {

server::ServerConfig listening(std::string host) {
  server::ServerConfig config;
  config.host = std::move(host);
  return config;
}

TEST(ExposureTest, NeedsKeysOrAWord) {
  for (const char* host : {"127.0.0.1", "localhost", "::1", "127.1.2.3"}) {
    EXPECT_TRUE(check_exposure(listening(host), false, false, {})) << host;
  }
  for (const char* host : {"0.0.0.0", "", "::", "192.168.1.5", "example.com"}) {
    EXPECT_FALSE(check_exposure(listening(host), false, false, {})) << host;
    EXPECT_TRUE(check_exposure(listening(host), true, false, {})) << host;
    EXPECT_TRUE(check_exposure(listening(host), false, true, {})) << host;
    EXPECT_TRUE(check_exposure(listening(host), false, false, {{"LAR_PUBLIC", "1"}})) << host;
    EXPECT_FALSE(check_exposure(listening(host), false, false, {{"LAR_PUBLIC", "0"}})) << host;
  }
  server::ServerConfig socket_only = listening("0.0.0.0");
  socket_only.tcp = false;
  EXPECT_TRUE(check_exposure(socket_only, false, false, {}));
}

TEST(ApiKeyFileTest, IsReadWholeOrRefused) {
  const test::TempDir dir;
  const auto read = [&](const std::string& text) {
    std::ofstream(dir.path() / "keys") << text;
    return read_api_keys({{"LAR_API_KEYS", (dir.path() / "keys").string()}});
  };
  EXPECT_EQ(read("ann sha256:" + std::string(64, 'a') + "\n").value().size(), 1U);
  EXPECT_FALSE(read("")) << "it would open the server to everybody";
  EXPECT_FALSE(read("ann secret\n"));
  EXPECT_FALSE(read_api_keys({{"LAR_API_KEYS", (dir.path() / "nosuch").string()}}));
  EXPECT_TRUE(read_api_keys({}).value().empty());
}

}  // namespace
}  // namespace lar::cli
