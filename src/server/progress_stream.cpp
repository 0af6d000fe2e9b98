#include "server/progress_stream.h"

#include <memory>
#include <optional>

#include "net/channel.h"
#include "server/json_request.h"
#include "server/reply.h"

namespace lar::server {
namespace {

constexpr size_t kLinesMax = 256;
constexpr std::string_view kSuccess = "success";

std::string line_of(const registry::Progress& progress) {
  Json line;
  line["status"] = progress.status;
  if (!progress.digest.empty()) line["digest"] = progress.digest;
  if (progress.total > 0) line["total"] = progress.total;
  if (progress.completed > 0) line["completed"] = progress.completed;
  return go_json(line);
}

std::string success_line() {
  return R"({"status":"success"})";
}

using Lines = net::Channel<registry::Progress>;

// What the operation's thread and the request share; the last of them to be done frees it.
struct Shared {
  Shared(net::EventLoop& loop, ProgressOperation what)
      : lines(loop, kLinesMax), operation(std::move(what)) {}

  Lines lines;
  ProgressOperation operation;
  std::stop_source stop;
  std::optional<Result<void>> outcome;  // set before `lines` is closed
};

void send(Shared& shared, const registry::Progress& progress) {
  if (progress.status == kSuccess) return;  // told at the end, when it is known
  // How far a blob is will be told again; a step, or a blob's end, must not be lost.
  if (progress.completed < progress.total) {
    shared.lines.try_send(progress);
  } else {
    shared.lines.send(progress);
  }
}

// Ends the operation when the request ends, however it does.
struct StopAtEnd {
  std::shared_ptr<Shared> shared;
  ~StopAtEnd() {
    shared->stop.request_stop();
    shared->lines.close();
  }
};

}  // namespace

net::awaitable<void> answer_with_progress(Call& call,
                                          bool stream,
                                          ProgressOperation operation,
                                          std::optional<int> error_status) {
  auto shared = std::make_shared<Shared>(call.context.loop, std::move(operation));
  const StopAtEnd stop_at_end{shared};
  call.context.loop.run_detached([shared] {
    const ProgressSink sink = [&shared](const registry::Progress& progress) {
      send(*shared, progress);
    };
    shared->outcome = shared->operation(sink, shared->stop.get_token());
    shared->lines.close();
  });
  JsonLines lines(call);
  while (auto progress = co_await shared->lines.receive()) {
    if (stream && !co_await lines.send(line_of(*progress))) co_return;
  }
  const Result<void>& outcome = *shared->outcome;
  if (!outcome) {
    HttpError error = http_error(outcome.error());
    if (error_status) error.status = *error_status;
    co_await lines.fail(std::move(error));
  } else if (stream) {
    if (co_await lines.send(success_line())) co_await lines.end();
  } else {
    co_await send_json(call, 200, success_line());
  }
}

}  // namespace lar::server
