// Makes a model from files or from another model. Blocks on the disk (and on a registry, where the
// other model is not here yet): call it through EventLoop::blocking.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "server/context.h"
#include "server/create/request.h"
#include "server/progress_stream.h"

namespace lar::server {

// Errors: invalid_argument, unsupported (what comes later: safetensors, quantizing), data_corrupt,
// not_found, cancelled, and those of the store.
Result<void> create_model(ServerContext& context,
                          const CreateRequest& request,
                          const ProgressSink& progress,
                          std::stop_token stop);

}  // namespace lar::server
