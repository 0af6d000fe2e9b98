// The command line's way to the server: its address, whether it answers, and starting one.
#pragma once

#include "base/result.h"
#include "cli/environment.h"
#include "client/client.h"

namespace lar::cli {

// The address that OLLAMA_HOST names as a URL without a slash at its end:
// [scheme://]host[:port][/path], a default for each part. Never fails, as Ollama's never does.
std::string server_url(std::string_view host_variable);

// A client of a server that answers. Errors: unavailable, with what to do about it.
Result<client::Client> connect(const Environment& environment);

// The same; where no server answers at an address of this machine, one is started in the background
// (and said to be, on stderr), and waited for.
Result<client::Client> connect_or_start(const Environment& environment);

}  // namespace lar::cli
