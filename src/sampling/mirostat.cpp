#include "sampling/mirostat.h"

#include <algorithm>
#include <cmath>

#include "sampling/draw.h"

namespace lar::sampling {

namespace {
constexpr size_t kZipfTokens = 100;  // the best tokens that the exponent is estimated from
}

Mirostat::Mirostat(const Params& params)
    : version_(params.mirostat),
      tau_(params.mirostat_tau),
      eta_(params.mirostat_eta),
      bound_(2.0F * params.mirostat_tau) {}

size_t Mirostat::draw(Candidates& candidates, uint32_t vocab, Random& random) {
  softmax(candidates);
  if (version_ == 1) {
    cut_by_rank(candidates, vocab);
  } else {
    cut_by_surprise(candidates);
  }
  const size_t chosen = sampling::draw(candidates, random);
  const float surprise = -std::log2(candidates.items[chosen].p);
  bound_ -= eta_ * (surprise - tau_);
  return chosen;
}

// Estimates the exponent s of Zipf's law by least squares over the best tokens, then the rank up to
// which a distribution with that exponent has the wanted surprise.
void Mirostat::cut_by_rank(Candidates& candidates, uint32_t vocab) const {
  const size_t size = candidates.items.size();
  const size_t front = std::min(size, kZipfTokens);
  if (!candidates.sorted) sort_front(candidates.items, front);
  double products = 0.0;
  double squares = 0.0;
  for (size_t i = 0; i + 1 < front; ++i) {
    const auto p = static_cast<double>(candidates.items[i].p);
    const auto next = static_cast<double>(candidates.items[i + 1].p);
    if (next <= 0.0) break;
    const double rank = std::log(static_cast<double>(i + 2) / static_cast<double>(i + 1));
    products += rank * std::log(p / next);
    squares += rank * rank;
  }
  double count = 1.0;
  if (squares > 0.0) {
    const double s = products / squares;
    const double epsilon = s - 1.0;
    count = std::pow((epsilon * std::pow(2.0, static_cast<double>(bound_))) /
                         (1.0 - std::pow(static_cast<double>(vocab), -epsilon)),
                     1.0 / s);
    // A flat distribution (s = 0) or s = 1 leaves the formula: no cut.
    if (!std::isfinite(count)) count = static_cast<double>(size);
  }
  const double kept = std::clamp(count, 1.0, static_cast<double>(size));
  keep_best(candidates, static_cast<size_t>(kept));
}

void Mirostat::cut_by_surprise(Candidates& candidates) const {
  const float bound = bound_;
  const size_t top = best(candidates);
  std::swap(candidates.items.front(), candidates.items[top]);
  // The best token stays whatever its surprise.
  const auto rest = candidates.items.subspan(1);
  const auto end = std::remove_if(rest.begin(), rest.end(), [bound](const Candidate& candidate) {
    return -std::log2(candidate.p) > bound;
  });
  candidates.keep(1 + static_cast<size_t>(end - rest.begin()));
}

}  // namespace lar::sampling
