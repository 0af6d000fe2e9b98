#include "runtime/embed_service.h"

#include <utility>

#include "runtime/text_requests.h"

namespace lar::runtime {

// Passes the embedder's answers on under the callers' ids.
class EmbedService::Adapter final : public EmbedSink {
 public:
  Adapter(EmbedService& owner, ServiceSink& sink) : owner_(owner), sink_(sink) {}

  void on_embedded(EmbedId job, EmbedResult&& result) override {
    owner_.prompt_tokens_ += result.tokens;
    sink_.on_event(owner_.close(job), std::move(result));
  }
  void on_reranked(EmbedId job, RerankResult&& result) override {
    owner_.prompt_tokens_ += result.tokens;
    sink_.on_event(owner_.close(job), std::move(result));
  }
  void on_failed(EmbedId job, const Error& error) override {
    sink_.on_event(owner_.close(job), Error(error));
  }

 private:
  EmbedService& owner_;
  ServiceSink& sink_;
};

EmbedService::EmbedService(std::unique_ptr<Embedder> embedder) : embedder_(std::move(embedder)) {
  facts_.info = embedder_->info();
  facts_.memory = embedder_->memory();
  facts_.context = embedder_->context();
  facts_.reranks = embedder_->reranks();
  facts_.embeds = !facts_.reranks;
  facts_.embedding_width = facts_.embeds ? embedder_->width() : 0;
}

Result<std::unique_ptr<Service>> EmbedService::load(std::shared_ptr<const gguf::File> file,
                                                    const LoadOptions& options) {
  LAR_TRY(auto embedder, Embedder::load(std::move(file), options));
  return std::unique_ptr<Service>(new EmbedService(std::move(embedder)));
}

void EmbedService::open(ServiceId id, EmbedId job) {
  ids_.emplace(job, id);
  jobs_.emplace(id, job);
}

ServiceId EmbedService::close(EmbedId job) {
  const auto found = ids_.find(job);
  const ServiceId id = found->second;
  ids_.erase(found);
  jobs_.erase(id);
  return id;
}

Result<void> EmbedService::take(ServiceId, const GenerateRequest&, ServiceSink&) {
  return fail(Code::kUnsupported, "this model makes embeddings, it does not support generate");
}

Result<void> EmbedService::take(ServiceId id, const EmbedRequest& request, ServiceSink&) {
  LAR_TRY(const EmbedId job, embedder_->submit(request));
  open(id, job);
  return {};
}

Result<void> EmbedService::take(ServiceId id, const RerankRequest& request, ServiceSink&) {
  LAR_TRY(const EmbedId job, embedder_->submit(request));
  open(id, job);
  return {};
}

Result<void> EmbedService::take(ServiceId id, const TokenizeRequest& request, ServiceSink& sink) {
  LAR_TRY(auto result, tokenize(embedder_->tokenizer(), request));
  sink.on_event(id, std::move(result));
  return {};
}

Result<void> EmbedService::take(ServiceId id, const DetokenizeRequest& request, ServiceSink& sink) {
  LAR_TRY(auto result, detokenize(embedder_->tokenizer(), request));
  sink.on_event(id, std::move(result));
  return {};
}

void EmbedService::submit(ServiceId id, Request request, ServiceSink& sink) {
  const Result<void> taken =
      std::visit([&](const auto& kind) { return take(id, kind, sink); }, request);
  if (!taken) sink.on_event(id, Error(taken.error()));
}

void EmbedService::cancel(ServiceId id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  embedder_->cancel(found->second);
  close(found->second);
  cancelled_.push_back(id);
}

bool EmbedService::step(ServiceSink& sink) {
  for (const ServiceId id : std::exchange(cancelled_, {})) {
    sink.on_event(id, Error{Code::kCancelled, "the request was cancelled"});
  }
  Adapter adapter(*this, sink);
  return embedder_->step(adapter);
}

ServiceLoad EmbedService::current_load() const {
  return {.running = static_cast<uint32_t>(jobs_.size()), .prompt_tokens = prompt_tokens_};
}

}  // namespace lar::runtime
