// POST /api/push: a model to its registry.
#include <fmt/format.h>

#include "server/json_request.h"
#include "server/ollama/endpoints.h"
#include "server/ollama/transfer.h"
#include "server/reply.h"

namespace lar::server::ollama {
namespace {

// How Ollama names what it cannot read as a name: with the parts that it would have had.
std::string qualified(std::string_view text) {
  std::string name(text);
  if (name.find('/') == std::string::npos) name.insert(0, "library/");
  if (name.find('/') == name.rfind('/')) name.insert(0, "registry.ollama.ai/");
  if (name.rfind(':') == std::string::npos || name.rfind(':') < name.rfind('/')) name += ":latest";
  return name;
}

}  // namespace

net::awaitable<void> push(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Fields fields(*body);
  const std::string model = model_field(fields);
  const bool insecure = fields.boolean("insecure", false);
  const bool stream = fields.boolean("stream", true);
  if (co_await fields.refused(call)) co_return;

  if (model.empty()) {
    co_await send_error(call, HttpError{400, "model is required", {}});
    co_return;
  }
  const auto name = store::ModelName::parse(model);
  if (!name) {
    co_await send_error(call, HttpError{500, "unqualified name: " + qualified(model), {}});
    co_return;
  }
  const auto options = transfer_options(call, insecure);
  // Named: gcc 12 destroys a function that is made in the arguments of a co_await twice.
  TransferWork work = [name = *name, options](registry::Registry& registry,
                                              const registry::ProgressFunction& progress,
                                              const std::stop_token& stop) {
    return registry.push(name, options, progress, stop);
  };
  co_await run_transfer(call, stream, std::move(work));
}

}  // namespace lar::server::ollama
