#include "engine/sequence.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "engine/context_shift.h"

namespace lar::engine {

namespace {
// Copying a block moves the keys and values of every layer; below this it is not worth it.
constexpr uint32_t kPartialTokensMin = 4;
}  // namespace

Result<std::unique_ptr<Sequence>> Sequence::create(SequenceId id,
                                                   Request request,
                                                   const EngineShape& shape,
                                                   std::chrono::nanoseconds now) {
  sampling::Params params = std::move(request.params);
  std::ranges::sort(request.eog_tokens);
  if (request.ignore_eos) {
    for (const int32_t token : request.eog_tokens) {
      params.logit_bias.push_back({token, -std::numeric_limits<float>::infinity()});
    }
  }
  LAR_TRY(auto sampler, sampling::Sampler::create(std::move(params), {.vocab = shape.vocab,
                                                                      .context = shape.context,
                                                                      .mask = request.mask.get()}));
  return std::unique_ptr<Sequence>(
      new Sequence(id, std::move(request), shape, std::move(sampler), now));
}

Sequence::Sequence(SequenceId id,
                   Request request,
                   const EngineShape& shape,
                   sampling::Sampler sampler,
                   std::chrono::nanoseconds now)
    : submitted(now),
      id_(id),
      request_(std::move(request)),
      shape_(shape),
      sampler_(std::move(sampler)),
      limit_(generation_limit(request_, shape.context)) {
  const auto prompt = static_cast<uint32_t>(request_.prompt.size());
  keep_ = request_.num_keep < 0 ? prompt : static_cast<uint32_t>(request_.num_keep);
  stats.prompt_tokens = prompt;
  stats.seed = sampler_.seed();
  const auto positions =
      static_cast<uint32_t>(std::min<uint64_t>(shape.context, uint64_t{prompt} + limit_));
  tokens_.reserve(positions);
  tokens_.assign(request_.prompt.begin(), request_.prompt.end());
  table_.reserve(positions / shape.block_tokens + 1);
  sampler_.accept_prompt(tokens_);
}

bool Sequence::is_eog(int32_t token) const {
  return !request_.ignore_eos && std::ranges::binary_search(request_.eog_tokens, token);
}

uint32_t Sequence::cacheable_end() const {
  if (!request_.use_prefix_cache) return 0;
  return wants_rows() ? rows_delivered_ : static_cast<uint32_t>(tokens_.size()) - 1;
}

void Sequence::attach_blocks(KvCache& cache) {
  if (!can_attach()) return;
  const uint32_t end = cacheable_end();
  while (computed_ + shape_.block_tokens <= end) {
    const BlockId block = cache.tree().find(last_published(), next_block());
    if (block == kNoBlock) return;
    cache.retain(block);
    table_.push_back(block);
    ++published_;
    computed_ += shape_.block_tokens;
    count_cached(shape_.block_tokens);
  }
}

void Sequence::attach_partial(KvCache& cache, backend::Executable& executable) {
  if (!may_copy_ || !can_attach()) return;
  may_copy_ = false;
  const uint32_t end = cacheable_end();
  if (computed_ >= end) return;
  const uint32_t wanted = std::min(end - computed_, shape_.block_tokens);
  const auto partial =
      cache.tree().find_partial(last_published(), tokens().subspan(computed_, wanted));
  if (partial.tokens < std::min(kPartialTokensMin, shape_.block_tokens)) return;
  cache.retain(partial.block);  // the allocation must not evict it
  if (const auto copy = cache.allocate()) {
    executable.copy_kv_block(partial.block, *copy, partial.tokens);
    table_.push_back(*copy);
    computed_ += partial.tokens;
    count_cached(partial.tokens);
  }
  cache.release(partial.block);
}

void Sequence::count_cached(uint32_t tokens) {
  if (!prompt_done() && stats.preemptions == 0) stats.cached_tokens += tokens;
}

bool Sequence::computes_next_of(const Sequence& other) const {
  if (!request_.use_prefix_cache || pending() < 2 || !other.can_attach()) return false;
  const uint32_t end = (published_ + 1) * shape_.block_tokens;
  // The same last node means the same tokens up to it.
  return published_ == other.published_ && last_published() == other.last_published() &&
         end <= tokens_.size() && end <= other.cacheable_end() &&
         std::ranges::equal(next_block(), other.next_block());
}

uint32_t Sequence::shared_blocks(const KvCache& cache) const {
  const uint32_t end = cacheable_end();
  uint32_t shared = 0;
  BlockId at = kNoBlock;
  for (uint32_t position = 0; position + shape_.block_tokens <= end;
       position += shape_.block_tokens) {
    at = cache.tree().find(at, tokens().subspan(position, shape_.block_tokens));
    if (at == kNoBlock || cache.tree().unused(at)) break;
    ++shared;
  }
  return shared;
}

void Sequence::reserve(uint32_t count, KvCache& cache) {
  while (table_.size() * shape_.block_tokens < computed_ + count) {
    const auto block = cache.allocate();
    LAR_CHECK(block.has_value());
    table_.push_back(*block);
  }
}

void Sequence::commit(uint32_t count, KvCache& cache) {
  computed_ += count;
  if (!request_.use_prefix_cache) return;
  while ((published_ + 1) * shape_.block_tokens <= computed_) {
    table_[published_] = cache.publish(last_published(), table_[published_], next_block());
    ++published_;
  }
}

Result<sampling::Sample> Sequence::sample(std::span<float> logits, sampling::Workspace& work) {
  LAR_TRY(const sampling::Sample sample, sampler_.sample(logits, work));
  sampler_.accept(sample.token);
  ++stats.generated_tokens;
  return sample;
}

uint32_t Sequence::shift(KvCache& cache) {
  const ShiftRange range = shift_range(static_cast<uint32_t>(tokens_.size()), keep_);
  if (range.count == 0) return 0;
  release_blocks(cache);
  const auto begin = tokens_.begin() + static_cast<std::ptrdiff_t>(range.begin);
  tokens_.erase(begin, begin + static_cast<std::ptrdiff_t>(range.count));
  stats.discarded_tokens += range.count;
  return range.count;
}

void Sequence::release_blocks(KvCache& cache) {
  for (size_t i = table_.size(); i-- > 0;) cache.release(table_[i]);
  start_over();
}

void Sequence::discard_blocks(KvCache& cache) {
  for (size_t i = table_.size(); i-- > 0;) cache.discard(table_[i]);
  start_over();
}

void Sequence::start_over() {
  table_.clear();
  computed_ = 0;
  published_ = 0;
  may_copy_ = true;
}

}  // namespace lar::engine
