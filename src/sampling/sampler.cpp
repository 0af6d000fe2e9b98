#include "sampling/sampler.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "sampling/draw.h"
#include "sampling/dry.h"
#include "sampling/logit_bias.h"
#include "sampling/logprobs.h"
#include "sampling/min_p.h"
#include "sampling/penalties.h"
#include "sampling/scan.h"
#include "sampling/temperature.h"
#include "sampling/top_k.h"
#include "sampling/top_n_sigma.h"
#include "sampling/top_p.h"
#include "sampling/typical.h"
#include "sampling/xtc.h"

namespace lar::sampling {

namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

// The window of an active stage in tokens; -1 stands for the whole context.
size_t window(bool active, int32_t last_n, uint32_t context) {
  if (!active) return 0;
  return last_n < 0 ? context : std::min<size_t>(static_cast<size_t>(last_n), context);
}

}  // namespace

Result<Sampler> Sampler::create(Params params, const SamplerContext& context) {
  LAR_TRY(validate(params, context.vocab));
  if (params.seed < 0) params.seed = random_seed();
  std::sort(params.dry_breakers.begin(), params.dry_breakers.end());
  return Sampler(std::move(params), context);
}

Sampler::Sampler(Params params, const SamplerContext& context)
    : params_(std::move(params)),
      vocab_(context.vocab),
      penalty_window_(window(params_.mirostat == 0 && penalties_active(params_),
                             params_.repeat_last_n,
                             context.context)),
      dry_window_(window(params_.mirostat == 0 && dry_active(params_),
                         params_.dry_penalty_last_n,
                         context.context)),
      mask_(context.mask),
      random_(static_cast<uint64_t>(params_.seed)),
      mirostat_(params_),
      history_(std::max(penalty_window_, dry_window_)) {}

Result<Sample> Sampler::sample(std::span<float> logits, Workspace& work) {
  LAR_CHECK(logits.size() == vocab_ && work.candidates.size() >= vocab_);
  const RowScan raw = scan_row(logits);
  if (raw.invalid || raw.max == kForbidden) {
    return fail(Code::kDataCorrupt, "non-finite logits");
  }
  const bool logprobs = params_.top_logprobs >= 0;
  if (logprobs) std::copy(logits.begin(), logits.end(), work.raw.begin());

  apply_logit_bias(logits, params_.logit_bias);
  if (mask_ != nullptr) LAR_TRY(mask_->apply(logits));
  apply_history(logits, work);
  const bool changed = mask_ != nullptr || !params_.logit_bias.empty() || history_.size() > 0;
  const float max = changed ? scan_row(logits).max : raw.max;
  LAR_TRY(const int32_t token, choose(logits, max, work));

  Sample result{.token = token};
  if (logprobs) {
    const std::span<const float> row(work.raw.data(), vocab_);
    const float log_sum = log_sum_exp(row, raw.max);
    result.logprob = row[static_cast<size_t>(token)] - log_sum;
    result.top = top_logprobs(row, log_sum, params_.top_logprobs, work);
  }
  return result;
}

void Sampler::apply_history(std::span<float> logits, Workspace& work) const {
  if (history_.size() == 0) return;
  const size_t count = history_.copy_recent(work.recent);
  const std::span<const int32_t> recent(work.recent.data(), count);
  if (penalty_window_ > 0) {
    apply_penalties(logits, params_, recent.first(std::min(count, penalty_window_)), work);
  }
  if (dry_window_ > 0) {
    apply_dry(logits, params_, recent.first(std::min(count, dry_window_)), since_breaker_, work);
  }
}

Result<int32_t> Sampler::choose(std::span<float> logits, float max, Workspace& work) {
  if (max == kForbidden) {
    return fail(Code::kInvalidArgument, "no token is allowed by the constraints of the request");
  }
  const bool greedy = params_.temperature <= 0.0F;
  const bool reorders = params_.typical_p < 1.0F || xtc_active(params_);
  // The stages between keep the best token, so they cannot change which one is best.
  if (greedy && (params_.mirostat != 0 || !reorders)) return find_first(logits, max);

  if (params_.mirostat != 0) {
    Candidates candidates = select_candidates(logits, 0, work);
    apply_temperature(candidates, params_.temperature);
    return candidates.items[mirostat_.draw(candidates, vocab_, random_)].token;
  }
  if (params_.top_n_sigma > 0.0F) apply_top_n_sigma(logits, params_.top_n_sigma);
  Candidates candidates = select_candidates(logits, params_.top_k, work);
  apply_typical(candidates, params_.typical_p);
  apply_top_p(candidates, params_.top_p);
  apply_min_p(candidates, params_.min_p);
  if (xtc_active(params_)) apply_xtc(candidates, params_, random_);
  if (greedy) return candidates.items[best(candidates)].token;
  apply_temperature(candidates, params_.temperature);
  return candidates.items[draw(candidates, random_)].token;
}

void Sampler::accept_prompt(std::span<const int32_t> tokens) {
  // Only the end of a long prompt can be looked at again; a breaker before it has no effect.
  for (const int32_t token : tokens) remember(token);
}

void Sampler::accept(int32_t token) {
  remember(token);
  if (mask_ != nullptr) mask_->accept(token);
}

void Sampler::remember(int32_t token) {
  history_.push(token);
  if (dry_window_ == 0) return;
  const bool breaker =
      std::binary_search(params_.dry_breakers.begin(), params_.dry_breakers.end(), token);
  since_breaker_ = breaker ? 0 : since_breaker_ + 1;
}

}  // namespace lar::sampling
