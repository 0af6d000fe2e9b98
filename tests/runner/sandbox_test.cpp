// S02: a runner that was taken over gets nowhere. S07: what the kernel lacks is said, or refused.
#include "runner/sandbox.h"

#include <gtest/gtest.h>

#include <sstream>

#include "child.h"

namespace lar::runner {
namespace {

// Its output through a pipe: a file could not be written to from inside the sandbox.
struct Said {
  int code = -1;
  std::string out;
};
Said run(const std::string& program, const std::vector<std::string>& arguments = {}) {
  test::Child child(program, arguments);
  Said said;
  while (const auto line = child.read_line()) said.out += *line + '\n';
  said.code = child.wait();
  return said;
}

TEST(Sandbox, EveryActIsDeniedAndTheUsualWorkIsNot) {
  const auto result = run("sandboxed_acts");
  ASSERT_EQ(result.code, 0) << result.out;
  if (result.out.find("lacks: seccomp") != std::string::npos) {
    GTEST_SKIP() << "no seccomp here: " << result.out;
  }
  std::istringstream lines(result.out);
  std::string line;
  int denied = 0;
  while (std::getline(lines, line)) {
    if (line.starts_with("lacks:")) continue;
    const bool refused =
        line.ends_with(": EPERM") || line.ends_with(": EACCES") || line.ends_with(": ENOSYS");
    EXPECT_TRUE(refused) << line;
    denied += refused ? 1 : 0;
  }
  EXPECT_GE(denied, 40);
}

TEST(Sandbox, WhatIsLackingIsSaidAndRequiredModeRefuses) {
  // Inside a filter that knows no Landlock and no seccomp, as an old kernel or a strict container.
  const auto best = run("sandbox_without", {"best-effort"});
  EXPECT_EQ(best.code, 0) << best.out;
  EXPECT_NE(best.out.find("degraded"), std::string::npos) << best.out;
  EXPECT_NE(best.out.find("Landlock"), std::string::npos) << best.out;
  const auto required = run("sandbox_without", {"required"});
  EXPECT_EQ(required.code, 1) << required.out;
  EXPECT_NE(required.out.find("the sandbox is required"), std::string::npos) << required.out;
}

}  // namespace
}  // namespace lar::runner
