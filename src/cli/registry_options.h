// How registries are reached, from the environment.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/serve_options.h"
#include "registry/config.h"

namespace lar::cli {

// Variables:
//   HTTP_PROXY, HTTPS_PROXY, NO_PROXY (or in small letters), SSL_CERT_FILE: as everywhere
//   OLLAMA_NOPRUNE           the blobs of old versions are kept
//   LAR_REGISTRIES           registries in private networks: "host" or "host:port", by commas
//   LAR_INSECURE_REGISTRIES  those spoken to over http; "https://host" over TLS without checks
//   LAR_TOKEN_SERVERS        where a registry's tokens come from: "registry=https://host"
//   LAR_BANDWIDTH            bytes per second of all pulls together: 500000, 20MB, 1.5GB
//   LAR_STREAMS              parallel requests of one blob, 1 to 64
// The key is ~/.ollama/id_ed25519. Errors: invalid_argument, a variable that makes no sense.
Result<registry::RegistryConfig> registry_config(const Variables& variables,
                                                 const std::string& home,
                                                 const std::string& version);

}  // namespace lar::cli
