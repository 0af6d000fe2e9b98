// POST /v1/rerank: documents by their relevance to a query, in the form that Jina and Cohere share.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "server/inference/answer.h"
#include "server/inference/random_id.h"
#include "server/inference/request_fields.h"
#include "server/inference/resolved_model.h"
#include "server/ollama/generation.h"
#include "server/openai/endpoints.h"
#include "server/reply.h"

namespace lar::server::openai {
namespace {

constexpr size_t kDocumentsMax = 8192;

struct RerankCall {
  std::string model;
  runtime::RerankRequest request;
  size_t top = 0;  // how many results
  bool return_documents = false;
  bool raw_scores = false;  // the model's own numbers, not between 0 and 1
  std::optional<std::chrono::nanoseconds> keep_alive;
};

Result<RerankCall> parse_rerank(const Json& body) {
  RerankCall asked;
  Fields fields(body);
  asked.model = fields.text("model");
  asked.request.query = fields.text("query");
  asked.return_documents = fields.boolean("return_documents", false);
  asked.raw_scores = fields.boolean("raw_scores", false);
  const auto top = fields.integer("top_n");
  const Json* documents = fields.array("documents");
  LAR_TRY(fields.check());
  LAR_TRY(asked.keep_alive, parse_keep_alive(fields.find("keep_alive")));
  if (asked.model.empty()) return fail(Code::kInvalidArgument, "model is required");
  if (asked.request.query.empty()) return fail(Code::kInvalidArgument, "query is required");
  if (documents == nullptr || documents->empty()) {
    return fail(Code::kInvalidArgument, "documents is required");
  }
  if (documents->size() > kDocumentsMax) {
    return fail(Code::kInvalidArgument,
                "documents may have " + std::to_string(kDocumentsMax) + " entries at most");
  }
  if (top && *top < 1) return fail(Code::kInvalidArgument, "top_n must be positive");
  for (const Json& document : *documents) {
    const Json* text = &document;
    if (document.is_object()) {
      const auto field = document.find("text");
      if (field != document.end()) text = &*field;
    }
    if (!text->is_string()) {
      return fail(Code::kInvalidArgument, "documents must be strings or objects with a text");
    }
    asked.request.documents.push_back(text->get<std::string>());
  }
  asked.top = documents->size();
  if (top) asked.top = std::min(asked.top, static_cast<size_t>(*top));
  return asked;
}

// From a logit to a share between 0 and 1.
double share(float logit) {
  return 1.0 / (1.0 + std::exp(-static_cast<double>(logit)));
}

Json answer_json(const RerankCall& asked,
                 const std::vector<std::string>& documents,
                 const runtime::RerankResult& result) {
  const auto& scores = result.scores;
  std::vector<size_t> order(std::min(scores.size(), documents.size()));
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  });
  order.resize(std::min(order.size(), asked.top));
  Json json;
  json["id"] = random_id("rerank-");
  json["object"] = "list";
  json["model"] = asked.model;
  json["results"] = Json::array();
  for (const size_t index : order) {
    Json entry;
    entry["index"] = index;
    entry["relevance_score"] =
        asked.raw_scores ? static_cast<double>(scores[index]) : share(scores[index]);
    if (asked.return_documents) entry["document"]["text"] = documents[index];
    json["results"].push_back(std::move(entry));
  }
  json["usage"] = {{"prompt_tokens", result.tokens}, {"total_tokens", result.tokens}};
  if (!result.warnings.empty()) json["warnings"] = result.warnings;
  return json;
}

}  // namespace

net::awaitable<void> rerank(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  auto asked = parse_rerank(*body);
  if (!asked) co_return co_await send_error(call, asked.error());
  auto model = co_await resolve_model(call.context, asked->model);
  if (!model) co_return co_await send_error(call, ollama::model_error(model.error(), asked->model));
  const std::vector<std::string> documents = asked->request.documents;
  const auto stream = call.context.models->submit({.model = std::move(model->ref),
                                                   .options = std::move(model->options),
                                                   .keep_alive = asked->keep_alive,
                                                   .request = std::move(asked->request)});
  const auto ready = co_await stream->ready();
  if (!ready) co_return co_await send_error(call, service_error(*stream, ready.error()));
  const auto result = co_await single_result<runtime::RerankResult>(*stream);
  if (!result) co_return co_await send_error(call, service_error(*stream, result.error()));
  co_await send_json(call, 200, go_json(answer_json(*asked, documents, *result)));
}

}  // namespace lar::server::openai
