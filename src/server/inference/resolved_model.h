// From the name in a request to all that a runner and an endpoint need to know of the model: the
// one place where a model's layers become defaults.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chat/selection.h"
#include "net/server/exchange.h"
#include "runtime/inference.h"
#include "scheduler/service.h"
#include "server/context.h"
#include "server/errors.h"

namespace lar::server {

class ModelCatalog;

struct Capabilities {
  bool completion = false;
  bool embedding = false;
  bool tools = false;
  bool insert = false;  // fills in the middle
  bool vision = false;
  bool thinking = false;
};

struct ResolvedModel {
  std::string asked;      // as the client wrote it
  std::string full_name;  // host/namespace/model:tag
  scheduler::ModelRef ref;
  Capabilities can;
  chat::PromptSystem prompting = chat::PromptSystem::kPlain;
  // For GenerateRequest::go_template of a request that brings no template of its own; nullopt where
  // something else writes the prompts.
  std::optional<std::string> go_template;
  std::string system;
  std::vector<runtime::ChatMessage> messages;
  runtime::Options options;           // the built-in defaults and the model's parameters
  std::vector<std::string> warnings;  // about the parameters
  // Old files whose vectors /api/embeddings gives as they are, not of length 1.
  bool raw_vectors = false;
};

// Errors: invalid_argument ("invalid model name", ":local and :cloud"), permission_denied (a model
// that runs elsewhere), not_found, and what is wrong with the stored model. Endpoints put the first
// ones in the words of their own API.
net::awaitable<Result<ResolvedModel>> resolve_model(ServerContext& context, std::string name);

// The same, on the calling thread.
Result<ResolvedModel> read_resolved_model(const store::Store& store,
                                          ModelCatalog& catalog,
                                          std::string name,
                                          std::optional<bool> prefer_go);

}  // namespace lar::server
