#include "scheduler/core.h"

#include <gmock/gmock.h>

#include "core_harness.h"

namespace lar::scheduler {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(Core, LoadsOnceForManyRequestsAndAttachesThemInOrder) {
  CoreHarness h({});
  const auto a = h.ask("a");
  const auto b = h.ask("a");
  const auto c = h.ask("a");
  EXPECT_EQ(h.starts, 1);
  EXPECT_THAT(h.order, SizeIs(0));
  h.load_all();
  EXPECT_THAT(h.order, ElementsAre(a, b, c));
}

TEST(Core, LoadsTwoModelsAtTheSameTimeWhereBothFit) {
  CoreHarness h({});
  h.ask("a");
  h.ask("b");
  EXPECT_EQ(h.starts, 2);
  EXPECT_THAT(h.core.runners(), SizeIs(2));
}

TEST(Core, QueuesExactlyTheLimitBeyondWhatRunsAndSaysWhenToComeBack) {
  CoreHarness h({.running_max = 2, .waiting_max = 3});
  h.ask("a");
  h.load_all();
  for (int i = 0; i < 9; ++i) h.ask("a");
  EXPECT_THAT(h.attached, SizeIs(2));
  EXPECT_EQ(h.core.waiting(), 3U);
  ASSERT_THAT(h.failed, SizeIs(5));
  const FailRequest& failure = h.failed.begin()->second;
  EXPECT_EQ(failure.error.code, Code::kUnavailable);
  EXPECT_EQ(failure.error.message,
            "server busy, please try again.  maximum pending requests exceeded");
  EXPECT_TRUE(failure.retry_after);
}

TEST(Core, QueuesExactlyTheLimitForAModelThatIsNotLoaded) {
  CoreHarness h({.waiting_max = 3});
  for (int i = 0; i < 9; ++i) h.ask("a");
  EXPECT_EQ(h.core.waiting(), 3U);
  EXPECT_THAT(h.failed, SizeIs(6));
}

TEST(Core, KeepsAModelAsLongAsTheLatestRequestSaid) {
  CoreHarness h({.keep_alive = minutes(5)});
  const auto a = h.ask("a", {.keep_alive = seconds(10)});
  h.load_all();
  h.finish(a);
  const auto b = h.ask("a");  // says nothing: ten seconds stay
  h.pass(minutes(1));
  EXPECT_THAT(h.stopping, SizeIs(0)) << "it works";
  h.finish(b);
  h.pass(milliseconds(9'999));
  EXPECT_THAT(h.stopping, SizeIs(0));
  h.pass(milliseconds(1));
  EXPECT_THAT(h.stopping, SizeIs(1));
}

TEST(Core, KeepAliveZeroUnloadsAtOnceAndNegativeNever) {
  CoreHarness h({});
  const auto a = h.ask("a", {.keep_alive = seconds(0)});
  const auto b = h.ask("b", {.keep_alive = seconds(-1)});
  h.load_all();
  h.finish(a);
  h.finish(b);
  EXPECT_THAT(h.stopping, SizeIs(1));
  h.pass(std::chrono::hours(24 * 365));
  EXPECT_THAT(h.stopping, SizeIs(1));
}

TEST(Core, UnloadWaitsForTheWorkAndLaterRequestsLoadAgain) {
  CoreHarness h({});
  const auto a = h.ask("a");
  h.load_all();
  h.core.unload(h.now, "a");
  h.collect();
  EXPECT_THAT(h.stopping, SizeIs(0));
  EXPECT_EQ(h.core.runners().at(0).expires, h.now) << "ps shows that it is stopping";
  const auto b = h.ask("a");
  EXPECT_FALSE(h.attached.contains(b));
  h.finish(a);
  EXPECT_THAT(h.stopping, SizeIs(1));
  h.end_stopped();
  h.load_all();
  EXPECT_TRUE(h.attached.contains(b));
  EXPECT_EQ(h.starts, 2);
}

TEST(Core, AShorterContextNeverReloads) {
  CoreHarness h({.parallel = 1});
  h.ask("a", {.need = {.context = 4096}});
  h.load_all();
  const auto small = h.ask("a", {.need = {.context = 256}});
  EXPECT_EQ(h.starts, 1);
  EXPECT_EQ(h.attached.at(small).context, 256U);
}

TEST(Core, AContextUpToThePoolNeverReloads) {
  CoreHarness h({.parallel = 4});
  h.ask("a", {.need = {.context = 1024}});
  h.load_all();
  const auto large = h.ask("a", {.need = {.context = 4096}});
  EXPECT_EQ(h.starts, 1);
  EXPECT_EQ(h.attached.at(large).context, 4096U);
}

TEST(Core, ALargerContextReloadsOnceTheOthersAreDone) {
  CoreHarness h({.parallel = 1});
  const auto a = h.ask("a", {.need = {.context = 1024}});
  h.load_all();
  h.pass(seconds(2));
  const auto b = h.ask("a", {.need = {.context = 2048}});
  EXPECT_THAT(h.stopping, SizeIs(0));
  h.finish(a);
  h.end_stopped();
  h.load_all();
  EXPECT_EQ(h.attached.at(b).context, 2048U);
  EXPECT_EQ(h.starts, 2);
}

TEST(Core, AlternatingOptionsSwitchAtMostOnceASecond) {
  CoreHarness h({.parallel = 1});
  int served = 0;
  for (int i = 0; i < 200; ++i) {  // two clients, each asks as soon as it is answered
    const auto id = h.ask("a", {.need = {.threads = i % 2 == 0 ? 2U : 4U}});
    for (int step = 0; step < 40 && !h.attached.contains(id); ++step) {
      h.end_stopped();
      h.load_all();
      if (!h.attached.contains(id)) h.pass(milliseconds(100));
    }
    ASSERT_TRUE(h.attached.contains(id));
    ++served;
    h.finish(id);
    h.pass(milliseconds(10));
  }
  EXPECT_EQ(served, 200);
  EXPECT_LE(h.starts, h.now / seconds(1) + 2);
}

TEST(Core, EvictsTheIdleOneAndWaitsUntilItsMemoryIsBack) {
  CoreHarness h({});
  const auto a = h.ask("a", {.footprint = fixed_footprint(600)});
  h.load_all();
  h.finish(a);
  h.pass(seconds(5));
  h.ask("b", {.footprint = fixed_footprint(600)});
  EXPECT_THAT(h.stopping, SizeIs(1));
  EXPECT_EQ(h.starts, 1) << "both together are more than there is";
  h.end_stopped();
  EXPECT_EQ(h.starts, 2);
}

TEST(Core, ABusyModelMakesRoomAfterItsRequestsAndGetsItBackLater) {
  CoreHarness h({.loaded_max = 1});
  const auto a = h.ask("a");
  h.load_all();
  h.pass(seconds(2));
  const auto b = h.ask("b");
  const auto a2 = h.ask("a");
  EXPECT_FALSE(h.attached.contains(a2)) << "b came first";
  h.finish(a);
  h.end_stopped();
  h.load_all();
  EXPECT_TRUE(h.attached.contains(b));
  h.pass(seconds(2));
  h.finish(b);
  h.end_stopped();
  h.load_all();
  EXPECT_TRUE(h.attached.contains(a2));
}

TEST(Core, ADrainThatNobodyNeedsAnyMoreIsTakenBack) {
  CoreHarness h({.loaded_max = 1});
  h.ask("a");
  h.load_all();
  h.pass(seconds(2));
  const auto b = h.ask("b");
  const auto a2 = h.ask("a");
  h.core.cancel(h.now, b);
  h.collect();
  EXPECT_TRUE(h.attached.contains(a2));
  EXPECT_EQ(h.failed.at(b).error.code, Code::kCancelled);
}

TEST(Core, CancelsInEveryPhase) {
  CoreHarness h({.running_max = 1});
  const auto loading = h.ask("a");
  h.core.cancel(h.now, loading);
  h.collect();
  EXPECT_THAT(h.stopping, SizeIs(1)) << "nobody waits for that load";
  EXPECT_TRUE(h.failed.contains(loading));
  h.starting.clear();
  h.end_stopped();

  const auto running = h.ask("a");
  h.load_all();
  const auto queued = h.ask("a");
  h.core.cancel(h.now, queued);
  h.core.cancel(h.now, running);
  h.core.cancel(h.now, running);
  h.collect();
  EXPECT_TRUE(h.failed.contains(queued));
  EXPECT_THAT(h.cancelled, ElementsAre(running));
  const auto next = h.ask("a");
  EXPECT_FALSE(h.attached.contains(next)) << "the slot is taken until the runner says so";
  h.finish(running);
  EXPECT_TRUE(h.attached.contains(next));
}

TEST(Core, AFailedLoadFailsThoseWhoWaitAndTheNextTriesAgain) {
  CoreHarness h({});
  const auto a = h.ask("a");
  const auto b = h.ask("a");
  h.end(h.starting.at(a), {Code::kDataCorrupt, "bad tensor"});
  EXPECT_EQ(h.failed.at(a).error.message, "bad tensor");
  EXPECT_EQ(h.failed.at(b).error.message, "bad tensor");
  h.ask("a");
  EXPECT_EQ(h.starts, 2);
}

TEST(Core, ACrashCostsOnlyItsOwnRequests) {
  CoreHarness h({.running_max = 1});
  const auto a = h.ask("a");
  const auto b = h.ask("b");
  h.load_all();
  const auto waiting = h.ask("a");
  h.core.finished(h.now, a);  // the supervisor tells each open request first
  h.end(h.attached.at(a).runner, {Code::kUnavailable, "crashed"});
  (void)b;
  h.load_all();
  EXPECT_TRUE(h.attached.contains(waiting));
  EXPECT_THAT(h.failed, SizeIs(0));
}

TEST(Core, ALoadWithoutProgressIsGivenUp) {
  CoreHarness h({.load_timeout = seconds(30)});
  const auto a = h.ask("a");
  const RunnerId runner = h.starting.at(a);
  for (int i = 0; i < 10; ++i) {
    h.now += seconds(29);
    h.core.progress(h.now, runner, static_cast<uint64_t>(i), 100);
    h.collect();
  }
  EXPECT_THAT(h.failed, SizeIs(0));
  h.pass(seconds(30));
  EXPECT_THAT(h.dropped, ElementsAre(runner));
  EXPECT_THAT(h.failed.at(a).error.message, HasSubstr("timed out waiting for the model to load"));
}

TEST(Core, StoppingEndsWithinItsDeadline) {
  CoreHarness h({});
  const auto a = h.ask("a", {.keep_alive = seconds(0)});
  h.load_all();
  h.finish(a);
  ASSERT_THAT(h.stopping, SizeIs(1));
  h.pass(seconds(8));
  EXPECT_THAT(h.dropped, SizeIs(1));
  EXPECT_THAT(h.core.runners(), SizeIs(0));
}

TEST(Core, NobodyWaitsWithoutAnEnd) {
  CoreHarness h({.running_max = 1});
  h.ask("a");
  h.load_all();
  const auto b = h.ask("a");
  ASSERT_TRUE(h.core.next_deadline());
  h.pass(*h.core.next_deadline() - h.now);
  EXPECT_EQ(h.failed.at(b).error.code, Code::kUnavailable);
  EXPECT_TRUE(h.failed.at(b).retry_after);
}

TEST(Core, RefusesWhatCanNeverFitWithoutEvictingAnybody) {
  CoreHarness h({});
  h.ask("a");
  h.load_all();
  const auto big = h.ask("b", {.need = {.context = 2048}, .footprint = fixed_footprint(10, 1)});
  EXPECT_EQ(h.failed.at(big).error.code, Code::kResourceExhausted);
  EXPECT_THAT(h.stopping, SizeIs(0));
}

TEST(Core, ShowsALoadWithItsProgress) {
  CoreHarness h({});
  const auto a = h.ask("a");
  h.core.progress(h.now, h.starting.at(a), 40, 100);
  const auto view = h.core.runners().at(0);
  EXPECT_EQ(view.state, RunnerState::kLoading);
  EXPECT_EQ(view.loaded_bytes, 40U);
  EXPECT_EQ(view.load_bytes, 100U);
}

}  // namespace
}  // namespace lar::scheduler
