// Random schedules: whatever is batched, shared, evicted, preempted, shifted or cancelled, each
// greedy text is the one its prompt gives alone, and the invariants hold after every step.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "harness.h"

namespace lar::engine::test {
namespace {

class Schedule {
 public:
  explicit Schedule(uint32_t seed) : random_(seed), harness_(options()) {
    harness_.events.token_hook = [this](const TokenEvent&) {
      return chance(200) ? TokenAction::kStop : TokenAction::kContinue;
    };
  }

  void run() {
    const uint32_t requests = 4 + below(12);
    uint32_t submitted = 0;
    for (int step = 0; step < 20'000; ++step) {
      while (submitted < requests && chance(3)) {
        submit();
        ++submitted;
      }
      // Only early: a late cancel would hide a sequence that no longer gets on.
      if (step < 100 && chance(25) && !expected_.empty()) {
        harness_.engine->cancel(1 + below(static_cast<uint32_t>(expected_.size())));
      }
      const bool more = harness_.engine->step(harness_.events);
      ASSERT_EQ(check_invariants(harness_.engine->snapshot()), "");
      if (!more && submitted == requests) break;
    }
    ASSERT_TRUE(harness_.engine->idle()) << "no end";
    EXPECT_EQ(harness_.engine->load().blocks_in_use, 0U);
    for (auto& [id, request] : expected_) check(id, request);
  }

  uint32_t preemptions = 0;
  uint32_t cached = 0;
  uint32_t shifts = 0;

 private:
  struct Expected {
    std::vector<int32_t> prompt;
    uint32_t max_tokens;
    bool shift;
    uint32_t keep;
    bool rows;
  };

  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool chance(uint32_t one_in) { return below(one_in) == 0; }

  EngineOptions options() {
    EngineOptions options;
    options.block_tokens = 1 + below(9);
    options.context = 8 + below(60);
    const uint32_t one = options.context / options.block_tokens + 1;
    options.blocks = one + below(one * 3);
    options.limits = {.tokens = 1 + below(40), .outputs = 1 + below(12), .sequences = 1 + below(8)};
    options.prefill_tokens_while_decoding = 1 + below(40);
    return options;
  }

  void submit() {
    Expected expected{};
    const uint32_t context = harness_.engine->options().context;
    // Few families of prompts, so that starts are shared at all lengths.
    const uint32_t length = 1 + below(context - 1);
    expected.prompt = numbered(length, static_cast<int32_t>(below(2)));
    if (chance(2)) expected.prompt[below(length)] = static_cast<int32_t>(below(kVocab));
    expected.max_tokens = below(30);
    expected.shift = chance(4);
    expected.keep = below(8);
    expected.rows = chance(6);
    Request request = greedy(expected.prompt, static_cast<int32_t>(expected.max_tokens));
    request.shift = expected.shift;
    request.num_keep = static_cast<int32_t>(expected.keep);
    request.use_prefix_cache = !chance(8);
    if (expected.rows) request.prompt_rows = PromptRows::kLogits;
    const SequenceId id = harness_.submit(std::move(request));
    expected_[id] = expected;
  }

  // The text of the prompt alone, with the shifts its context forces.
  std::vector<int32_t> alone(const Expected& request) const {
    const uint32_t context = harness_.engine->options().context;
    std::vector<int32_t> history = request.prompt;
    std::vector<int32_t> text;
    while (text.size() < request.max_tokens) {
      text.push_back(expected_greedy(history, 1, kVocab)[0]);
      history.push_back(text.back());
      if (history.size() < context) continue;
      if (!request.shift) break;
      const uint32_t keep = std::min(request.keep, context > 4 ? context - 4 : 0);
      const auto begin = history.begin() + keep;
      history.erase(begin, begin + (context - keep) / 2);
    }
    return text;
  }

  void check(SequenceId id, const Expected& request) {
    const auto& entry = harness_.of(id);
    ASSERT_EQ(entry.finishes, 1);
    const std::vector<int32_t> text = alone(request);
    preemptions += entry.finished.stats.preemptions;
    cached += entry.finished.stats.cached_tokens;
    shifts += entry.shifts;
    ASSERT_NE(entry.finished.reason, FinishReason::kError);
    if (entry.finished.reason == FinishReason::kLength) {
      EXPECT_EQ(entry.tokens, text) << "sequence " << id;
    } else {
      ASSERT_LE(entry.tokens.size(), text.size());
      EXPECT_TRUE(std::equal(entry.tokens.begin(), entry.tokens.end(), text.begin()))
          << "sequence " << id;
    }
    if (!request.rows || entry.finished.reason != FinishReason::kLength) return;
    ASSERT_EQ(entry.rows.size(), request.prompt.size());
    std::vector<float> row(kVocab);
    uint64_t hash = 0;
    for (uint32_t i = 0; i < entry.rows.size(); ++i) {
      ASSERT_EQ(entry.rows[i].first, i);
      hash = extend_history(hash, request.prompt[i]);
      fill_logits(hash, row);
      ASSERT_EQ(entry.rows[i].second, row);
    }
  }

  std::mt19937 random_;
  Harness harness_;
  std::map<SequenceId, Expected> expected_;
};

TEST(EngineProperty, RandomSchedulesGiveEachPromptItsOwnText) {
  uint32_t preemptions = 0;
  uint32_t cached = 0;
  uint32_t shifts = 0;
  for (uint32_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Schedule schedule(seed);
    schedule.run();
    if (testing::Test::HasFailure()) {
      FAIL() << "seed " << seed;
    }
    preemptions += schedule.preemptions;
    cached += schedule.cached;
    shifts += schedule.shifts;
  }
  // The schedules must reach what they are meant to reach.
  EXPECT_GT(preemptions, 1000U);
  EXPECT_GT(cached, 10'000U);
  EXPECT_GT(shifts, 500U);
}

}  // namespace
}  // namespace lar::engine::test
