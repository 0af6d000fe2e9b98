#include "server/ollama/embedding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "server/inference/answer.h"
#include "server/inference/request_fields.h"
#include "server/inference/request_options.h"

namespace lar::server::ollama {
namespace {

HttpError model_error(const Error& error, const std::string& asked) {
  if (error.code == Code::kNotFound) {
    return {404, "model \"" + asked + "\" not found, try pulling it first", {}};
  }
  return http_error(error);
}

// A runner has a context of at least 4, but inputs are cut to the one that was asked for.
constexpr uint32_t kContextMin = 4;

// Takes num_ctx out of a request's options, if it is a number.
std::optional<uint32_t> take_context(Json& options) {
  const auto found = options.find("num_ctx");
  if (found == options.end() || !found->is_number()) return std::nullopt;
  const double context = std::clamp(found->get<double>(), 0.0, 1e9);
  options.erase(found);
  return static_cast<uint32_t>(context);
}

}  // namespace

Result<EmbedCall> read_embed_call(Fields& fields) {
  EmbedCall read;
  read.model = fields.text("model");
  read.options = fields.object("options");
  LAR_TRY(fields.check());
  LAR_TRY(read.keep_alive, parse_keep_alive(fields.find("keep_alive")));
  return read;
}

net::awaitable<std::expected<Embedded, HttpError>> embed_inputs(Call& call, EmbedCall asked) {
  if (asked.model.empty()) co_return std::unexpected(HttpError{400, "model is required", {}});
  auto model = co_await resolve_model(call.context, asked.model);
  if (!model) co_return std::unexpected(model_error(model.error(), asked.model));
  Embedded embedded;
  runtime::Options options = model->options;
  std::optional<uint32_t> context = options.num_ctx;
  if (asked.options != nullptr) {
    Json own = *asked.options;
    if (const auto taken = take_context(own)) {
      context = taken;
      options.num_ctx = std::max(*taken, kContextMin);
    }
    if (auto applied = apply_options(own, options, embedded.warnings); !applied) {
      co_return std::unexpected(std::move(applied.error()));
    }
  }
  const bool load_only = asked.inputs.empty();
  scheduler::Order order{.model = model->ref,
                         .options = std::move(options),
                         .keep_alive = asked.keep_alive,
                         .request = std::nullopt};
  if (!load_only) {
    order.request =
        runtime::EmbedRequest{.inputs = std::move(asked.inputs),
                              .truncate = asked.truncate,
                              .dimensions = asked.dimensions,
                              .normalize = asked.always_normalized || !model->raw_vectors,
                              .num_ctx = context};
  }
  const auto stream = call.context.models->submit(std::move(order));
  auto ready = co_await stream->ready();
  if (!ready) co_return std::unexpected(service_error(*stream, ready.error()));
  embedded.load = ready->load;
  std::ranges::move(ready->warnings, std::back_inserter(embedded.warnings));
  if (load_only) co_return embedded;
  auto result = co_await single_result<runtime::EmbedResult>(*stream);
  if (!result) {
    HttpError http = service_error(*stream, result.error());
    if (result.error().code == Code::kUnsupported) http.status = 501;
    co_return std::unexpected(std::move(http));
  }
  std::ranges::move(result->warnings, std::back_inserter(embedded.warnings));
  embedded.result = std::move(*result);
  co_return embedded;
}

std::string json_array(std::span<const float> values) {
  fmt::memory_buffer text;
  text.push_back('[');
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text.push_back(',');
    fmt::format_to(std::back_inserter(text), "{}", std::isfinite(values[i]) ? values[i] : 0.0F);
  }
  text.push_back(']');
  return fmt::to_string(text);
}

}  // namespace lar::server::ollama
