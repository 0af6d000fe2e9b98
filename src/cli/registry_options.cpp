#include "cli/registry_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace lar::cli {
namespace {

constexpr int kStreamsMax = 64;
#if defined(__aarch64__)
constexpr std::string_view kProcessor = "arm64";
#else
constexpr std::string_view kProcessor = "amd64";
#endif

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\"'";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// The first of these variables that says something.
std::string value_of(const Variables& variables, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    const auto found = variables.find(name);
    if (found != variables.end() && !trimmed(found->second).empty()) {
      return std::string(trimmed(found->second));
    }
  }
  return {};
}

std::vector<std::string> list_of(const Variables& variables, std::string_view name) {
  const std::string text = value_of(variables, {name});
  std::vector<std::string> items;
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    if (const auto item = trimmed(rest.substr(0, comma)); !item.empty()) items.emplace_back(item);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return items;
}

// "500000", "20MB", "1.5GB": powers of 1000.
std::optional<uint64_t> parse_bytes(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !(number > 0)) return std::nullopt;
  const std::string_view unit = trimmed(text.substr(static_cast<size_t>(end - text.data())));
  double scale = 0;
  if (unit.empty() || unit == "B") scale = 1;
  if (unit == "KB") scale = 1e3;
  if (unit == "MB") scale = 1e6;
  if (unit == "GB") scale = 1e9;
  const double bytes = number * scale;
  if (!(bytes >= 1) || bytes > 1e15) return std::nullopt;
  return static_cast<uint64_t>(bytes);
}

}  // namespace

Result<registry::RegistryConfig> registry_config(const Variables& variables,
                                                 const std::string& home,
                                                 const std::string& version) {
  registry::RegistryConfig config;
  config.http.proxy = {.http_proxy = value_of(variables, {"HTTP_PROXY", "http_proxy"}),
                       .https_proxy = value_of(variables, {"HTTPS_PROXY", "https_proxy"}),
                       .no_proxy = value_of(variables, {"NO_PROXY", "no_proxy"})};
  config.http.ca_file = value_of(variables, {"SSL_CERT_FILE"});
  // Registries know clients by how their names begin.
  config.http.user_agent =
      fmt::format("ollama/{} ({} linux) Lar/{}", server::kOllamaVersion, kProcessor, version);
  config.key_file = std::filesystem::path(home) / ".ollama" / "id_ed25519";
  config.keep_unused = parse_bool_variable(value_of(variables, {"OLLAMA_NOPRUNE"}));
  config.private_hosts = list_of(variables, "LAR_REGISTRIES");
  config.insecure_hosts = list_of(variables, "LAR_INSECURE_REGISTRIES");
  config.token_servers = list_of(variables, "LAR_TOKEN_SERVERS");
  for (const std::string& entry : config.token_servers) {
    if (entry.find('=') == std::string::npos) {
      return fail(Code::kInvalidArgument,
                  "LAR_TOKEN_SERVERS has an entry that is not registry=https://host: " + entry);
    }
  }
  if (const auto text = value_of(variables, {"LAR_BANDWIDTH"}); !text.empty()) {
    const auto bytes = parse_bytes(text);
    if (!bytes) {
      return fail(Code::kInvalidArgument,
                  "LAR_BANDWIDTH is not a number of bytes per second like 20MB: " + text);
    }
    config.bytes_per_second_max = *bytes;
  }
  if (const auto text = value_of(variables, {"LAR_STREAMS"}); !text.empty()) {
    int streams = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), streams);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || streams < 1 || streams > kStreamsMax) {
      return fail(Code::kInvalidArgument,
                  fmt::format("LAR_STREAMS is not a number from 1 to {}: {}", kStreamsMax, text));
    }
    config.streams_max = streams;
  }
  return config;
}

}  // namespace lar::cli
