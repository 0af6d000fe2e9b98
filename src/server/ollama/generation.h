// What /api/generate and /api/chat have in common: the fields of a request, the order of checks,
// and the forms of an answer.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/inference.h"
#include "scheduler/service.h"
#include "server/inference/answer.h"
#include "server/inference/resolved_model.h"
#include "server/json_request.h"
#include "server/route.h"

namespace lar::server::ollama {

enum class Form : uint8_t { kGenerate, kChat };

// The fields that both requests have.
struct GenerationFields {
  std::string model;
  bool stream = true;
  std::optional<std::chrono::nanoseconds> keep_alive;
  runtime::Think think = runtime::Think::kDefault;
  const Json* format = nullptr;   // of the body
  const Json* options = nullptr;  // of the body
  bool truncate = true;
  bool shift = true;
  bool logprobs = false;
  int32_t top_logprobs = 0;
  bool render_only = false;
  bool strict = false;               // what is unknown is an error
  std::vector<std::string> unknown;  // a sentence for each field that is unknown
};

// One request on its way.
struct Generation {
  Form form = Form::kGenerate;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  GenerationFields fields;
  ResolvedModel model;
  runtime::GenerateRequest request;
  std::vector<std::string> warnings;

  bool unloads() const { return fields.keep_alive && fields.keep_alive->count() == 0; }
};

// Reads the common fields; `own` are the names of those that only this endpoint has. Errors:
// invalid_argument, as a client of Ollama gets them before anything else is looked at.
Result<GenerationFields> read_fields(Call& call,
                                     const Json& body,
                                     Fields& fields,
                                     std::span<const std::string_view> own);

// Whether the model can do this at all, and the default of `think`. Errors: 400 in Ollama's words.
std::expected<void, HttpError> check_abilities(Generation& generation);

// Puts options and the other common fields into the request. Errors: as apply_options says.
std::expected<void, HttpError> fill_request(Generation& generation);

// Puts the messages of a request, of which there is one at least, after the model's own, and the
// model's system text in front unless the request begins with one.
void add_messages(const ResolvedModel& model,
                  std::vector<runtime::ChatMessage> asked,
                  std::vector<runtime::ChatMessage>& to);

// The answers without a generation.
net::awaitable<void> answer_unload(Call& call, const Generation& generation);
net::awaitable<void> answer_load(Call& call, Generation& generation);
// Submits the request and answers with what comes.
net::awaitable<void> answer_generation(Call& call, Generation& generation);

// Pictures are refused as long as no model here can see.
HttpError images_error(const ResolvedModel& model);

// What a model was not found by, in the words of generate and chat.
HttpError model_error(const Error& error, const std::string& asked);

}  // namespace lar::server::ollama
