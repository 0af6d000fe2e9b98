#include "scheduler/memory.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace lar::scheduler {
namespace {

class MemoryTest : public testing::Test {
 protected:
  MemoryTest() {
    std::string name = testing::TempDir() + "memoryXXXXXX";
    root = mkdtemp(name.data());
    write("proc/meminfo", "MemTotal: 2000 kB\nMemAvailable:     1000 kB\n");
  }
  ~MemoryTest() override { std::filesystem::remove_all(root); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text;
  }
  uint64_t available() const { return available_memory(root / "proc", root / "cgroup"); }

  std::filesystem::path root;
};

TEST_F(MemoryTest, IsWhatTheMachineHas) {
  EXPECT_EQ(available(), 1000U << 10U);
}

TEST_F(MemoryTest, IsWhatTheGroupHasLeftWhereThatIsLess) {
  write("proc/self/cgroup", "0::/a/b\n");
  write("cgroup/a/b/memory.max", "max\n");
  write("cgroup/a/b/memory.current", "1\n");
  write("cgroup/a/memory.max", "50000\n");
  write("cgroup/a/memory.current", "30000\n");
  write("cgroup/a/memory.stat", "anon 5\ninactive_file 8000\n");
  EXPECT_EQ(available(), 28'000U);
}

TEST_F(MemoryTest, IsUnlimitedWhereNothingTells) {
  std::filesystem::remove_all(root / "proc");
  EXPECT_EQ(available(), UINT64_MAX);
}

}  // namespace
}  // namespace lar::scheduler
