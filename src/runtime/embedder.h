// A model file made ready to turn texts into vectors, or to score documents for a query. Texts of
// all requests that wait share the steps: a short one is not held up by many long ones.
// One thread owns it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "base/result.h"
#include "gguf/reader.h"
#include "models/embedding.h"
#include "runtime/embed_text.h"
#include "runtime/inference.h"
#include "runtime/model.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

struct EmbedLimits {
  static constexpr size_t kMaxTexts = 65'536;           // of one request
  static constexpr size_t kMaxWaitingTexts = 1U << 20;  // of all requests
};

using EmbedId = uint64_t;

// Gets one call for each request that was not cancelled.
class EmbedSink {
 public:
  virtual ~EmbedSink() = default;
  virtual void on_embedded(EmbedId id, EmbedResult&& result) = 0;
  virtual void on_reranked(EmbedId id, RerankResult&& result) = 0;
  virtual void on_failed(EmbedId id, const Error& error) = 0;
};

class Embedder {
 public:
  // Of `options`, context is cut to the trained one and batch grows to it where texts must be whole
  // in a step; parallel has no meaning. Errors: unsupported for a file that names no pooling; what
  // is wrong with the file; resource_exhausted.
  static Result<std::unique_ptr<Embedder>> load(std::shared_ptr<const gguf::File> file,
                                                const LoadOptions& options);
  // The exact memory that load() takes.
  static Result<backend::MemoryPlan> plan(const gguf::File& file, const LoadOptions& options);
  ~Embedder();

  const gguf::File& file() const { return *file_; }
  const ModelInfo& info() const { return info_; }
  const tokenizer::Tokenizer& tokenizer() const { return *tokenizer_; }
  const backend::MemoryPlan& memory() const { return executable_->memory(); }
  uint32_t context() const { return context_; }
  uint32_t width() const { return width_; }  // of a vector; of a rank model: its hidden state
  bool reranks() const { return pooling_ == models::Pooling::kRank; }

  // Queues a request. Errors: invalid_argument (a text is too long and may not be cut; Ollama's
  // words), unsupported (vectors of a rank model, scores of another), resource_exhausted (limits).
  Result<EmbedId> submit(const EmbedRequest& request);
  Result<EmbedId> submit(const RerankRequest& request);

  // Forgets a request; nothing comes for it any more. False if there is no such request.
  bool cancel(EmbedId id);

  // Runs one step of the backend, at most max(batch, context) tokens, and reports the requests that
  // it completes. True while there is work left.
  bool step(EmbedSink& sink);

  bool idle() const { return jobs_.empty(); }
  size_t waiting_texts() const { return waiting_texts_; }

  // One request by itself. Nothing else may be queued.
  Result<EmbedResult> embed(const EmbedRequest& request);
  Result<RerankResult> rerank(const RerankRequest& request);

 private:
  struct Text;
  struct Job;
  struct Share;

  Embedder() = default;

  Result<EmbedId> enqueue(std::unique_ptr<Job> job);
  void plan_step();
  bool give(Text& text);
  bool take_blocks(Text& text);
  void release_blocks(Text& text);
  Result<void> run();
  void collect(const Share& share, uint32_t first_output);
  void end_text(Text& text);
  void finish_jobs(EmbedSink& sink);
  void fail_job(Job& job, const Error& error);
  template <class Request>
  Result<void> run_alone(const Request& request, EmbedSink& sink);

  std::shared_ptr<const gguf::File> file_;  // shared: the weights stay mapped while anyone reads
  ModelInfo info_;
  models::Pooling pooling_ = models::Pooling::kMean;
  bool raw_ = false;  // normalize = false is honoured
  bool bidirectional_ = false;
  uint32_t context_ = 0;
  uint32_t width_ = 0;
  uint32_t labels_ = 0;
  std::unique_ptr<tokenizer::Tokenizer> tokenizer_;
  std::unique_ptr<EmbedTexts> texts_;
  std::unique_ptr<backend::Backend> backend_;  // before the executable, which uses its threads
  std::unique_ptr<backend::Executable> executable_;
  backend::StepLimits limits_;
  uint32_t block_tokens_ = 0;

  EmbedId last_id_ = 0;
  size_t waiting_texts_ = 0;
  std::deque<std::unique_ptr<Job>> jobs_;  // whose turn it is comes first
  std::vector<int32_t> free_blocks_;

  // The step at hand.
  std::vector<Share> shares_;
  std::vector<int32_t> tokens_;
  std::vector<backend::SequenceSlice> slices_;
  std::vector<uint32_t> output_rows_;
};

}  // namespace lar::runtime
