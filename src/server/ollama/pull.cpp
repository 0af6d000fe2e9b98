// POST /api/pull: a model from its registry.
#include "server/json_request.h"
#include "server/ollama/endpoints.h"
#include "server/ollama/transfer.h"
#include "server/reply.h"

namespace lar::server::ollama {

net::awaitable<void> pull(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Fields fields(*body);
  const std::string model = model_field(fields);
  const bool insecure = fields.boolean("insecure", false);
  const bool stream = fields.boolean("stream", true);
  if (co_await fields.refused(call)) co_return;

  const auto name = store::ModelName::parse(model);
  if (!name) {
    co_await send_error(call, HttpError{400, "invalid model name", {}});
    co_return;
  }
  const auto options = transfer_options(call, insecure);
  // Named: gcc 12 destroys a function that is made in the arguments of a co_await twice.
  TransferWork work = [name = *name, options](registry::Registry& registry,
                                              const registry::ProgressFunction& progress,
                                              const std::stop_token& stop) {
    return registry.pull(name, options, progress, stop);
  };
  co_await run_transfer(call, stream, std::move(work));
}

}  // namespace lar::server::ollama
