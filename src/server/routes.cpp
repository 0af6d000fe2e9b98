#include "server/routes.h"

#include "server/anthropic/endpoints.h"
#include "server/ollama/endpoints.h"
#include "server/openai/endpoints.h"
#include "server/operations/endpoints.h"

namespace lar::server {
namespace {

constexpr Route kRoutes[] = {
    {"GET", "/", ollama::root, Scope::kPublic},
    {"HEAD", "/", ollama::root, Scope::kPublic},
    {"GET", "/api/version", ollama::version, Scope::kPublic},
    {"HEAD", "/api/version", ollama::version, Scope::kPublic},
    {"GET", "/api/status", ollama::status, Scope::kPublic},
    {"POST", "/api/me", ollama::no_cloud, Scope::kManage, BodyKind::kJson},
    {"POST", "/api/signout", ollama::no_cloud, Scope::kManage, BodyKind::kJson},
    {"POST", "/api/experimental/web_search", ollama::no_cloud, Scope::kManage, BodyKind::kJson},
    {"POST", "/api/experimental/web_fetch", ollama::no_cloud, Scope::kManage, BodyKind::kJson},

    {"GET", "/api/tags", ollama::tags, Scope::kInfer},
    {"HEAD", "/api/tags", ollama::tags, Scope::kInfer},
    {"POST", "/api/show", ollama::show, Scope::kInfer, BodyKind::kJson},
    {"POST", "/api/create", ollama::create, Scope::kManage, BodyKind::kJson},
    {"POST", "/api/copy", ollama::copy, Scope::kManage, BodyKind::kJson},
    {"DELETE", "/api/delete", ollama::remove, Scope::kManage, BodyKind::kJson},
    {"POST", "/api/pull", ollama::pull, Scope::kManage, BodyKind::kJson},
    {"POST", "/api/push", ollama::push, Scope::kManage, BodyKind::kJson},
    {"HEAD", "/api/blobs/:digest", ollama::blob_head, Scope::kManage},
    {"POST", "/api/blobs/:digest", ollama::blob_upload, Scope::kManage, BodyKind::kBytes},

    {"POST", "/api/generate", ollama::generate, Scope::kInfer, BodyKind::kJson},
    {"POST", "/api/chat", ollama::chat, Scope::kInfer, BodyKind::kJson},
    {"POST", "/api/embed", ollama::embed, Scope::kInfer, BodyKind::kJson},
    {"POST", "/api/embeddings", ollama::embeddings, Scope::kInfer, BodyKind::kJson},
    {"GET", "/api/ps", ollama::ps, Scope::kInfer},
    {"HEAD", "/api/ps", ollama::ps, Scope::kInfer},
    {"POST", "/api/tokenize", ollama::tokenize, Scope::kInfer, BodyKind::kJson},
    {"POST", "/api/detokenize", ollama::detokenize, Scope::kInfer, BodyKind::kJson},

    {"POST", "/v1/chat/completions", openai::chat_completions, Scope::kInfer, BodyKind::kJson,
     Dialect::kOpenAi},
    {"POST", "/v1/completions", openai::completions, Scope::kInfer, BodyKind::kJson,
     Dialect::kOpenAi},
    {"POST", "/v1/embeddings", openai::embeddings, Scope::kInfer, BodyKind::kJson,
     Dialect::kOpenAi},
    {"POST", "/v1/responses", openai::responses, Scope::kInfer, BodyKind::kJson, Dialect::kOpenAi},
    {"POST", "/v1/rerank", openai::rerank, Scope::kInfer, BodyKind::kJson, Dialect::kOpenAi},
    {"POST", "/v1/messages", anthropic::messages, Scope::kInfer, BodyKind::kJson,
     Dialect::kAnthropic},
    {"POST", "/v1/messages/count_tokens", anthropic::count_tokens, Scope::kInfer, BodyKind::kJson,
     Dialect::kAnthropic},
    {"GET", "/v1/models", openai::models, Scope::kInfer, BodyKind::kNone, Dialect::kOpenAi},
    {"GET", "/v1/models/:model", openai::model, Scope::kInfer, BodyKind::kNone, Dialect::kOpenAi},

    {"GET", "/health", operations::health, Scope::kPublic},
    {"HEAD", "/health", operations::health, Scope::kPublic},
    {"GET", "/ready", operations::ready, Scope::kPublic},
    {"HEAD", "/ready", operations::ready, Scope::kPublic},
    {"GET", "/metrics", operations::metrics, Scope::kAdmin},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace lar::server
