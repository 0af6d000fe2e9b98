// F29: runners do not outlive their server, whatever they are at when it dies.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "child.h"
#include "supervised.h"

namespace lar::runner {
namespace {

using std::chrono::milliseconds;

bool gone_within(int pid, milliseconds longest) {
  for (milliseconds waited{0}; waited < longest; waited += milliseconds(10)) {
    if (!test::alive(pid)) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

class Orphan : public testing::TestWithParam<bool> {};

TEST_P(Orphan, RunnersEndWithTheirServer) {
  LAR_REQUIRE_DATA(test::parrot_file());
  const bool loaded = GetParam();
  for (int round = 0; round < (loaded ? 5 : 10); ++round) {
    const std::string file = test::parrot_file().string();
    test::Child server("server_with_runners", {lar::test::lar_binary().string(), file, file});
    std::vector<int> pids;
    for (int i = 0; i < 2; ++i) {
      const auto line = server.read_line();
      ASSERT_TRUE(line);
      pids.push_back(std::stoi(*line));
    }
    if (loaded) {
      ASSERT_EQ(server.read_line(), "loaded");
    } else {
      std::this_thread::sleep_for(milliseconds(3 * round));  // at different moments of loading
    }
    server.kill();
    server.wait();
    for (const int pid : pids) {
      EXPECT_GT(pid, 0);
      EXPECT_TRUE(gone_within(pid, milliseconds(2000))) << pid;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Moments, Orphan, testing::Values(false, true), [](const auto& info) {
  return info.param ? "Loaded" : "Loading";
});

}  // namespace
}  // namespace lar::runner
