#include "runtime/context_fit.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace lar::runtime {
namespace {

// Templates that want roles by turns refuse every second beginning, or those within a call and its
// results.
constexpr size_t kRefusalsMax = 4;

// Measures, and searches between what is known.
class Search {
 public:
  Search(std::span<const FitMessage> messages, size_t context, const TokensFrom& tokens_from)
      : messages_(messages), context_(context), tokens_from_(tokens_from) {
    // kept_[i]: bytes of what stays when the messages before i are dropped.
    kept_.resize(messages.size() + 1);
    size_t system = 0;
    for (const FitMessage& message : messages) {
      if (message.is_system) system += message.bytes;
    }
    size_t after = 0;
    for (size_t i = messages.size(); i > 0; --i) {
      if (!messages[i - 1].is_system) after += messages[i - 1].bytes;
      kept_[i - 1] = system + after;
    }
  }

  // The whole conversation first.
  Result<ContextFit> run() {
    LAR_TRY(const size_t whole, measure(0));
    if (whole <= context_ || messages_.size() < 2) return result(0);
    const size_t last = messages_.size() - 1;
    // Dropping `low` - 1 is too little; with `high` dropped, `answer` fits or is the last message.
    size_t low = 1;
    size_t high = last;
    size_t answer = last;
    size_t guess = std::clamp(estimate(whole), low, std::max(low, last - 1));
    size_t step = 1;
    bool found = false;  // until then guesses walk away from the estimate
    while (low < high) {
      if (const auto fit = fitting(guess)) {
        answer = *fit;
        high = guess;
        found = true;
        // The neighbour below decides; further down in growing steps.
        guess = high - std::min(step, high - low);
      } else {
        low = guess + 1;
        if (low >= high) break;
        guess = found ? low + (high - low) / 2 : std::min(guess + step, high - 1);
      }
      step *= 2;
    }
    return result(answer);
  }

 private:
  Result<size_t> measure(size_t first) {
    ++measured_;
    return tokens_from_(first);
  }

  // The first place from `first` on that the template does not refuse, if that fits.
  std::optional<size_t> fitting(size_t first) {
    const size_t end = std::min(first + kRefusalsMax, messages_.size());
    for (size_t i = first; i < end; ++i) {
      const auto tokens = measure(i);
      if (tokens) return *tokens <= context_ ? std::optional(i) : std::nullopt;
    }
    return std::nullopt;
  }

  // From the bytes of what stays, in proportion.
  size_t estimate(size_t whole_tokens) const {
    const double bytes_allowed = static_cast<double>(kept_[0]) * static_cast<double>(context_) /
                                 static_cast<double>(std::max<size_t>(1, whole_tokens));
    const auto found = std::ranges::find_if(
        kept_, [&](size_t bytes) { return static_cast<double>(bytes) <= bytes_allowed; });
    return static_cast<size_t>(found - kept_.begin());
  }

  ContextFit result(size_t first) const {
    ContextFit fit{.first = first, .measured = measured_};
    for (const FitMessage& message : messages_.first(first)) {
      if (!message.is_system) ++fit.dropped;
    }
    return fit;
  }

  std::span<const FitMessage> messages_;
  const size_t context_;
  const TokensFrom& tokens_from_;
  std::vector<size_t> kept_;
  uint32_t measured_ = 0;
};

}  // namespace

Result<ContextFit> fit_messages(std::span<const FitMessage> messages,
                                size_t context,
                                const TokensFrom& tokens_from) {
  return Search(messages, context, tokens_from).run();
}

}  // namespace lar::runtime
