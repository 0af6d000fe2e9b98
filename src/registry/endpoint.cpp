#include "registry/endpoint.h"

#include <fmt/format.h>

#include <algorithm>

namespace lar::registry {
namespace {

constexpr std::string_view kUnverified = "https://";

// Whether an entry "host" or "host:port" is about the URL.
bool covers(std::string_view entry, const net::Url& url) {
  const std::string with_port = fmt::format("{}:{}", url.host(), url.port());
  const std::string bracketed = fmt::format("[{}]", url.host());
  return store::equal_ignoring_case(entry, url.host()) ||
         store::equal_ignoring_case(entry, with_port) ||
         store::equal_ignoring_case(entry, bracketed) ||
         store::equal_ignoring_case(entry, fmt::format("{}:{}", bracketed, url.port()));
}

bool listed(const std::vector<std::string>& entries, const net::Url& url) {
  return std::ranges::any_of(entries, [&](const auto& entry) { return covers(entry, url); });
}

bool listed_unverified(const RegistryConfig& config, const net::Url& url) {
  return std::ranges::any_of(config.insecure_hosts, [&](std::string_view entry) {
    return entry.starts_with(kUnverified) && covers(entry.substr(kUnverified.size()), url);
  });
}

}  // namespace

Endpoint::Endpoint(net::Url base,
                   std::string repository,
                   const RegistryConfig& config,
                   bool insecure)
    : base_(std::move(base)),
      repository_(std::move(repository)),
      config_(config),
      insecure_(insecure) {}

Result<Endpoint> Endpoint::of(const store::ModelName& name,
                              bool insecure,
                              const RegistryConfig& config) {
  const std::string& scheme = name.scheme();
  if (scheme != "https" && scheme != "http") {
    return fail(Code::kInvalidArgument, "unsupported protocol " + scheme);
  }
  LAR_TRY(auto secure, net::Url::parse("https://" + name.host() + "/"));
  LAR_TRY(auto plain, net::Url::parse("http://" + name.host() + "/"));
  const bool plain_allowed = insecure || listed(config.insecure_hosts, plain);
  if (scheme == "http" && !plain_allowed) {
    return fail(Code::kInvalidArgument, "insecure protocol http");
  }
  return Endpoint(plain_allowed ? std::move(plain) : std::move(secure),
                  name.name_space() + '/' + name.model(), config, insecure);
}

Result<net::Url> Endpoint::below(const std::string& path) const {
  return net::Url::parse(fmt::format("{}v2/{}/{}", base_.str(), repository_, path));
}

Result<net::Url> Endpoint::manifest(std::string_view reference) const {
  return below(fmt::format("manifests/{}", reference));
}

Result<net::Url> Endpoint::blob(const store::Digest& digest) const {
  return below("blobs/" + digest.str());
}

Result<net::Url> Endpoint::uploads() const {
  return below("blobs/uploads/");
}

net::AddressPolicy Endpoint::addresses(const net::Url& url) const {
  const bool allowed = (insecure_ && url.same_origin(base_)) ||
                       listed(config_.private_hosts, url) || listed(config_.insecure_hosts, url) ||
                       listed_unverified(config_, url);
  return allowed ? net::AddressPolicy::kAny : net::AddressPolicy::kPublicOnly;
}

bool Endpoint::verify_tls(const net::Url& url) const {
  return !listed_unverified(config_, url);
}

bool Endpoint::is_token_server(const net::Url& realm) const {
  if (realm.same_origin(base_)) return true;
  return std::ranges::any_of(config_.token_servers, [&](std::string_view entry) {
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos || !covers(entry.substr(0, equals), base_)) return false;
    const auto server = net::Url::parse(entry.substr(equals + 1));
    return server && server->same_origin(realm);
  });
}

}  // namespace lar::registry
