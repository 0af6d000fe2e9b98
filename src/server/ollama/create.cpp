// POST /api/create: a model from uploaded files or from another model.
#include "server/create/create_model.h"
#include "server/json_request.h"
#include "server/ollama/endpoints.h"
#include "server/progress_stream.h"
#include "server/reply.h"

namespace lar::server::ollama {

net::awaitable<void> create(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  auto request = parse_create(*body);
  if (!request) {
    co_await send_error(call, request.error());
    co_return;
  }
  const auto name = store::ModelName::parse(request->model);
  if (!name || name->pin()) {
    co_await send_error(call, HttpError{400, "invalid model name", {}});
    co_return;
  }
  const bool stream = request->stream;
  ServerContext& context = call.context;
  // Named: gcc 12 destroys a function that is made in the arguments of a co_await twice.
  ProgressOperation work = [&context, request = std::move(*request)](const ProgressSink& sink,
                                                                     std::stop_token stop) {
    return create_model(context, request, sink, std::move(stop));
  };
  co_await answer_with_progress(call, stream, std::move(work));
}

}  // namespace lar::server::ollama
