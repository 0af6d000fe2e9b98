#include "cli/serve_options.h"

#include <gtest/gtest.h>

namespace lar::cli {
namespace {

TEST(ServeOptions, HostIsReadAsOllamaReadsIt) {
  struct Case {
    const char* value;
    const char* host;
    uint16_t port;
    bool warns = false;
  };
  const Case cases[] = {
      {"", "127.0.0.1", 11434},
      {"  ", "127.0.0.1", 11434},
      {"1.2.3.4", "1.2.3.4", 11434},
      {"1.2.3.4:1234", "1.2.3.4", 1234},
      {"\"1.2.3.4:1234\"", "1.2.3.4", 1234},
      {" 'example.com' ", "example.com", 11434},
      {":1234", "", 1234},
      {"0.0.0.0", "0.0.0.0", 11434},
      {"[::1]", "::1", 11434},
      {"[::1]:1337", "::1", 1337},
      {"::1", "::1", 11434},
      {"[::]:0", "::", 0},
      {"example.com:0", "example.com", 0},
      {"example.com:66000", "example.com", 11434, true},
      {"example.com:-1", "example.com", 11434, true},
      {"example.com:port", "example.com", 11434, true},
      {"http://1.2.3.4", "1.2.3.4", 80},
      {"http://1.2.3.4:4321", "1.2.3.4", 4321},
      {"https://1.2.3.4", "1.2.3.4", 443},
      {"https://example.com:bad", "example.com", 443, true},
      {"example.com/ollama", "example.com", 11434},
      {"http://example.com:56789/a/b", "example.com", 56789},
  };
  for (const Case& each : cases) {
    const HostAddress address = parse_host_variable(each.value);
    EXPECT_EQ(address.host, each.host) << each.value;
    EXPECT_EQ(address.port, each.port) << each.value;
    EXPECT_EQ(!address.warning.empty(), each.warns) << each.value;
  }
  EXPECT_EQ(parse_host_variable("https://a/x/y").path, "x/y");
  EXPECT_EQ(parse_host_variable("https://a").scheme, "https");
}

TEST(ServeOptions, Booleans) {
  for (const char* no : {"", " ", "0", "f", "F", "false", "FALSE", "False", "\"false\""}) {
    EXPECT_FALSE(parse_bool_variable(no)) << no;
  }
  for (const char* yes : {"1", "t", "true", "yes", "on", "2", "random"}) {
    EXPECT_TRUE(parse_bool_variable(yes)) << yes;
  }
}

// A16: what a fresh machine gets.
TEST(ServeOptions, DefaultsAreForThisMachineAlone) {
  const auto options = serve_options({}, "/home/x", "box");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->config.host, "127.0.0.1");
  EXPECT_EQ(options->config.port, 11434);
  EXPECT_TRUE(options->config.tcp);
  EXPECT_TRUE(options->config.sockets.empty());
  EXPECT_EQ(options->config.models, "/home/x/.ollama/models");
  EXPECT_TRUE(options->config.origins.empty());
  EXPECT_FALSE(options->config.no_prune);
  EXPECT_EQ(options->log_level, LogLevel::kInfo);
}

TEST(ServeOptions, VariablesAreTaken) {
  const auto options = serve_options({{"OLLAMA_HOST", "0.0.0.0:99"},
                                      {"OLLAMA_MODELS", "/data/models"},
                                      {"OLLAMA_ORIGINS", "http://a.com, https://*.b.com,"},
                                      {"OLLAMA_NOPRUNE", "1"},
                                      {"OLLAMA_DEBUG", "2"},
                                      {"LAR_HOSTS", "gpu.lan"},
                                      {"LAR_SOCKET", "/run/lar.sock"},
                                      {"LAR_SOCKET_MODE", "0660"},
                                      {"LAR_SOCKET_UIDS", "1000,1001"},
                                      {"LAR_MAX_CONNECTIONS", "50"}},
                                     "/home/x", "box");
  ASSERT_TRUE(options);
  const auto& config = options->config;
  EXPECT_EQ(config.host, "0.0.0.0");
  EXPECT_EQ(config.port, 99);
  EXPECT_EQ(config.models, "/data/models");
  EXPECT_EQ(config.origins, (std::vector<std::string>{"http://a.com", "https://*.b.com"}));
  EXPECT_TRUE(config.no_prune);
  EXPECT_EQ(options->log_level, LogLevel::kTrace);
  EXPECT_EQ(config.hosts, std::vector<std::string>{"gpu.lan"});
  ASSERT_EQ(config.sockets.size(), 1U);
  EXPECT_EQ(config.sockets[0].path, "/run/lar.sock");
  EXPECT_EQ(config.sockets[0].mode, 0660U);
  EXPECT_EQ(config.sockets[0].uids, (std::vector<uint32_t>{1000, 1001}));
  EXPECT_EQ(config.limits.connections_max, 50U);
}

TEST(ServeOptions, OnlyASocket) {
  const auto options = serve_options({{"OLLAMA_HOST", "unix:///run/lar.sock"}}, "/home/x", "");
  ASSERT_TRUE(options);
  EXPECT_FALSE(options->config.tcp);
  ASSERT_EQ(options->config.sockets.size(), 1U);
  EXPECT_EQ(options->config.sockets[0].path, "/run/lar.sock");
  EXPECT_EQ(options->config.sockets[0].mode, 0600U);
}

TEST(ServeOptions, OwnVariablesMustMakeSense) {
  EXPECT_FALSE(serve_options({{"LAR_SOCKET", "/x"}, {"LAR_SOCKET_MODE", "rw"}}, "", ""));
  EXPECT_FALSE(serve_options({{"LAR_SOCKET", "/x"}, {"LAR_SOCKET_UIDS", "root"}}, "", ""));
  EXPECT_FALSE(serve_options({{"LAR_MAX_CONNECTIONS", "0"}}, "", ""));
}

}  // namespace
}  // namespace lar::cli
