#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace lar::engine {

namespace {

std::chrono::nanoseconds steady_now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::create(std::unique_ptr<backend::Executable> executable,
                                               EngineOptions options) {
  LAR_CHECK(executable != nullptr);
  const auto& limits = options.limits;
  if (limits.tokens == 0 || limits.outputs == 0 || limits.sequences == 0 ||
      options.block_tokens == 0 || options.context == 0 || options.vocab == 0) {
    return fail(Code::kInvalidArgument, "the limits of the engine must not be 0");
  }
  if (uint64_t{options.blocks} * options.block_tokens < options.context) {
    return fail(Code::kInvalidArgument,
                fmt::format("a KV cache of {} blocks of {} tokens cannot hold a context of {}",
                            options.blocks, options.block_tokens, options.context));
  }
  if (!options.now) options.now = steady_now;
  return std::unique_ptr<Engine>(new Engine(std::move(executable), std::move(options)));
}

Engine::Engine(std::unique_ptr<backend::Executable> executable, EngineOptions options)
    : executable_(std::move(executable)),
      options_(std::move(options)),
      shape_{.context = options_.context,
             .vocab = options_.vocab,
             .block_tokens = options_.block_tokens},
      cache_(options_.blocks, options_.block_tokens),
      workspace_(options_.vocab, options_.context) {
  const backend::StepLimits& limits = options_.limits;
  running_.reserve(limits.sequences);
  waiting_.reserve(size_t{options_.waiting_max} + limits.sequences);
  inputs_.reserve(limits.sequences);
  shares_.reserve(limits.sequences);
  slices_.reserve(limits.sequences);
  rows_.reserve(limits.sequences);
  tokens_.reserve(limits.tokens);
  output_rows_.reserve(limits.outputs);
}

Result<SequenceId> Engine::submit(Request request) {
  EngineShape shape = shape_;
  if (request.context > 0) shape.context = std::min(shape.context, request.context);
  LAR_TRY(validate(request, shape.context, options_.vocab));
  if (waiting_.size() >= options_.waiting_max) {
    return fail(Code::kResourceExhausted,
                fmt::format("{} requests are waiting already", options_.waiting_max));
  }
  LAR_TRY(auto sequence, Sequence::create(last_id_ + 1, std::move(request), shape, options_.now()));
  waiting_.push_back(std::move(sequence));
  return ++last_id_;
}

bool Engine::cancel(SequenceId id) {
  for (auto* list : {&running_, &waiting_}) {
    for (const auto& sequence : *list) {
      if (sequence->id() != id || sequence->finished) continue;
      sequence->cancel_requested = true;
      cancellations_ = true;
      return true;
    }
  }
  return false;
}

bool Engine::step(EventSink& sink) {
  end_cancelled(sink);
  admit();
  plan();
  reserve();
  build_input();
  if (!rows_.empty()) {
    if (auto done = run(); done) {
      commit(sink);
    } else {
      fail_step(done.error(), sink);
    }
  }
  remove_finished();
  return !idle();
}

void Engine::end_cancelled(EventSink& sink) {
  if (!cancellations_) return;
  cancellations_ = false;
  for (auto* list : {&running_, &waiting_}) {
    // By index: the sink may submit, which appends to waiting_.
    for (size_t i = 0; i < list->size(); ++i) {
      Sequence& sequence = *(*list)[i];
      if (!sequence.cancel_requested || sequence.finished) continue;
      sequence.release_blocks(cache_);
      finish(sequence, {.reason = FinishReason::kCancelled}, sink);
    }
  }
  remove_finished();
}

void Engine::admit() {
  while (!waiting_.empty() && running_.size() < options_.limits.sequences) {
    Sequence& next = *waiting_.front();
    AdmissionInput input{.available_blocks = cache_.available(),
                         .running = static_cast<uint32_t>(running_.size())};
    for (const auto& sequence : running_) {
      input.running_missing +=
          blocks_missing(static_cast<uint32_t>(sequence->tokens().size()), shape_.block_tokens,
                         static_cast<uint32_t>(sequence->table().size()));
    }
    input.wanted = blocks_missing(static_cast<uint32_t>(next.tokens().size()), shape_.block_tokens,
                                  next.shared_blocks(cache_));
    if (!may_admit(input)) return;
    if (next.started.count() < 0) {
      next.started = options_.now();
      next.stats.queued = next.started - next.submitted;
    }
    // At once, so that the next admission counts with what is left.
    next.attach_blocks(cache_);
    running_.push_back(std::move(waiting_.front()));
    waiting_.erase(waiting_.begin());
  }
}

void Engine::plan() {
  inputs_.clear();
  for (size_t i = 0; i < running_.size(); ++i) {
    Sequence& sequence = *running_[i];
    bool waits = false;
    if (sequence.pending() > 1) {
      // What another has computed since may serve this one too.
      sequence.attach_blocks(cache_);
      waits = repeats_older(i);
      if (!waits) sequence.attach_partial(cache_, *executable_);
    }
    inputs_.push_back(
        {.pending = waits ? 0 : sequence.pending(), .all_rows = sequence.wants_rows()});
  }
  shares_.resize(inputs_.size());
  const uint32_t first = running_.empty() ? 0 : turn_++ % static_cast<uint32_t>(running_.size());
  plan_step(inputs_, options_.limits, options_.prefill_tokens_while_decoding, first, shares_);
}

// Prompts that start alike and come at once: the oldest computes what they share. No two wait for
// each other, because one only waits for an older one.
bool Engine::repeats_older(size_t index) const {
  for (size_t i = 0; i < index; ++i) {
    if (running_[i]->computes_next_of(*running_[index])) return true;
  }
  return false;
}

// Oldest first. Where blocks are lacking, the youngest gives up its own and waits again: the oldest
// always gets what it needs, because one full context fits in the cache.
void Engine::reserve() {
  for (size_t i = 0; i < running_.size(); ++i) {
    const uint32_t tokens = shares_[i].tokens;
    if (tokens == 0) continue;
    while (i < running_.size() && !fits(*running_[i], tokens)) {
      LAR_CHECK(running_.size() > 1);
      preempt_youngest();
    }
    if (i < running_.size()) running_[i]->reserve(tokens, cache_);
  }
}

bool Engine::fits(const Sequence& sequence, uint32_t tokens) const {
  return blocks_missing(sequence.computed() + tokens, shape_.block_tokens,
                        static_cast<uint32_t>(sequence.table().size())) <= cache_.available();
}

void Engine::preempt_youngest() {
  Sequence& victim = *running_.back();
  victim.release_blocks(cache_);
  ++victim.stats.preemptions;
  waiting_.insert(waiting_.begin(), std::move(running_.back()));
  running_.pop_back();
  shares_.pop_back();
}

void Engine::build_input() {
  slices_.clear();
  rows_.clear();
  tokens_.clear();
  output_rows_.clear();
  for (size_t i = 0; i < running_.size(); ++i) {
    const PlanShare share = shares_[i];
    if (share.tokens == 0) continue;
    Sequence& sequence = *running_[i];
    const auto row_begin = static_cast<uint32_t>(tokens_.size());
    slices_.push_back({.sequence = &sequence,
                       .first_output = static_cast<uint32_t>(output_rows_.size()),
                       .outputs = share.outputs});
    rows_.push_back({.row_begin = row_begin,
                     .tokens = share.tokens,
                     .first_position = sequence.computed(),
                     .block_table = sequence.table()});
    const auto added = sequence.tokens().subspan(sequence.computed(), share.tokens);
    tokens_.insert(tokens_.end(), added.begin(), added.end());
    for (uint32_t k = share.tokens - share.outputs; k < share.tokens; ++k) {
      output_rows_.push_back(row_begin + k);
    }
  }
}

Result<void> Engine::run() {
  const bool want_logits = std::ranges::any_of(slices_, [](const Slice& slice) {
    return slice.sequence->samples() ||
           slice.sequence->request().prompt_rows == PromptRows::kLogits;
  });
  return executable_->run({.tokens = tokens_,
                           .sequences = rows_,
                           .output_rows = output_rows_,
                           .want_logits = want_logits});
}

void Engine::commit(EventSink& sink) {
  for (size_t i = 0; i < slices_.size(); ++i) commit_slice(slices_[i], rows_[i], sink);
}

void Engine::commit_slice(const Slice& slice, const backend::SequenceSlice& rows, EventSink& sink) {
  Sequence& sequence = *slice.sequence;
  const uint32_t first_output_position = rows.first_position + rows.tokens - slice.outputs;
  sequence.deliver_rows(first_output_position, slice.outputs, sink,
                        [&](uint32_t i) -> std::span<const float> {
                          const uint32_t output = slice.first_output + i;
                          if (sequence.request().prompt_rows == PromptRows::kHidden) {
                            return executable_->hidden(output);
                          }
                          return executable_->logits(output);
                        });
  sequence.commit(rows.tokens, cache_);
  if (!sequence.prompt_done()) {
    sink.on_prompt_progress(sequence.id(), sequence.computed(), sequence.stats.prompt_tokens);
  }
  // The sink may have cancelled it.
  if (sequence.pending() > 0 || sequence.cancel_requested) return;
  if (!sequence.samples()) {
    sequence.release_blocks(cache_);
    finish(sequence, {.reason = FinishReason::kLength}, sink);
    return;
  }
  take_token(sequence, slice.first_output + slice.outputs - 1, sink);
}

void Engine::take_token(Sequence& sequence, uint32_t output, EventSink& sink) {
  auto sample = sequence.sample(executable_->logits(output), workspace_);
  if (sequence.first_token.count() < 0) sequence.first_token = options_.now();
  if (!sample) {
    sequence.discard_blocks(cache_);
    finish(sequence, {.reason = FinishReason::kError, .error = std::move(sample).error()}, sink);
    return;
  }
  std::optional<Finished> end;
  if (sequence.is_eog(sample->token)) {
    end = {.reason = FinishReason::kStop, .eog_token = sample->token};
  } else {
    sequence.append(sample->token);
    const TokenAction action = sink.on_token({.id = sequence.id(),
                                              .token = sample->token,
                                              .has_logprob = sequence.wants_logprobs(),
                                              .logprob = sample->logprob,
                                              .top_logprobs = sample->top});
    if (action == TokenAction::kStop) {
      end = {.reason = FinishReason::kStop};
    } else if (sequence.at_limit()) {
      end = {.reason = FinishReason::kLength};
    } else if (sequence.context_full()) {
      const uint32_t discarded = sequence.request().shift ? sequence.shift(cache_) : 0;
      if (discarded > 0) {
        sink.on_shifted(sequence.id(), discarded);
      } else {
        end = {.reason = FinishReason::kLength};
      }
    }
  }
  if (!end) return;
  sequence.release_blocks(cache_);
  finish(sequence, std::move(*end), sink);
}

void Engine::fail_step(const Error& error, EventSink& sink) {
  for (const Slice& slice : slices_) {
    slice.sequence->discard_blocks(cache_);
    finish(*slice.sequence, {.reason = FinishReason::kError, .error = error}, sink);
  }
}

void Engine::finish(Sequence& sequence, Finished finished, EventSink& sink) {
  sequence.finished = true;
  SequenceStats& stats = sequence.stats;
  const auto now = options_.now();
  if (sequence.started.count() < 0) {
    stats.queued = now - sequence.submitted;
  } else if (sequence.first_token.count() < 0) {
    stats.prompt = now - sequence.started;
  } else {
    stats.prompt = sequence.first_token - sequence.started;
    stats.generation = now - sequence.first_token;
  }
  finished.stats = stats;
  sink.on_finished(sequence.id(), finished);
}

void Engine::remove_finished() {
  for (auto* list : {&running_, &waiting_}) {
    std::erase_if(*list, [](const auto& sequence) { return sequence->finished; });
  }
}

EngineLoad Engine::load() const {
  return {.running = static_cast<uint32_t>(running_.size()),
          .waiting = static_cast<uint32_t>(waiting_.size()),
          .blocks = cache_.pool().size(),
          .blocks_in_use = cache_.pool().size() - cache_.available(),
          .blocks_cached = cache_.tree().unused_count()};
}

Snapshot Engine::snapshot() const {
  Snapshot result{.block_tokens = shape_.block_tokens, .context = shape_.context};
  const BlockPool& pool = cache_.pool();
  result.free_blocks.assign(pool.free_blocks().begin(), pool.free_blocks().end());
  for (uint32_t i = 0; i < pool.size(); ++i) {
    const auto block = static_cast<BlockId>(i);
    Snapshot::Block entry{.holders = pool.holders(block)};
    if (cache_.tree().contains(block)) {
      const auto tokens = cache_.tree().tokens(block);
      entry.in_tree = true;
      entry.unused = cache_.tree().unused(block);
      entry.parent = cache_.tree().parent(block);
      entry.tokens.assign(tokens.begin(), tokens.end());
    }
    result.blocks.push_back(std::move(entry));
  }
  for (const auto* list : {&running_, &waiting_}) {
    for (const auto& sequence : *list) {
      result.sequences.push_back({.id = sequence->id(),
                                  .running = list == &running_,
                                  .tokens = {sequence->tokens().begin(), sequence->tokens().end()},
                                  .table = {sequence->table().begin(), sequence->table().end()},
                                  .computed = sequence->computed(),
                                  .published = sequence->published()});
    }
  }
  return result;
}

}  // namespace lar::engine
