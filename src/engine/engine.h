// Generation for many sequences at once, in token ids: one step computes a batch of tokens of all
// of them, and a single prompt is a batch of one. See README.md for the life of a step.
// One thread owns an engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "backend/backend.h"
#include "base/result.h"
#include "engine/events.h"
#include "engine/invariants.h"
#include "engine/kv_cache.h"
#include "engine/request.h"
#include "engine/sequence.h"
#include "engine/step_plan.h"
#include "sampling/workspace.h"

namespace lar::engine {

struct EngineOptions {
  backend::StepLimits limits;  // those the executable was compiled for
  uint32_t block_tokens = 32;
  uint32_t blocks = 0;
  uint32_t context = 0;  // tokens a sequence may have
  uint32_t vocab = 0;
  uint32_t waiting_max = 4096;
  // Prompt tokens in a step in which others generate; their next token waits for them.
  uint32_t prefill_tokens_while_decoding = 512;
  std::function<std::chrono::nanoseconds()> now;  // empty: the steady clock
};

// What the engine holds at the moment.
struct EngineLoad {
  uint32_t running = 0;
  uint32_t waiting = 0;
  uint32_t blocks = 0;
  uint32_t blocks_in_use = 0;  // by running sequences
  uint32_t blocks_cached = 0;  // kept only as prefixes
};

class Engine {
 public:
  // Errors: invalid_argument for limits of 0 or a cache that cannot hold one full context.
  static Result<std::unique_ptr<Engine>> create(std::unique_ptr<backend::Executable> executable,
                                                EngineOptions options);

  // Queues a request. Errors: invalid_argument (the request, with the reason),
  // resource_exhausted (waiting_max).
  Result<SequenceId> submit(Request request);

  // The sequence ends with kCancelled in the next step. False if there is no such sequence.
  bool cancel(SequenceId id);

  // Runs one step and reports what it brought. True while there is work left. An error of the
  // backend ends the sequences of the step with it, and the engine goes on with the others.
  bool step(EventSink& sink);

  bool idle() const { return running_.empty() && waiting_.empty(); }
  EngineLoad load() const;
  const EngineOptions& options() const { return options_; }

  // Copies of all that `check_invariants` looks at.
  Snapshot snapshot() const;

 private:
  // What one sequence does in the step at hand.
  struct Slice {
    Sequence* sequence = nullptr;
    uint32_t first_output = 0;
    uint32_t outputs = 0;
  };

  Engine(std::unique_ptr<backend::Executable> executable, EngineOptions options);

  void end_cancelled(EventSink& sink);
  void admit();
  void plan();
  bool repeats_older(size_t index) const;
  void reserve();
  bool fits(const Sequence& sequence, uint32_t tokens) const;
  void preempt_youngest();
  void build_input();
  Result<void> run();
  void commit(EventSink& sink);
  void commit_slice(const Slice& slice, const backend::SequenceSlice& rows, EventSink& sink);
  void take_token(Sequence& sequence, uint32_t output, EventSink& sink);
  void fail_step(const Error& error, EventSink& sink);
  void finish(Sequence& sequence, Finished finished, EventSink& sink);
  void remove_finished();

  std::unique_ptr<backend::Executable> executable_;
  EngineOptions options_;
  EngineShape shape_;
  KvCache cache_;
  sampling::Workspace workspace_;
  SequenceId last_id_ = 0;
  bool cancellations_ = false;
  uint32_t turn_ = 0;

  // Both in order of submission, and everything running is older than everything waiting.
  std::vector<std::unique_ptr<Sequence>> running_;
  std::vector<std::unique_ptr<Sequence>> waiting_;

  // The step at hand; reserved once.
  std::vector<PlanInput> inputs_;
  std::vector<PlanShare> shares_;
  std::vector<Slice> slices_;
  std::vector<backend::SequenceSlice> rows_;
  std::vector<int32_t> tokens_;
  std::vector<uint32_t> output_rows_;
};

}  // namespace lar::engine
