// POST /api/embeddings: the vector of one text, in the form of older clients.
#include "server/ollama/embedding.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"

namespace lar::server::ollama {

net::awaitable<void> embeddings(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Fields fields(*body);
  std::string prompt = fields.text("prompt");
  auto asked = read_embed_call(fields);
  if (!asked) co_return co_await send_error(call, asked.error());
  if (!prompt.empty()) asked->inputs.push_back(std::move(prompt));
  asked->truncate = false;
  asked->always_normalized = false;
  auto embedded = co_await embed_inputs(call, std::move(*asked));
  if (!embedded) {
    // What is too long is the client's fault, but this endpoint always told it as ours.
    if (embedded.error().message.starts_with("the input length")) embedded.error().status = 500;
    co_return co_await send_error(call, std::move(embedded.error()));
  }
  const auto& vectors = embedded->result.vectors;
  std::string json = "{\"embedding\":" + (vectors.empty() ? "[]" : json_array(vectors.front()));
  if (!embedded->warnings.empty()) json += ",\"warnings\":" + go_json(Json(embedded->warnings));
  co_await send_json(call, 200, json + "}");
}

}  // namespace lar::server::ollama
