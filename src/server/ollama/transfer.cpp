#include "server/ollama/transfer.h"

#include "server/catalog.h"
#include "server/progress_stream.h"
#include "server/reply.h"

namespace lar::server::ollama {

registry::TransferOptions transfer_options(const Call& call, bool insecure) {
  const net::Peer& peer = call.http.peer();
  return {.insecure = insecure, .is_local_user = peer.is_unix || peer.is_loopback};
}

net::awaitable<void> run_transfer(Call& call, bool stream, TransferWork work) {
  ServerContext& context = call.context;
  if (context.registry == nullptr) {
    co_await send_error(call, HttpError{501, "this server was started without registries", {}});
    co_return;
  }
  // Named: gcc 12 destroys a function that is made in the arguments of a co_await twice.
  ProgressOperation operation = [&context, work = std::move(work)](const ProgressSink& sink,
                                                                   std::stop_token stop) {
    auto result = work(*context.registry, sink, stop);
    context.catalog.invalidate();
    return result;
  };
  const std::optional<int> status = 500;  // whatever went wrong: Ollama's
  co_await answer_with_progress(call, stream, std::move(operation), status);
}

}  // namespace lar::server::ollama
