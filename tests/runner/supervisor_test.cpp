// The boundary with a real runner at its other end: answers, cancels, and every way to die.
#include "runner/supervisor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "supervised.h"

namespace lar::runner {
namespace {

using lar::test::shared_data;
using test::Answer;
using test::chat;
using test::endless;
using test::milliseconds;
using test::Supervised;

#define START_PARROT(name)                      \
  LAR_REQUIRE_DATA(test::parrot_file());        \
  Supervised name(test::lar_runner());          \
  name.start(test::parrot_file(), parallel(4)); \
  ASSERT_TRUE(name.wait_loaded()) << (name.ended ? name.ended->error.message : "")

runtime::LoadOptions parallel(uint32_t requests) {
  runtime::LoadOptions options;
  options.context = 1024;
  options.parallel = requests;
  return options;
}

const char* const kSky = "why is the sky blue? Be brief but factual in your reply";

TEST(Supervisor, AModelAnswersThroughItsProcess) {
  START_PARROT(runner);
  EXPECT_TRUE(runner.loaded->chat);
  EXPECT_TRUE(runner.loaded->tools);
  EXPECT_EQ(runner.loaded->context, 1024U);
  EXPECT_GT(runner.loaded->memory.private_bytes(), 0U);
  const auto answer = runner.submit(1, chat(kSky));
  ASSERT_TRUE(runner.wait([&] { return answer->done(); }));
  const auto* done = answer->generate_done();
  ASSERT_NE(done, nullptr) << answer->error()->message;
  EXPECT_TRUE(answer->text.starts_with("The sky looks blue")) << answer->text;
  EXPECT_EQ(done->prompt_tokens, 21U);
  EXPECT_EQ(done->generated_tokens, 36U);
  EXPECT_EQ(done->reason, runtime::DoneReason::kStop);
  EXPECT_TRUE(std::holds_alternative<runtime::PromptInfo>(answer->events.front()));
}

TEST(Supervisor, RequestsBeforeTheModelIsLoadedAreAnswered) {
  LAR_REQUIRE_DATA(test::parrot_file());
  Supervised runner(test::lar_runner());
  runner.start(test::parrot_file());
  const auto answer = runner.submit(1, chat(kSky));
  ASSERT_TRUE(runner.wait([&] { return answer->done(); }));
  EXPECT_NE(answer->generate_done(), nullptr);
}

TEST(Supervisor, ManyRequestsAreAnsweredTogether) {
  START_PARROT(runner);
  std::vector<std::shared_ptr<Answer>> answers;
  for (RequestId id = 1; id <= 16; ++id) answers.push_back(runner.submit(id, chat(kSky)));
  for (const auto& answer : answers) {
    ASSERT_TRUE(runner.wait([&] { return answer->done(); }));
    EXPECT_EQ(answer->text, answers.front()->text);
  }
}

TEST(Supervisor, TextAndTokensThereAndBack) {
  START_PARROT(runner);
  const auto tokens = runner.submit(1, runtime::TokenizeRequest{.text = "Hello there"});
  ASSERT_TRUE(runner.wait([&] { return tokens->done(); }));
  const auto* result = std::get_if<runtime::TokenizeResult>(&*tokens->last);
  ASSERT_NE(result, nullptr);
  const auto text = runner.submit(2, runtime::DetokenizeRequest{.tokens = result->tokens});
  ASSERT_TRUE(runner.wait([&] { return text->done(); }));
  EXPECT_EQ(std::get<runtime::DetokenizeResult>(*text->last).text, "Hello there");
}

TEST(Supervisor, CancelEndsARequestInEachPhase) {
  LAR_REQUIRE_DATA(test::parrot_file());
  Supervised runner(test::lar_runner());
  runner.start(test::parrot_file(), parallel(1));
  const auto loading = runner.submit(1, endless());
  runner.runner->cancel(1);
  ASSERT_TRUE(runner.wait([&] { return loading->done(); }, milliseconds(1000)));
  ASSERT_NE(loading->error(), nullptr);
  EXPECT_EQ(loading->error()->code, Code::kCancelled);
  ASSERT_TRUE(runner.wait_loaded());

  const auto generating = runner.submit(2, endless());
  const auto queued = runner.submit(3, endless());
  ASSERT_TRUE(runner.wait([&] { return !generating->text.empty(); }));
  runner.runner->cancel(3);
  ASSERT_TRUE(runner.wait([&] { return queued->done(); }, milliseconds(1000)));
  ASSERT_NE(queued->generate_done(), nullptr);
  EXPECT_EQ(queued->generate_done()->generated_tokens, 0U);
  runner.runner->cancel(2);
  ASSERT_TRUE(runner.wait([&] { return generating->done(); }, milliseconds(1000)));
  EXPECT_EQ(generating->generate_done()->reason, runtime::DoneReason::kCancelled);
  // An id that is gone or never was is nobody's.
  runner.runner->cancel(2);
  runner.runner->cancel(77);
  const auto next = runner.submit(4, chat(kSky));
  ASSERT_TRUE(runner.wait([&] { return next->done(); }));
  EXPECT_NE(next->generate_done(), nullptr);
}

// F26: a long prompt stops within a step, and its place is free.
TEST(Supervisor, CancelEndsALongPromptWithinAStep) {
  START_PARROT(runner);
  runtime::GenerateRequest request = endless();
  for (int i = 0; i < 90; ++i) request.prompt += " one two three four five";
  request.truncate = false;
  const auto answer = runner.submit(1, std::move(request));
  ASSERT_TRUE(runner.wait([&] { return !answer->events.empty(); }));
  runner.runner->cancel(1);
  ASSERT_TRUE(runner.wait([&] { return answer->done(); }, milliseconds(1000)));
  ASSERT_NE(answer->generate_done(), nullptr) << answer->error()->message;
  EXPECT_EQ(answer->generate_done()->reason, runtime::DoneReason::kCancelled);
  EXPECT_LE(answer->generate_done()->generated_tokens, 16U);
  ASSERT_TRUE(runner.wait([&] { return runner.runner->stats().running == 0; }, milliseconds(3000)));
}

// F32, V40: whatever is asked at whatever moment of a model's end gets exactly one last event.
TEST(Supervisor, UnloadsUnderLoadLoseNoRequest) {
  LAR_REQUIRE_DATA(test::parrot_file());
  Supervised runner(test::lar_runner());
  for (int round = 0; round < 25; ++round) {
    runner.start(test::parrot_file(), parallel(4));
    std::vector<std::shared_ptr<Answer>> answers;
    RequestId id = 0;
    for (int i = 0; i < 4; ++i) {
      answers.push_back(runner.submit(++id, endless()));
      answers.push_back(runner.submit(++id, runtime::TokenizeRequest{.text = "Hello there"}));
      answers.push_back(runner.submit(++id, chat(kSky, 3)));
      answers.push_back(runner.submit(++id, runtime::EmbedRequest{.inputs = {"a"}}));
    }
    runner.wait([] { return false; }, milliseconds(2 * round));
    runner.runner->stop();
    answers.push_back(runner.submit(++id, chat(kSky, 3)));
    ASSERT_TRUE(runner.wait([&] { return runner.ended.has_value(); }, kStopDeadline)) << round;
    EXPECT_EQ(runner.ended->cause, Ended::Cause::kStopped);
    for (const auto& answer : answers) {
      EXPECT_TRUE(runner.wait([&] { return answer->done(); }, milliseconds(1000))) << round;
    }
  }
}

// F25: each client is told at once, and the next request works.
TEST(Supervisor, AKilledRunnerTellsEveryRequestAndIsReplaced) {
  LAR_REQUIRE_DATA(test::parrot_file());
  Supervised runner(test::lar_runner());
  for (int round = 0; round < 10; ++round) {
    runner.start(test::parrot_file(), parallel(4));
    ASSERT_TRUE(runner.wait_loaded());
    std::vector<std::shared_ptr<Answer>> answers;
    for (RequestId id = 1; id <= 4; ++id) answers.push_back(runner.submit(id, endless()));
    ASSERT_TRUE(runner.wait([&] { return !answers.back()->text.empty(); }));
    ASSERT_EQ(::kill(runner.runner->pid(), SIGKILL), 0);
    for (const auto& answer : answers) {
      ASSERT_TRUE(runner.wait([&] { return answer->done(); }, milliseconds(1000)));
      ASSERT_NE(answer->error(), nullptr);
      EXPECT_NE(answer->error()->message.find("SIGKILL"), std::string::npos);
    }
    ASSERT_TRUE(runner.wait([&] { return runner.ended.has_value(); }, milliseconds(1000)));
    EXPECT_EQ(runner.ended->cause, Ended::Cause::kCrashed);
    EXPECT_EQ(runner.runner->pid(), -1);
  }
}

// F28: a process that is stopped is found by its silence.
TEST(Supervisor, AStoppedRunnerIsEndedWithinFiveSeconds) {
  START_PARROT(runner);
  const auto answer = runner.submit(1, endless());
  ASSERT_TRUE(runner.wait([&] { return !answer->text.empty(); }));
  const int pid = runner.runner->pid();
  ASSERT_EQ(::kill(pid, SIGSTOP), 0);
  ASSERT_TRUE(runner.wait([&] { return answer->done(); }, milliseconds(6000)));
  EXPECT_NE(answer->error()->message.find("hung"), std::string::npos);
  ASSERT_TRUE(runner.wait([&] { return runner.ended.has_value(); }, milliseconds(1000)));
  EXPECT_EQ(runner.ended->cause, Ended::Cause::kHung);
  EXPECT_FALSE(test::alive(pid));
}

TEST(Supervisor, StopEndsRequestsAndProcess) {
  START_PARROT(runner);
  const int pid = runner.runner->pid();
  const auto answer = runner.submit(1, endless());
  ASSERT_TRUE(runner.wait([&] { return !answer->text.empty(); }));
  runner.runner->stop();
  ASSERT_TRUE(runner.wait([&] { return runner.ended.has_value(); }, kStopDeadline));
  EXPECT_EQ(runner.ended->cause, Ended::Cause::kStopped);
  ASSERT_NE(answer->error(), nullptr);
  EXPECT_FALSE(test::alive(pid));
  const auto late = runner.submit(2, chat(kSky));
  ASSERT_TRUE(runner.wait([&] { return late->done(); }));
  EXPECT_NE(late->error(), nullptr);
}

TEST(Supervisor, DestroyingARunnerEndsItsProcessAndCallsNothing) {
  START_PARROT(runner);
  const int pid = runner.runner->pid();
  const auto answer = runner.submit(1, endless());
  ASSERT_TRUE(runner.wait([&] { return !answer->text.empty(); }));
  const size_t events = answer->events.size();
  runner.runner.reset();
  EXPECT_TRUE(runner.wait([&] { return !test::alive(pid); }, kStopDeadline));
  EXPECT_EQ(answer->events.size(), events);
  EXPECT_FALSE(runner.ended);
}

TEST(Supervisor, ARunnerMayBeDestroyedByItsOwnEvent) {
  START_PARROT(runner);
  bool called = false;
  runner.runner->submit(1, endless(), [&](runtime::Event&&) {
    called = true;
    runner.runner.reset();
  });
  EXPECT_TRUE(runner.wait([&] { return called; }));
  EXPECT_EQ(runner.runner, nullptr);
}

TEST(Supervisor, ABrokenFileIsAnErrorAndNoCrash) {
  const auto file = lar::test::source_path("README.md");
  Supervised runner(test::lar_runner());
  runner.start(file);
  const auto answer = runner.submit(1, chat(kSky));
  ASSERT_TRUE(runner.wait([&] { return runner.ended.has_value(); }));
  EXPECT_EQ(runner.ended->cause, Ended::Cause::kLoadFailed);
  ASSERT_NE(answer->error(), nullptr);
  EXPECT_EQ(answer->error()->code, Code::kDataCorrupt);
}

// S01, S05: what the kernel says about the process.
TEST(Supervisor, TheRunnerIsSandboxed) {
  START_PARROT(runner);
  const int pid = runner.runner->pid();
  if (runner.loaded->sandbox == SandboxState::kFull) {
    EXPECT_EQ(test::process_status(pid, "Seccomp"), "2");
    EXPECT_TRUE(runner.loaded->warnings.empty());
  } else {
    EXPECT_FALSE(runner.loaded->warnings.empty());
  }
  EXPECT_EQ(test::process_status(pid, "NoNewPrivs"), "1");
  EXPECT_EQ(test::process_status(pid, "CapEff"), "0000000000000000");
  // Three standard streams and the socket: the files are mapped and closed.
  std::vector<std::string> open;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    open.push_back(entry.path().filename().string());
  }
  std::ranges::sort(open);
  EXPECT_EQ(open, (std::vector<std::string>{"0", "1", "2", "3"}));
}

}  // namespace
}  // namespace lar::runner
