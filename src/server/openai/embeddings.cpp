// POST /v1/embeddings: vectors of texts or of token ids, as numbers or as base64.
#include <bit>

#include "registry/base64.h"
#include "server/inference/answer.h"
#include "server/ollama/embedding.h"
#include "server/openai/endpoints.h"
#include "server/reply.h"

namespace lar::server::openai {
namespace {

constexpr size_t kInputsMax = 8192;

struct Inputs {
  std::vector<std::string> texts;
  std::vector<std::vector<int32_t>> tokens;  // in their place, if the request has token ids
};

std::unexpected<Error> invalid_input() {
  return fail(Code::kInvalidArgument, "invalid input");
}

bool is_token(const Json& value) {
  return value.is_number_integer() && value.get<int64_t>() >= 0 &&
         value.get<int64_t>() <= INT32_MAX;
}

Result<std::vector<int32_t>> parse_tokens(const Json& list) {
  std::vector<int32_t> tokens;
  for (const Json& token : list) {
    if (!is_token(token)) return invalid_input();
    tokens.push_back(token.get<int32_t>());
  }
  if (tokens.empty()) return invalid_input();
  return tokens;
}

// A text, texts, token ids, or lists of them.
Result<Inputs> parse_inputs(const Json* input) {
  Inputs inputs;
  if (input == nullptr) return invalid_input();
  if (input->is_string()) {
    inputs.texts.push_back(input->get<std::string>());
    return inputs;
  }
  if (!input->is_array() || input->empty() || input->size() > kInputsMax) return invalid_input();
  if (is_token(input->front())) {
    LAR_TRY(auto tokens, parse_tokens(*input));
    inputs.tokens.push_back(std::move(tokens));
    return inputs;
  }
  for (const Json& item : *input) {
    if (item.is_string() && inputs.tokens.empty()) {
      inputs.texts.push_back(item.get<std::string>());
    } else if (item.is_array() && inputs.texts.empty()) {
      LAR_TRY(auto tokens, parse_tokens(item));
      inputs.tokens.push_back(std::move(tokens));
    } else {
      return invalid_input();
    }
  }
  return inputs;
}

// The texts of token ids, by the model's own tokenizer.
net::awaitable<std::expected<void, HttpError>> read_tokens(Call& call,
                                                           const ollama::EmbedCall& asked,
                                                           Inputs& inputs) {
  for (std::vector<int32_t>& tokens : inputs.tokens) {
    auto text = co_await ollama::text_of_tokens(call, asked, std::move(tokens));
    if (!text) co_return std::unexpected(std::move(text.error()));
    inputs.texts.push_back(std::move(*text));
  }
  co_return std::expected<void, HttpError>{};
}

// Little-endian float32, as OpenAI's clients ask for vectors unless told otherwise.
std::string base64_floats(std::span<const float> values) {
  std::string bytes;
  bytes.reserve(values.size() * 4);
  for (const float value : values) {
    const auto bits = std::bit_cast<uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8)
      bytes += static_cast<char>(bits >> shift & 255U);
  }
  return registry::base64_encode(bytes);
}

// Written by hand: the numbers are most of it.
std::string body_of(const std::string& model, const ollama::Embedded& embedded, bool base64) {
  std::string body = R"({"object":"list","data":[)";
  const auto& vectors = embedded.result.vectors;
  for (size_t i = 0; i < vectors.size(); ++i) {
    if (i > 0) body += ',';
    body += R"({"object":"embedding","embedding":)";
    body += base64 ? '"' + base64_floats(vectors[i]) + '"' : ollama::json_array(vectors[i]);
    body += ",\"index\":" + std::to_string(i) + '}';
  }
  const std::string tokens = std::to_string(embedded.result.tokens);
  body += "],\"model\":" + go_json(Json(model)) + ",\"usage\":{\"prompt_tokens\":" + tokens +
          ",\"total_tokens\":" + tokens + '}';
  if (!embedded.warnings.empty()) body += ",\"warnings\":" + go_json(Json(embedded.warnings));
  return body + '}';
}

}  // namespace

net::awaitable<void> embeddings(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Fields fields(*body);
  const std::string format = fields.text("encoding_format", "float");
  const int64_t dimensions = fields.integer("dimensions").value_or(0);
  auto asked = ollama::read_embed_call(fields);
  if (!asked) co_return co_await send_error(call, asked.error());
  auto inputs = parse_inputs(fields.find("input"));
  if (!inputs) co_return co_await send_error(call, inputs.error());
  if (!format.empty() && format != "float" && format != "base64") {
    co_return co_await send_error(call,
                                  HttpError{400,
                                            "Invalid value for 'encoding_format' = " + format +
                                                ". Supported values: ['float', 'base64'].",
                                            {}});
  }
  if (dimensions < 0 || dimensions > UINT32_MAX) {
    co_return co_await send_error(call, HttpError{400, "dimensions must be positive", {}});
  }
  if (auto read = co_await read_tokens(call, *asked, *inputs); !read) {
    co_return co_await send_error(call, std::move(read.error()));
  }
  asked->inputs = std::move(inputs->texts);
  asked->dimensions = static_cast<uint32_t>(dimensions);
  const std::string model = asked->model;
  auto embedded = co_await ollama::embed_inputs(call, std::move(*asked));
  if (!embedded) co_return co_await send_error(call, std::move(embedded.error()));
  co_await send_json(call, 200, body_of(model, *embedded, format == "base64"));
}

}  // namespace lar::server::openai
