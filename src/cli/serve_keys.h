// API keys of `lar serve`, and the rule that a server which others can reach has some.
#pragma once

#include <vector>

#include "base/result.h"
#include "cli/serve_options.h"
#include "server/api_key.h"

namespace lar::cli {

// The keys in the file that LAR_API_KEYS names; none where it is not set. Errors: what is wrong
// with the file.
Result<std::vector<server::ApiKey>> read_api_keys(const Variables& variables);

// Whether the server may listen where it is told to. Without keys only this machine reaches it,
// unless somebody says that others shall: `--public`, or LAR_PUBLIC=1. Errors: permission_denied.
Result<void> check_exposure(const server::ServerConfig& config,
                            bool has_keys,
                            bool is_public,
                            const Variables& variables);

}  // namespace lar::cli
