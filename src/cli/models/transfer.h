// The progress that pull, push and create tell, on the screen.
#pragma once

#include <string>

#include "cli/environment.h"
#include "cli/server_client.h"

namespace lar::cli {

// POSTs to `path` and shows each status as a spinner, each digest's transfer as a bar, until the
// stream ends. Ctrl-C stops it: the error cancelled.
Result<void> show_transfer(client::Client& client,
                           std::string_view path,
                           const client::Json& body,
                           const Environment& environment);

}  // namespace lar::cli
