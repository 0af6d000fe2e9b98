// An operation that blocks and tells of its progress, as the answer to a request: lines while it
// runs, or one object at its end.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "base/result.h"
#include "registry/progress.h"
#include "server/context.h"
#include "server/route.h"

namespace lar::server {

using ProgressSink = registry::ProgressFunction;
using ProgressOperation =
    std::function<Result<void>(const ProgressSink& sink, std::stop_token stop)>;

// Runs `operation` on a thread that may block, with a sink that may be called from any thread and a
// stop token for when the client leaves. With `stream` each progress is a line
// {status, digest?, total?, completed?} and the last one {"status":"success"}, which the operation
// itself need not tell; progress that comes
// faster than the client reads it is left out, where it only repeats how far a blob is. Without,
// the answer is {"status":"success"}, or the error with its status.
// `error_status` replaces the status that an error's code would have.
net::awaitable<void> answer_with_progress(Call& call,
                                          bool stream,
                                          ProgressOperation operation,
                                          std::optional<int> error_status = std::nullopt);

}  // namespace lar::server
