#include "cli/registry_options.h"

#include <gtest/gtest.h>

namespace lar::cli {
namespace {

registry::RegistryConfig read(const Variables& variables) {
  const auto config = registry_config(variables, "/home/me", "0.1");
  EXPECT_TRUE(config) << config.error().message;
  return config.value_or(registry::RegistryConfig{});
}

TEST(RegistryOptions, AreOllamasWithoutVariables) {
  const auto config = read({});
  EXPECT_EQ(config.key_file, "/home/me/.ollama/id_ed25519");
  EXPECT_TRUE(config.http.user_agent.starts_with("ollama/")) << config.http.user_agent;
  EXPECT_TRUE(config.http.proxy.https_proxy.empty());
  EXPECT_TRUE(config.private_hosts.empty());
  EXPECT_TRUE(config.insecure_hosts.empty());
  EXPECT_EQ(config.bytes_per_second_max, 0U);
  EXPECT_EQ(config.streams_max, 16);
  EXPECT_FALSE(config.keep_unused);
}

TEST(RegistryOptions, ReadVariables) {
  const auto config = read({{"HTTPS_PROXY", "proxy:1"},
                            {"https_proxy", "other:2"},
                            {"http_proxy", "plain:3"},
                            {"NO_PROXY", "a,b"},
                            {"SSL_CERT_FILE", "/ca.pem"},
                            {"OLLAMA_NOPRUNE", "1"},
                            {"LAR_REGISTRIES", " a , 10.0.0.5:5000,"},
                            {"LAR_INSECURE_REGISTRIES", "b:80,https://c"},
                            {"LAR_TOKEN_SERVERS", "a=https://auth"},
                            {"LAR_BANDWIDTH", "1.5MB"},
                            {"LAR_STREAMS", "4"}});
  EXPECT_EQ(config.http.proxy.https_proxy, "proxy:1");
  EXPECT_EQ(config.http.proxy.http_proxy, "plain:3");
  EXPECT_EQ(config.http.proxy.no_proxy, "a,b");
  EXPECT_EQ(config.http.ca_file, "/ca.pem");
  EXPECT_TRUE(config.keep_unused);
  EXPECT_EQ(config.private_hosts, (std::vector<std::string>{"a", "10.0.0.5:5000"}));
  EXPECT_EQ(config.insecure_hosts, (std::vector<std::string>{"b:80", "https://c"}));
  EXPECT_EQ(config.token_servers, (std::vector<std::string>{"a=https://auth"}));
  EXPECT_EQ(config.bytes_per_second_max, 1'500'000U);
  EXPECT_EQ(config.streams_max, 4);
}

TEST(RegistryOptions, RefuseWhatMakesNoSense) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"LAR_BANDWIDTH", "fast"},
                                                        {"LAR_BANDWIDTH", "-5"},
                                                        {"LAR_BANDWIDTH", "0"},
                                                        {"LAR_BANDWIDTH", "5 parsec"},
                                                        {"LAR_BANDWIDTH", "1e300"},
                                                        {"LAR_STREAMS", "0"},
                                                        {"LAR_STREAMS", "65"},
                                                        {"LAR_STREAMS", "x"},
                                                        {"LAR_TOKEN_SERVERS", "https://auth"}}) {
    const auto config = registry_config({{name, value}}, "/home/me", "0.1");
    ASSERT_FALSE(config) << name << "=" << value;
    EXPECT_EQ(config.error().code, Code::kInvalidArgument);
    EXPECT_NE(config.error().message.find(name), std::string::npos);
  }
}

}  // namespace
}  // namespace lar::cli
