// F28: whatever a runner does, its requests get an error that names the reason, and the server goes
// on.
#include <gtest/gtest.h>

#include <fstream>

#include "base/sanitized.h"
#include "supervised.h"

namespace lar::runner {
namespace {

using test::milliseconds;
using test::Supervised;

SupervisorOptions misbehaving(const std::string& what) {
  SupervisorOptions options;
  options.program = (std::filesystem::path(LAR_TEST_BINARY_DIR) / "misbehaving_runner").string();
  options.arguments = {what};
  options.heartbeat = milliseconds(100);
  options.silence_max = milliseconds(500);
  return options;
}

uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t pages = 0;
  file >> pages >> pages;
  return pages * 4096;
}

struct Case {
  const char* what;
  const char* reason;  // that the message names
  Ended::Cause cause;
};

class Misbehavior : public testing::TestWithParam<Case> {};

TEST_P(Misbehavior, EndsWithAReason) {
  const std::string_view what = GetParam().what;
  if (kSanitized && (what == "overflow" || what == "bus" || what == "memory")) {
    GTEST_SKIP() << "a sanitizer catches it first";
  }
  const uint64_t before = resident_bytes();
  Supervised runner(misbehaving(GetParam().what));
  runner.start(LoadSpec{.name = "m", .key = "m"});
  const int pid = runner.runner->pid();
  const auto answer = runner.submit(1, test::chat("x"));
  ASSERT_TRUE(runner.wait([&] { return runner.ended.has_value(); }, milliseconds(5000)));
  EXPECT_EQ(runner.ended->cause, GetParam().cause);
  ASSERT_NE(answer->error(), nullptr);
  EXPECT_NE(answer->error()->message.find(GetParam().reason), std::string::npos)
      << answer->error()->message;
  EXPECT_FALSE(test::alive(pid));
  EXPECT_LT(resident_bytes(), before + (32U << 20));
}

INSTANTIATE_TEST_SUITE_P(All,
                         Misbehavior,
                         testing::Values(Case{"exit", "exit code 0", Ended::Cause::kCrashed},
                                         Case{"abort", "SIGABRT", Ended::Cause::kCrashed},
                                         Case{"overflow", "SIGSEGV", Ended::Cause::kCrashed},
                                         Case{"bus", "SIGBUS", Ended::Cause::kCrashed},
                                         Case{"memory", "memory_limit", Ended::Cause::kCrashed},
                                         Case{"garbage", "protocol", Ended::Cause::kProtocol},
                                         Case{"huge", "protocol", Ended::Cause::kProtocol},
                                         Case{"flood", "protocol", Ended::Cause::kProtocol},
                                         Case{"spin", "hung", Ended::Cause::kHung},
                                         Case{"silent", "hung", Ended::Cause::kHung},
                                         Case{"close", "SIGKILL", Ended::Cause::kCrashed}),
                         [](const auto& info) { return std::string(info.param.what); });

TEST(Supervisor, AProgramThatIsNotThereIsSaid) {
  SupervisorOptions options;
  options.program = "/nonexistent";
  Supervised runner(options);
  runner.start(LoadSpec{.name = "m", .key = "m"});
  const auto answer = runner.submit(1, test::chat("x"));
  ASSERT_TRUE(runner.wait([&] { return answer->done() && runner.ended.has_value(); }));
  EXPECT_EQ(runner.ended->cause, Ended::Cause::kSpawnFailed);
}

TEST(Supervisor, AModelThatCrashesAllTheTimeIsNotStartedInALoop) {
  Supervised runner(misbehaving("abort"));
  size_t crashes = 0;
  while (crashes < CircuitBreaker::kCrashesMax) {
    runner.start(LoadSpec{.name = "m", .key = "m"});
    ASSERT_TRUE(runner.wait([&] { return runner.ended.has_value(); }));
    ASSERT_EQ(runner.ended->cause, Ended::Cause::kCrashed);
    ++crashes;
  }
  runner.start(LoadSpec{.name = "m", .key = "m"});
  ASSERT_TRUE(runner.wait([&] { return runner.ended.has_value(); }));
  EXPECT_EQ(runner.ended->cause, Ended::Cause::kRefused);
  EXPECT_EQ(runner.ended->error.code, Code::kUnavailable);
}

}  // namespace
}  // namespace lar::runner
