// What a client of one of the compatible APIs (OpenAI's, Anthropic's) asks of a model, freed of the
// form in which that API writes it; and the one way from there to an order for the scheduler. The
// defaults and checks are those of Ollama's own endpoints.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/inference.h"
#include "scheduler/service.h"
#include "server/json_request.h"
#include "server/ollama/generation.h"

namespace lar::server {

struct Conversation {
  ollama::Form form = ollama::Form::kChat;  // in whose words errors are told
  std::string model;
  std::vector<runtime::ChatMessage> messages;
  bool images = false;  // any message has pictures or sound
  std::string tools;    // as GenerateRequest::tools
  runtime::ToolChoice tool_choice;
  runtime::Think think = runtime::Think::kDefault;
  bool think_if_able = false;  // a model that cannot think is no error
  std::string suffix;          // not empty: the last message and this are to be joined

  Json format;                     // null, "json" or a schema
  Json options = Json::object();   // by Ollama's names
  bool full_distribution = false;  // temperature and top_p are 1 where nobody says otherwise
  std::vector<sampling::LogitBias> bias;
  std::optional<int32_t> top_logprobs;  // 0: of the chosen tokens
  std::optional<std::chrono::nanoseconds> keep_alive;
  std::vector<std::string> warnings;  // a sentence each
};

// An order that can be placed, any number of times.
struct PreparedOrder {
  ResolvedModel model;
  scheduler::Order order;
  std::vector<std::string> warnings;

  const runtime::Options& options() const { return order.options; }
};

// Resolves the model and checks what it can do. Errors: in the words of Ollama's endpoints.
net::awaitable<std::expected<PreparedOrder, HttpError>> prepare(Call& call, Conversation asked);

// Places the order. `repeat` counts those placed before: a given seed goes on from one to the next.
std::unique_ptr<scheduler::Stream> submit(Call& call,
                                          const PreparedOrder& prepared,
                                          uint32_t repeat = 0);

// The sentences of a whole answer: those of the order, of its start and of its end, each once.
std::vector<std::string> joined_warnings(const std::vector<std::string>& before,
                                         const runtime::GenerateDone& done);

}  // namespace lar::server
