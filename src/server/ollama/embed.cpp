// POST /api/embed: vectors of texts, one an input.
#include "server/ollama/embedding.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"

namespace lar::server::ollama {
namespace {

Result<std::vector<std::string>> read_inputs(const Json* input) {
  std::vector<std::string> inputs;
  if (input == nullptr) return inputs;
  if (input->is_string()) {
    if (!input->get_ref<const std::string&>().empty()) inputs.push_back(input->get<std::string>());
    return inputs;
  }
  if (!input->is_array()) return fail(Code::kInvalidArgument, "invalid input type");
  for (const Json& item : *input) {
    if (!item.is_string()) return fail(Code::kInvalidArgument, "invalid input type");
    inputs.push_back(item.get<std::string>());
  }
  return inputs;
}

// Written by hand: a list of lists of numbers is most of it, and each number is a float.
std::string body_of(const std::string& model,
                    const Embedded& embedded,
                    std::chrono::nanoseconds total) {
  std::string body = "{\"model\":" + go_json(Json(model)) + ",\"embeddings\":[";
  const auto& vectors = embedded.result.vectors;
  for (size_t i = 0; i < vectors.size(); ++i) body += (i > 0 ? "," : "") + json_array(vectors[i]);
  body += ']';
  if (!vectors.empty()) {
    body += ",\"total_duration\":" + std::to_string(total.count());
    body += ",\"load_duration\":" + std::to_string(embedded.load.count());
    body += ",\"prompt_eval_count\":" + std::to_string(embedded.result.tokens);
  }
  if (!embedded.warnings.empty()) body += ",\"warnings\":" + go_json(Json(embedded.warnings));
  return body + "}";
}

}  // namespace

net::awaitable<void> embed(Call& call) {
  const auto start = std::chrono::steady_clock::now();
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Fields fields(*body);
  const bool truncate = fields.boolean("truncate", true);
  const int64_t dimensions = fields.integer("dimensions").value_or(0);
  auto asked = read_embed_call(fields);
  if (!asked) co_return co_await send_error(call, asked.error());
  auto inputs = read_inputs(fields.find("input"));
  if (!inputs) co_return co_await send_error(call, inputs.error());
  asked->inputs = std::move(*inputs);
  asked->truncate = truncate;
  asked->dimensions = static_cast<uint32_t>(std::clamp<int64_t>(dimensions, 0, UINT32_MAX));
  const std::string model = asked->model;
  auto embedded = co_await embed_inputs(call, std::move(*asked));
  if (!embedded) co_return co_await send_error(call, std::move(embedded.error()));
  co_await send_json(call, 200,
                     body_of(model, *embedded, std::chrono::steady_clock::now() - start));
}

}  // namespace lar::server::ollama
