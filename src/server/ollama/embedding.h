// What /api/embed and /api/embeddings have in common.
#pragma once

#include "scheduler/service.h"
#include "server/inference/resolved_model.h"
#include "server/json_request.h"
#include "server/route.h"

namespace lar::server::ollama {

struct EmbedCall {
  std::string model;
  std::optional<std::chrono::nanoseconds> keep_alive;
  const Json* options = nullptr;    // of the body
  std::vector<std::string> inputs;  // none: the model is only loaded
  bool truncate = true;
  uint32_t dimensions = 0;
  bool always_normalized = true;  // else some old models' vectors stay as they are
};

struct Embedded {
  runtime::EmbedResult result;  // empty where only the model was loaded
  std::chrono::nanoseconds load{0};
  std::vector<std::string> warnings;
};

// Reads model, keep_alive and options. Errors: invalid_argument.
Result<EmbedCall> read_embed_call(Fields& fields);

// Resolves the model and asks it. Errors: in the words of these endpoints.
net::awaitable<std::expected<Embedded, HttpError>> embed_inputs(Call& call, EmbedCall asked);

// The text of token ids, by the model's own tokenizer. Errors: as embed_inputs.
net::awaitable<std::expected<std::string, HttpError>> text_of_tokens(Call& call,
                                                                     const EmbedCall& asked,
                                                                     std::vector<int32_t> tokens);

// The shortest text that reads back as the same number: "[0.1,-2.5e-05]".
std::string json_array(std::span<const float> values);

}  // namespace lar::server::ollama
