#include "server/ollama/transfer.h"

#include <memory>
#include <optional>

#include "net/channel.h"
#include "server/catalog.h"
#include "server/json_request.h"
#include "server/reply.h"

namespace lar::server::ollama {
namespace {

constexpr size_t kLinesWaiting = 64;

// Shared by the endpoint and the thread that works, of which either may end first.
struct Transfer {
  explicit Transfer(net::EventLoop& loop) : lines(loop, kLinesWaiting) {}

  net::Channel<registry::Progress> lines;
  std::stop_source stop;
  Result<void> result;  // written before the lines are closed
};

net::awaitable<void> work_on(ServerContext& context,
                             std::shared_ptr<Transfer> transfer,
                             TransferWork work) {
  registry::Registry& registry = *context.registry;
  co_await context.loop.blocking([&] {
    const auto tell = [&](const registry::Progress& line) { transfer->lines.send(line); };
    transfer->result = work(registry, tell, transfer->stop.get_token());
    transfer->lines.close();
  });
  context.catalog.invalidate();
}

// Calls the work off when the endpoint ends before it.
class CallOff {
 public:
  explicit CallOff(std::shared_ptr<Transfer> transfer) : transfer_(std::move(transfer)) {}
  ~CallOff() {
    transfer_->stop.request_stop();
    transfer_->lines.close();
  }
  CallOff(const CallOff&) = delete;
  CallOff& operator=(const CallOff&) = delete;

 private:
  std::shared_ptr<Transfer> transfer_;
};

// Fields that are zero or empty are left out, as Ollama leaves them out.
std::string progress_json(const registry::Progress& line) {
  Json json;
  json["status"] = line.status;
  if (!line.digest.empty()) json["digest"] = line.digest;
  if (line.total > 0) json["total"] = line.total;
  if (line.completed > 0) json["completed"] = line.completed;
  return go_json(json);
}

}  // namespace

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
  const auto transfer = std::make_shared<Transfer>(context.loop);
  const CallOff call_off(transfer);
  const std::stop_callback client_left(call.http.stop_token(),
                                       [transfer] { transfer->stop.request_stop(); });
  context.loop.spawn(
      [&context, transfer, work = std::move(work)] { return work_on(context, transfer, work); });
  JsonLines lines(call);
  std::string last;
  while (const auto line = co_await transfer->lines.receive()) {
    last = progress_json(*line);
    if (stream && !co_await lines.send(last)) co_return;
  }
  if (!transfer->result) {
    const HttpError error{500, transfer->result.error().message, {}};
    if (stream) {
      co_await lines.fail(error);
    } else {
      co_await send_error(call, error);
    }
  } else if (stream) {
    co_await lines.end();
  } else {
    co_await send_json(call, 200, last);
  }
}

}  // namespace lar::server::ollama
