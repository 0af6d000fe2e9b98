#include "engine/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness.h"

namespace lar::engine::test {
namespace {

using std::chrono::nanoseconds;

EngineOptions roomy() {
  return {.limits = {.tokens = 64, .outputs = 64, .sequences = 16},
          .block_tokens = 8,
          .blocks = 256,
          .context = 128};
}

TEST(Engine, RefusesACacheThatCannotHoldOneContext) {
  EngineOptions options = roomy();
  options.vocab = kVocab;
  options.blocks = 15;
  auto executable = std::make_unique<FakeExecutable>(options.limits, 8, 15, kVocab);
  const auto engine = Engine::create(std::move(executable), options);
  ASSERT_FALSE(engine.has_value());
  EXPECT_EQ(engine.error().code, Code::kInvalidArgument);
}

TEST(Engine, APromptAloneGivesItsGreedyText) {
  Harness harness(roomy());
  const auto id = harness.submit(greedy(numbered(100), 20));
  harness.run();
  EXPECT_EQ(harness.of(id).tokens, expected_greedy(numbered(100), 20, kVocab));
  EXPECT_EQ(harness.of(id).finishes, 1);
  const Finished& finished = harness.of(id).finished;
  EXPECT_EQ(finished.reason, FinishReason::kLength);
  EXPECT_EQ(finished.stats.prompt_tokens, 100U);
  EXPECT_EQ(finished.stats.generated_tokens, 20U);
  EXPECT_EQ(finished.stats.cached_tokens, 0U);
}

TEST(Engine, ABatchOfEightGivesTheSameTextAsEachAlone) {
  Harness harness(roomy());
  std::vector<SequenceId> ids;
  for (int32_t i = 0; i < 8; ++i) {
    ids.push_back(harness.submit(greedy(numbered(20 + static_cast<size_t>(i) * 9, i), 15)));
  }
  harness.run();
  for (int32_t i = 0; i < 8; ++i) {
    EXPECT_EQ(harness.of(ids[static_cast<size_t>(i)]).tokens,
              expected_greedy(numbered(20 + static_cast<size_t>(i) * 9, i), 15, kVocab));
  }
}

TEST(Engine, SequencesThatGenerateShareOneStep) {
  Harness harness(roomy());
  for (int32_t i = 0; i < 8; ++i) harness.submit(greedy(numbered(4, i), 20));
  harness.run();
  EXPECT_EQ(harness.fake->runs, 20U);
}

TEST(Engine, ASecondTurnComputesOnlyWhatIsNew) {
  Harness harness(roomy());
  const auto first = harness.submit(greedy(numbered(40), 10));
  harness.run();
  std::vector<int32_t> history = numbered(40);
  history.insert(history.end(), harness.of(first).tokens.begin(), harness.of(first).tokens.end());
  for (const int32_t token : {1, 2, 3}) history.push_back(token);
  const uint64_t before = harness.fake->computed_tokens;
  const auto second = harness.submit(greedy(history, 10));
  harness.run();
  EXPECT_EQ(harness.of(second).tokens, expected_greedy(history, 10, kVocab));
  EXPECT_EQ(harness.of(second).finished.stats.cached_tokens, 48U);
  EXPECT_EQ(harness.fake->computed_tokens - before, 53U - 48U + 9U);
}

TEST(Engine, TheSamePromptAgainComputesOneToken) {
  Harness harness(roomy());
  harness.submit(greedy(numbered(40), 0));
  harness.run();
  const auto again = harness.submit(greedy(numbered(40), 1));
  const uint64_t before = harness.fake->computed_tokens;
  harness.run();
  EXPECT_EQ(harness.fake->computed_tokens - before, 1U);
  EXPECT_EQ(harness.of(again).finished.stats.cached_tokens, 39U);
  EXPECT_EQ(harness.fake->copies, 1U);
  EXPECT_EQ(harness.of(again).tokens, expected_greedy(numbered(40), 1, kVocab));
}

TEST(Engine, PromptsThatStartAlikeAndComeAtOnceComputeTheStartOnce) {
  Harness harness(roomy());
  std::vector<SequenceId> ids;
  for (int32_t i = 0; i < 8; ++i) {
    std::vector<int32_t> prompt = numbered(96);
    prompt.push_back(i);
    ids.push_back(harness.submit(greedy(prompt, 1)));
  }
  harness.run();
  EXPECT_EQ(harness.fake->computed_tokens, 96U + 8U);
  for (int32_t i = 0; i < 8; ++i) {
    std::vector<int32_t> prompt = numbered(96);
    prompt.push_back(i);
    EXPECT_EQ(harness.of(ids[static_cast<size_t>(i)]).tokens, expected_greedy(prompt, 1, kVocab));
  }
}

TEST(Engine, WithoutThePrefixCacheAllIsComputed) {
  Harness harness(roomy());
  for (int i = 0; i < 2; ++i) {
    Request request = greedy(numbered(40), 1);
    request.use_prefix_cache = false;
    const auto id = harness.submit(std::move(request));
    harness.run();
    EXPECT_EQ(harness.of(id).finished.stats.cached_tokens, 0U);
  }
  EXPECT_EQ(harness.fake->computed_tokens, 80U);
  EXPECT_EQ(harness.engine->load().blocks_cached, 0U);
}

TEST(Engine, StopsAtAnEndOfGenerationTokenWithoutTellingIt) {
  Harness harness(roomy());
  const auto text = expected_greedy(numbered(10), 30, kVocab);
  Request request = greedy(numbered(10), 30);
  request.eog_tokens = {text[6]};
  const auto end = std::ranges::find(text, text[6]) - text.begin();
  const auto id = harness.submit(std::move(request));
  harness.run();
  EXPECT_EQ(harness.of(id).tokens, std::vector(text.begin(), text.begin() + end));
  EXPECT_EQ(harness.of(id).finished.reason, FinishReason::kStop);
  EXPECT_EQ(harness.of(id).finished.eog_token, text[6]);
  EXPECT_EQ(harness.of(id).finished.stats.generated_tokens, static_cast<uint32_t>(end) + 1);
}

TEST(Engine, IgnoreEosGoesOnWithoutTheToken) {
  Harness harness(roomy());
  const auto text = expected_greedy(numbered(10), 1, kVocab);
  Request request = greedy(numbered(10), 30);
  request.eog_tokens = {text[0]};
  request.ignore_eos = true;
  const auto id = harness.submit(std::move(request));
  harness.run();
  EXPECT_EQ(harness.of(id).tokens.size(), 30U);
  EXPECT_EQ(std::ranges::count(harness.of(id).tokens, text[0]), 0);
}

TEST(Engine, TheSinkCanStopASequence) {
  Harness harness(roomy());
  int seen = 0;
  harness.events.token_hook = [&](const TokenEvent&) {
    return ++seen == 3 ? TokenAction::kStop : TokenAction::kContinue;
  };
  const auto id = harness.submit(greedy(numbered(10), 30));
  harness.run();
  EXPECT_EQ(harness.of(id).tokens.size(), 3U);
  EXPECT_EQ(harness.of(id).finished.reason, FinishReason::kStop);
}

TEST(Engine, AFullContextEndsWithLength) {
  Harness harness(roomy());
  const auto id = harness.submit(greedy(numbered(100), -1));
  harness.run();
  EXPECT_EQ(harness.of(id).tokens, expected_greedy(numbered(100), 28, kVocab));
  EXPECT_EQ(harness.of(id).finished.reason, FinishReason::kLength);
}

TEST(Engine, AFullContextShiftsWhereAsked) {
  Harness harness(roomy());
  Request request = greedy(numbered(100), 60);
  request.shift = true;
  request.num_keep = 4;
  const auto id = harness.submit(std::move(request));
  harness.run();
  const auto& got = harness.of(id);
  ASSERT_EQ(got.tokens.size(), 60U);
  EXPECT_EQ(got.shifts, 1U);
  EXPECT_EQ(got.finished.stats.discarded_tokens, 62U);
  // As if the shortened text had been the prompt.
  std::vector<int32_t> history = numbered(100);
  history.insert(history.end(), got.tokens.begin(), got.tokens.begin() + 28);
  history.erase(history.begin() + 4, history.begin() + 66);
  EXPECT_EQ(std::vector(got.tokens.begin() + 28, got.tokens.end()),
            expected_greedy(history, 32, kVocab));
}

TEST(Engine, EndlessShiftingEndsAtTenContexts) {
  Harness harness(roomy());
  Request request = greedy(numbered(10), -1);
  request.shift = true;
  const auto id = harness.submit(std::move(request));
  harness.run();
  EXPECT_EQ(harness.of(id).tokens.size(), 1280U);
  EXPECT_EQ(harness.of(id).finished.reason, FinishReason::kLength);
}

TEST(Engine, CancelEndsRunningAndWaitingSequences) {
  EngineOptions options = roomy();
  options.limits.sequences = 1;
  Harness harness(options);
  const auto running = harness.submit(greedy(numbered(10), 30));
  const auto waiting = harness.submit(greedy(numbered(10), 30));
  const auto after = harness.submit(greedy(numbered(10), 3));
  harness.engine->step(harness.events);
  EXPECT_TRUE(harness.engine->cancel(running));
  EXPECT_TRUE(harness.engine->cancel(waiting));
  EXPECT_FALSE(harness.engine->cancel(99));
  harness.run();
  EXPECT_EQ(harness.of(running).finished.reason, FinishReason::kCancelled);
  EXPECT_EQ(harness.of(waiting).finished.reason, FinishReason::kCancelled);
  EXPECT_EQ(harness.of(waiting).tokens.size(), 0U);
  EXPECT_EQ(harness.of(after).finished.reason, FinishReason::kLength);
  EXPECT_FALSE(harness.engine->cancel(after));
  EXPECT_EQ(harness.engine->load().blocks_in_use, 0U);
}

TEST(Engine, TheSinkMaySubmitAndCancel) {
  Harness harness(roomy());
  const auto first = harness.submit(greedy(numbered(10), 5));
  const auto second = harness.submit(greedy(numbered(10, 3), 50));
  SequenceId third = 0;
  harness.events.finished_hook = [&](SequenceId id) {
    if (id != first) return;
    harness.engine->cancel(second);
    third = harness.submit(greedy(numbered(10, 5), 5));
  };
  harness.run();
  EXPECT_EQ(harness.of(second).finished.reason, FinishReason::kCancelled);
  EXPECT_EQ(harness.of(second).finishes, 1);
  EXPECT_EQ(harness.of(third).tokens, expected_greedy(numbered(10, 5), 5, kVocab));
}

TEST(Engine, AnErrorOfTheBackendEndsItsStepAndNoMore) {
  EngineOptions options = roomy();
  options.limits.sequences = 2;
  Harness harness(options);
  const auto first = harness.submit(greedy(numbered(10), 30));
  const auto second = harness.submit(greedy(numbered(20), 30));
  const auto third = harness.submit(greedy(numbered(20), 30));
  harness.engine->step(harness.events);
  harness.fake->fail_next = true;
  harness.run();
  for (const auto id : {first, second}) {
    EXPECT_EQ(harness.of(id).finished.reason, FinishReason::kError);
    ASSERT_TRUE(harness.of(id).finished.error.has_value());
    EXPECT_EQ(harness.of(id).finished.error->message, "the device is lost");
  }
  EXPECT_EQ(harness.of(third).tokens, expected_greedy(numbered(20), 30, kVocab));
  EXPECT_EQ(harness.of(third).finished.stats.cached_tokens, 0U);  // nothing of theirs is trusted
}

TEST(Engine, NonFiniteLogitsEndTheirSequenceAlone) {
  Harness harness(roomy());
  const auto good = harness.submit(greedy(numbered(10), 10));
  const auto bad = harness.submit(greedy(numbered(30, 1), 10));
  uint64_t bad_hash = 0;
  for (const int32_t token : numbered(30, 1)) bad_hash = extend_history(bad_hash, token);
  harness.fake->edit = [&](uint64_t hash, std::span<float> row) {
    if (hash == bad_hash) row[3] = std::numeric_limits<float>::quiet_NaN();
  };
  harness.run();
  EXPECT_EQ(harness.of(bad).finished.reason, FinishReason::kError);
  EXPECT_EQ(harness.of(bad).finished.error->message, "non-finite logits");
  EXPECT_EQ(harness.of(good).tokens, expected_greedy(numbered(10), 10, kVocab));
  EXPECT_EQ(harness.engine->load().blocks_in_use, 0U);
}

TEST(Engine, RowsOfThePromptComeOnceAndInOrder) {
  EngineOptions options = roomy();
  options.limits.outputs = 10;  // fewer than the prompt has tokens
  Harness harness(options);
  for (int round = 0; round < 2; ++round) {  // the second time the prompt is cached
    Request request = greedy(numbered(33), 2);
    request.prompt_rows = PromptRows::kLogits;
    const auto id = harness.submit(std::move(request));
    harness.run();
    const auto& rows = harness.of(id).rows;
    ASSERT_EQ(rows.size(), 33U);
    uint64_t hash = 0;
    std::vector<float> expected(kVocab);
    for (uint32_t i = 0; i < 33; ++i) {
      EXPECT_EQ(rows[i].first, i);
      hash = extend_history(hash, numbered(33)[i]);
      fill_logits(hash, expected);
      EXPECT_EQ(rows[i].second, expected);
    }
    EXPECT_EQ(harness.of(id).tokens, expected_greedy(numbered(33), 2, kVocab));
  }
}

TEST(Engine, HiddenRowsNeedNoLogits) {
  Harness harness(roomy());
  Request request = greedy(numbered(128), 0);
  request.prompt_rows = PromptRows::kHidden;
  const auto id = harness.submit(std::move(request));
  harness.run();
  EXPECT_FALSE(harness.fake->last_want_logits);
  ASSERT_EQ(harness.of(id).rows.size(), 128U);
  EXPECT_EQ(harness.of(id).rows[127].second[0], 127.0F);
  EXPECT_EQ(harness.of(id).finished.reason, FinishReason::kLength);
  EXPECT_TRUE(harness.of(id).tokens.empty());
}

TEST(Engine, AShortPromptDoesNotWaitForALongOne) {
  EngineOptions options = roomy();
  options.limits.tokens = 16;
  Harness harness(options);
  const auto long_id = harness.submit(greedy(numbered(120), 1));
  const auto short_id = harness.submit(greedy(numbered(8, 5), 1));
  std::vector<SequenceId> order;
  harness.events.finished_hook = [&](SequenceId id) { order.push_back(id); };
  harness.run();
  EXPECT_EQ(order, (std::vector<SequenceId>{short_id, long_id}));
}

TEST(Engine, TheYoungestGivesWayAndStillGetsItsText) {
  EngineOptions options = roomy();
  options.blocks = 16;  // one context
  Harness harness(options);
  std::vector<SequenceId> ids;
  for (int32_t i = 0; i < 4; ++i) ids.push_back(harness.submit(greedy(numbered(20, i), 90)));
  harness.run();
  uint32_t preemptions = 0;
  for (int32_t i = 0; i < 4; ++i) {
    const auto& entry = harness.of(ids[static_cast<size_t>(i)]);
    EXPECT_EQ(entry.tokens, expected_greedy(numbered(20, i), 90, kVocab));
    preemptions += entry.finished.stats.preemptions;
  }
  EXPECT_GT(preemptions, 0U);
  EXPECT_EQ(harness.of(ids[0]).finished.stats.preemptions, 0U);
}

TEST(Engine, RefusesWhatCanNeverFitOrWaits) {
  EngineOptions options = roomy();
  options.waiting_max = 2;
  Harness harness(options);
  EXPECT_EQ(harness.engine->submit(greedy(numbered(128), 1)).error().code, Code::kInvalidArgument);
  Request bad = greedy(numbered(3), 1);
  bad.params.top_p = std::nanf("");
  const auto refused = harness.engine->submit(std::move(bad));
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("top_p"), std::string::npos);
  harness.submit(greedy(numbered(3), 1));
  harness.submit(greedy(numbered(3), 1));
  EXPECT_EQ(harness.engine->submit(greedy(numbered(3), 1)).error().code, Code::kResourceExhausted);
  harness.run();
}

TEST(Engine, TheSameSeedGivesTheSameTextWhateverElseRuns) {
  const auto sampled = [](int others) {
    Harness harness(roomy());
    for (int32_t i = 0; i < others; ++i) harness.submit(greedy(numbered(30, i), 20));
    Request request = greedy(numbered(25, 9), 40);
    request.params = {};
    request.params.seed = 42;
    const auto id = harness.submit(std::move(request));
    harness.run();
    EXPECT_EQ(harness.of(id).finished.stats.seed, 42);
    return harness.of(id).tokens;
  };
  const auto alone = sampled(0);
  EXPECT_EQ(alone.size(), 40U);
  EXPECT_EQ(sampled(7), alone);
}

TEST(Engine, TimesComeFromTheInjectedClock) {
  EngineOptions options = roomy();
  nanoseconds time{0};
  options.now = [&time] { return time; };
  Harness harness(options);
  time = nanoseconds(100);
  const auto id = harness.submit(greedy(numbered(60), 3));
  time = nanoseconds(150);
  while (harness.engine->step(harness.events)) time += nanoseconds(10);
  const auto& stats = harness.of(id).finished.stats;
  EXPECT_EQ(stats.queued, nanoseconds(50));
  EXPECT_EQ(stats.prompt, nanoseconds(0));
  EXPECT_EQ(stats.generation, nanoseconds(20));
}

TEST(Engine, ProgressOfThePromptRisesToItsLength) {
  Harness harness(roomy());
  const auto id = harness.submit(greedy(numbered(127), 1));
  harness.run();
  const auto& progress = harness.of(id).progress;
  ASSERT_EQ(progress.size(), 2U);
  EXPECT_EQ(progress[0], (std::pair<uint32_t, uint32_t>{64, 127}));
  EXPECT_EQ(progress[1], (std::pair<uint32_t, uint32_t>{127, 127}));
}

TEST(Engine, LogprobsComeWithTheTokens) {
  Harness harness(roomy());
  Request request = greedy(numbered(10), 5);
  request.params.top_logprobs = 3;
  int checked = 0;
  harness.events.token_hook = [&](const TokenEvent& event) {
    EXPECT_TRUE(event.has_logprob);
    EXPECT_EQ(event.top_logprobs.size(), 3U);
    EXPECT_EQ(event.top_logprobs[0].token, event.token);
    EXPECT_EQ(event.top_logprobs[0].logprob, event.logprob);
    EXPECT_LT(event.logprob, 0.0F);
    ++checked;
    return TokenAction::kContinue;
  };
  harness.submit(std::move(request));
  harness.run();
  EXPECT_EQ(checked, 5);
}

class OnlyEven : public sampling::TokenMask {
 public:
  explicit OnlyEven(std::vector<int32_t>& accepted) : accepted_(accepted) {}
  Result<void> apply(std::span<float> logits) override {
    for (size_t i = 1; i < logits.size(); i += 2) {
      logits[i] = -std::numeric_limits<float>::infinity();
    }
    return {};
  }
  void accept(int32_t token) override { accepted_.push_back(token); }

 private:
  std::vector<int32_t>& accepted_;
};

TEST(Engine, AMaskBindsEveryTokenEvenAcrossPreemption) {
  EngineOptions options = roomy();
  options.blocks = 16;
  Harness harness(options);
  harness.submit(greedy(numbered(20), 100));
  std::vector<int32_t> accepted;
  Request request = greedy(numbered(20, 4), 100);
  request.mask = std::make_unique<OnlyEven>(accepted);
  const auto id = harness.submit(std::move(request));
  harness.run();
  EXPECT_GT(harness.of(id).finished.stats.preemptions, 0U);
  EXPECT_EQ(accepted, harness.of(id).tokens);
  for (const int32_t token : accepted) EXPECT_EQ(token % 2, 0);
}

TEST(Engine, LoadCountsWhatIsHeld) {
  Harness harness(roomy());
  harness.submit(greedy(numbered(40), 2));
  harness.engine->step(harness.events);
  EXPECT_EQ(harness.engine->load().running, 1U);
  EXPECT_EQ(harness.engine->load().blocks_in_use, 5U);
  harness.run();
  EXPECT_TRUE(harness.engine->idle());
  EXPECT_EQ(harness.engine->load().blocks_in_use, 0U);
  EXPECT_EQ(harness.engine->load().blocks_cached, 5U);
  EXPECT_EQ(harness.engine->load().blocks, 256U);
}

}  // namespace
}  // namespace lar::engine::test
