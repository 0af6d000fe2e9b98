// An embedding model as a Service: vectors of texts, or scores of documents.
#pragma once

#include <memory>
#include <unordered_map>

#include "runtime/embedder.h"
#include "runtime/service.h"

namespace lar::runtime {

class EmbedService final : public Service {
 public:
  static Result<std::unique_ptr<Service>> load(std::shared_ptr<const gguf::File> file,
                                               const LoadOptions& options);

  void submit(ServiceId id, Request request, ServiceSink& sink) override;
  void cancel(ServiceId id) override;
  bool step(ServiceSink& sink) override;
  const ServiceFacts& facts() const override { return facts_; }
  ServiceLoad current_load() const override;

 private:
  class Adapter;

  explicit EmbedService(std::unique_ptr<Embedder> embedder);

  Result<void> take(ServiceId id, const GenerateRequest& request, ServiceSink& sink);
  Result<void> take(ServiceId id, const EmbedRequest& request, ServiceSink& sink);
  Result<void> take(ServiceId id, const RerankRequest& request, ServiceSink& sink);
  Result<void> take(ServiceId id, const TokenizeRequest& request, ServiceSink& sink);
  Result<void> take(ServiceId id, const DetokenizeRequest& request, ServiceSink& sink);
  void open(ServiceId id, EmbedId job);
  ServiceId close(EmbedId job);

  std::unique_ptr<Embedder> embedder_;
  ServiceFacts facts_;
  uint64_t prompt_tokens_ = 0;
  std::unordered_map<EmbedId, ServiceId> ids_;
  std::unordered_map<ServiceId, EmbedId> jobs_;
  std::vector<ServiceId> cancelled_;  // told in the next step
};

}  // namespace lar::runtime
