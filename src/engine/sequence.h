// One request on its way: its tokens, how far they are computed, and the blocks they stand in.
// Invariants (checked in tests by invariants.h):
//   published * block_tokens <= computed <= tokens.size() <= context
//   the table covers `computed`; its first `published` blocks are nodes of the prefix tree, each
//   the child of the one before; the others are held by this sequence alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "backend/backend.h"
#include "engine/events.h"
#include "engine/kv_cache.h"
#include "engine/request.h"
#include "sampling/sampler.h"

namespace lar::engine {

struct EngineShape {
  uint32_t context = 0;
  uint32_t vocab = 0;
  uint32_t block_tokens = 0;
};

class Sequence {
 public:
  // Errors: those of the sampling options. `request` is valid.
  static Result<std::unique_ptr<Sequence>> create(SequenceId id,
                                                  Request request,
                                                  const EngineShape& shape,
                                                  std::chrono::nanoseconds now);

  SequenceId id() const { return id_; }
  std::span<const int32_t> tokens() const { return tokens_; }
  std::span<const BlockId> table() const { return table_; }
  uint32_t computed() const { return computed_; }
  uint32_t published() const { return published_; }
  uint32_t pending() const { return static_cast<uint32_t>(tokens_.size()) - computed_; }
  bool prompt_done() const { return stats.generated_tokens > 0; }
  const Request& request() const { return request_; }

  // Rows of the prompt that are still to be delivered.
  bool wants_rows() const {
    return request_.prompt_rows != PromptRows::kNone && rows_delivered_ < stats.prompt_tokens;
  }
  bool wants_logprobs() const { return sampler_.params().top_logprobs >= 0; }
  bool samples() const { return limit_ > 0; }
  bool at_limit() const { return stats.generated_tokens >= limit_; }
  bool context_full() const { return tokens_.size() >= shape_.context; }
  bool is_eog(int32_t token) const;

  // Takes the full blocks that are cached of the next tokens; at least the last token stays to be
  // computed.
  void attach_blocks(KvCache& cache);

  // Where a cached prefix ends inside a block: takes that part as a copy. Once a start.
  void attach_partial(KvCache& cache, backend::Executable& executable);

  // Whether this sequence is about to compute and publish the block that `other` needs next.
  bool computes_next_of(const Sequence& other) const;

  // Leading blocks of the known tokens that other sequences hold: they cost nothing.
  uint32_t shared_blocks(const KvCache& cache) const;

  // Takes the blocks for the next `count` tokens; the caller has made sure they are available.
  void reserve(uint32_t count, KvCache& cache);

  // `count` more tokens are computed: full blocks become findable.
  void commit(uint32_t count, KvCache& cache);

  // Tells of the rows of [first, first + count), where `row(i)` is the i-th of them.
  template <class RowOf>
  void deliver_rows(uint32_t first, uint32_t count, EventSink& sink, const RowOf& row) {
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t position = first + i;
      if (position != rows_delivered_ || !wants_rows()) continue;
      ++rows_delivered_;
      sink.on_prompt_row(id_, position, row(i));
    }
  }

  Result<sampling::Sample> sample(std::span<float> logits, sampling::Workspace& work);
  void append(int32_t token) { tokens_.push_back(token); }

  // Drops half of the unkept tokens; the rest must be computed again. Returns how many went.
  uint32_t shift(KvCache& cache);

  // Lets go of all blocks; the sequence starts over when it is computed again.
  void release_blocks(KvCache& cache);
  // As release_blocks, and forgets contents that may be wrong.
  void discard_blocks(KvCache& cache);

  SequenceStats stats;
  std::chrono::nanoseconds submitted{0};
  std::chrono::nanoseconds started{-1};      // negative: not yet
  std::chrono::nanoseconds first_token{-1};  // negative: not yet
  bool cancel_requested = false;
  bool finished = false;

 private:
  Sequence(SequenceId id,
           Request request,
           const EngineShape& shape,
           sampling::Sampler sampler,
           std::chrono::nanoseconds now);

  uint32_t cacheable_end() const;
  void count_cached(uint32_t tokens);
  // Only at the end of a published block can a cached one follow.
  bool can_attach() const {
    return computed_ == published_ * shape_.block_tokens && table_.size() == published_;
  }
  std::span<const int32_t> next_block() const {
    return tokens().subspan(size_t{published_} * shape_.block_tokens, shape_.block_tokens);
  }
  BlockId last_published() const { return published_ == 0 ? kNoBlock : table_[published_ - 1]; }
  void start_over();

  SequenceId id_;
  Request request_;
  EngineShape shape_;
  sampling::Sampler sampler_;
  uint32_t limit_;
  uint32_t keep_;
  std::vector<int32_t> tokens_;
  std::vector<BlockId> table_;
  uint32_t computed_ = 0;
  uint32_t published_ = 0;
  uint32_t rows_delivered_ = 0;
  bool may_copy_ = true;  // nothing is computed or copied since the start
};

}  // namespace lar::engine
