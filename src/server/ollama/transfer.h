// What pull and push have in common: the work on a thread of its own, its progress as JSON lines.
#pragma once

#include <functional>
#include <stop_token>

#include "registry/registry.h"
#include "server/route.h"

namespace lar::server::ollama {

using TransferWork = std::function<Result<void>(
    registry::Registry&, const registry::ProgressFunction&, const std::stop_token&)>;

// Answers with the lines of the work's progress, or with the last one alone where `stream` is
// false. The work is called off when the client leaves. Errors have status 500, as Ollama's.
net::awaitable<void> run_transfer(Call& call, bool stream, TransferWork work);

// What a client may ask for: `insecure` is a matter of clients on this machine.
registry::TransferOptions transfer_options(const Call& call, bool insecure);

}  // namespace lar::server::ollama
