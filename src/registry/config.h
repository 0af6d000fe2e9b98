// How the registry client behaves; filled from variables and flags by the command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "net/http_client.h"

namespace lar::registry {

// How long it keeps trying. A try that moved bytes never counts against a transfer.
struct RetryPolicy {
  int tries_max = 6;                            // without any progress
  int waits_max = 20;                           // answers that say "later" (429, 503), in a row
  std::chrono::milliseconds first_delay{1000};  // doubled each time
  std::chrono::milliseconds delay_max{32'000};
  std::chrono::milliseconds told_delay_max{300'000};  // of what a registry may ask for
};

struct RegistryConfig {
  net::HttpClientConfig http;
  std::filesystem::path key_file;  // ~/.ollama/id_ed25519

  // Registries of the operator, as "host" or "host:port". A registry in a private network is
  // reached only if it stands here (or is named with `insecure`).
  std::vector<std::string> private_hosts;
  // Reached over plain http; with "https://" in front, over TLS without looking at certificates.
  // Each is as good as an entry above, too.
  std::vector<std::string> insecure_hosts;
  // Token servers that stand elsewhere than their registry: "registry=https://host:port".
  std::vector<std::string> token_servers;

  net::HttpDeadlines deadlines;
  RetryPolicy retry;
  bool keep_unused = false;                  // the blobs of an old version stay after a pull
  int streams_max = 16;                      // parallel requests of one blob
  uint64_t upload_part_bytes = 100'000'000;  // of each but the last, at least
  uint64_t bytes_per_second_max = 0;         // of all pulls together; 0: no limit
};

}  // namespace lar::registry
