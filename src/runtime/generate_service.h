// A generating model as a Service.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "chat/parsers/output_parser.h"
#include "runtime/dialect.h"
#include "runtime/model.h"
#include "runtime/service.h"
#include "runtime/text_engine.h"

namespace lar::runtime {

class GenerateService final : public Service, private TextSink {
 public:
  static Result<std::unique_ptr<Service>> load(std::shared_ptr<const gguf::File> file,
                                               const LoadOptions& options,
                                               const PromptStyle& style);
  ~GenerateService() override;

  void submit(ServiceId id, Request request, ServiceSink& sink) override;
  void cancel(ServiceId id) override;
  bool step(ServiceSink& sink) override;
  const ServiceFacts& facts() const override { return facts_; }
  ServiceLoad current_load() const override;

 private:
  struct Job;

  GenerateService(std::unique_ptr<Model> model, Dialects dialects);

  // One a kind of request; a failure becomes the request's Error.
  Result<void> take(ServiceId id, GenerateRequest&& request, ServiceSink& sink);
  Result<void> take(ServiceId id, EmbedRequest&& request, ServiceSink& sink);
  Result<void> take(ServiceId id, RerankRequest&& request, ServiceSink& sink);
  Result<void> take(ServiceId id, TokenizeRequest&& request, ServiceSink& sink);
  Result<void> take(ServiceId id, DetokenizeRequest&& request, ServiceSink& sink);

  Result<GrammarSpec> grammar_of(const GenerateRequest& request, const Dialect& dialect) const;
  Result<std::unique_ptr<sampling::TokenMask>> mask_of(const GenerateRequest& request,
                                                       const Dialect& dialect,
                                                       const chat::OutputOptions& reading);
  void open_parser(Job& job, const GenerateRequest& request, const chat::OutputOptions& reading);
  void send(Job& job, GenerateDelta&& delta);
  // Ends a request whose answer cannot be read; what the engine still makes of it is dropped.
  void give_up(RequestId stream, const Error& error);
  std::vector<int32_t> context_of(Job& job, const TextDone& ended) const;
  std::vector<std::string> warnings_of(const Options& options) const;

  void on_text(RequestId stream,
               std::string_view text,
               std::span<const TokenProbability> tokens) override;
  void on_done(RequestId stream, const TextDone& done) override;

  std::unique_ptr<Model> model_;
  TextEngine text_;
  Dialects dialects_;
  ServiceFacts facts_;
  ServiceLoad totals_;                                        // its counts of tokens alone
  std::unordered_map<RequestId, std::unique_ptr<Job>> jobs_;  // by the engine's id
  std::unordered_map<ServiceId, RequestId> streams_;          // the engine's id by the caller's
  ServiceSink* sink_ = nullptr;                               // during a step
};

}  // namespace lar::runtime
