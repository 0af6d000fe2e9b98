// POST /api/tokenize and /api/detokenize: a model's tokens of a text, and back. Not of Ollama's
// API.
#include "server/inference/answer.h"
#include "server/ollama/embedding.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"

namespace lar::server::ollama {
namespace {

// The field that callers of similar APIs write the text into.
std::string text_of(Fields& fields) {
  for (const char* name : {"content", "text", "prompt", "input"}) {
    if (fields.find(name) != nullptr) return fields.text(name);
  }
  return {};
}

// Asks the model, and reads the one event that is the answer. Takes the request.
template <class T>
net::awaitable<std::expected<T, HttpError>> ask(Call& call,
                                                const EmbedCall& asked,
                                                runtime::Request& request) {
  if (asked.model.empty()) co_return std::unexpected(HttpError{400, "model is required", {}});
  const auto model = co_await resolve_model(call.context, asked.model);
  if (!model) {
    if (model.error().code != Code::kNotFound) co_return std::unexpected(http_error(model.error()));
    co_return std::unexpected(HttpError{404, "model '" + asked.model + "' not found", {}});
  }
  const auto stream = call.context.models->submit({.model = model->ref,
                                                   .options = model->options,
                                                   .keep_alive = asked.keep_alive,
                                                   .request = std::move(request)});
  const auto ready = co_await stream->ready();
  if (!ready) co_return std::unexpected(service_error(*stream, ready.error()));
  auto result = co_await single_result<T>(*stream);
  if (!result) co_return std::unexpected(service_error(*stream, result.error()));
  co_return std::move(*result);
}

Result<std::vector<int32_t>> read_tokens(const Json* list) {
  std::vector<int32_t> tokens;
  if (list == nullptr) return tokens;
  for (const Json& token : *list) {
    if (!token.is_number_integer() || token.get<int64_t>() < 0 ||
        token.get<int64_t>() > INT32_MAX) {
      return fail(Code::kInvalidArgument, "field \"tokens\" must be a list of token ids");
    }
    tokens.push_back(token.get<int32_t>());
  }
  return tokens;
}

}  // namespace

net::awaitable<std::expected<std::string, HttpError>> text_of_tokens(Call& call,
                                                                     const EmbedCall& asked,
                                                                     std::vector<int32_t> tokens) {
  runtime::Request request = runtime::DetokenizeRequest{std::move(tokens)};
  auto result = co_await ask<runtime::DetokenizeResult>(call, asked, request);
  if (!result) co_return std::unexpected(std::move(result.error()));
  co_return std::move(result->text);
}

net::awaitable<void> tokenize(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Fields fields(*body);
  runtime::Request request =
      runtime::TokenizeRequest{.text = text_of(fields),
                               .add_special = fields.boolean("add_special", true),
                               .parse_special = fields.boolean("parse_special", false)};
  const auto asked = read_embed_call(fields);
  if (!asked) co_return co_await send_error(call, asked.error());
  auto result = co_await ask<runtime::TokenizeResult>(call, *asked, request);
  if (!result) co_return co_await send_error(call, std::move(result.error()));
  Json json;
  json["model"] = asked->model;
  json["tokens"] = result->tokens;
  json["count"] = result->tokens.size();
  co_await send_json(call, 200, go_json(json));
}

net::awaitable<void> detokenize(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Fields fields(*body);
  const Json* list = fields.array("tokens");
  const auto asked = read_embed_call(fields);
  if (!asked) co_return co_await send_error(call, asked.error());
  auto tokens = read_tokens(list);
  if (!tokens) co_return co_await send_error(call, tokens.error());
  auto text = co_await text_of_tokens(call, *asked, std::move(*tokens));
  if (!text) co_return co_await send_error(call, std::move(text.error()));
  Json json;
  json["model"] = asked->model;
  json["content"] = std::move(*text);
  co_await send_json(call, 200, go_json(json));
}

}  // namespace lar::server::ollama
