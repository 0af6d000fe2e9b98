// F01, F20 and the error paths: the calls of a create and of a pull fail one after the other, with
// each kind of error, or the process dies there.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <random>

#include "actor.h"
#include "sample_model.h"
#include "store/partial_blob.h"
#include "store/store.h"
#include "store/verify.h"
#include "support/data.h"

namespace lar::store {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;
constexpr size_t kPullBytes = kPieceBytes + 1000;

class Fault : public ::testing::Test {
 protected:
  // A fresh store with model `a` of seed 1, and `keep` that nobody touches.
  void begin() {
    fs::remove_all(store_.layout().root);
    ASSERT_TRUE(test::store_sample(store_, "a", 1, 3000));
    ASSERT_TRUE(test::store_sample(store_, "keep", 9, 3000));
  }

  // What must be true at every moment: `a` is whole, of seed 1 or as `sample` says, and nothing
  // that a name needs is damaged.
  void check(const test::SampleModel& sample, const std::string& when) const {
    const auto report = verify(store_, {});
    ASSERT_TRUE(report) << when;
    EXPECT_TRUE(report->clean()) << when << ": "
                                 << (report->damaged.empty() ? "" : report->damaged[0].detail);
    const auto model = store_.manifest(*ModelName::parse("a"));
    ASSERT_TRUE(model) << when;
    EXPECT_TRUE(model->bytes == test::sample_model(1, 3000).manifest.encode() ||
                model->bytes == sample.manifest.encode())
        << when;
    EXPECT_TRUE(store_.manifest(*ModelName::parse("keep"))) << when;
  }

  void expect_done(const test::SampleModel& sample, const std::string& when) const {
    check(sample, when);
    EXPECT_EQ(store_.manifest(*ModelName::parse("a"))->bytes, sample.manifest.encode()) << when;
  }

  int count_calls(const Words& words) {
    begin();
    const auto log = dir_.path() / "log";
    EXPECT_EQ(test::run_actor(store_.layout().root, words, {.log = log}), 0);
    std::ifstream in(log);
    int calls = 0;
    for (std::string line; std::getline(in, line);) {
      calls += line.starts_with("close") || line.starts_with("mark") ? 0 : 1;
    }
    fs::remove(log);
    return calls + 10;  // calls that fail even so (a second unlink) are not in the log
  }

  // Every `step`-th call, for the costly errors; the others more rarely.
  void fail_calls(const Words& words, const test::SampleModel& sample, int step) {
    const int calls = count_calls(words);
    ASSERT_GT(calls, 30);
    // A program that goes on after one error and one that cannot go on are both tried.
    struct Kind {
      const char* action;
      int step;
    };
    int runs = 0;
    int failed = 0;
    for (const Kind kind : {Kind{"EIO", 1}, Kind{"KILL", 1}, Kind{"ENOSPC", 2}, Kind{"EMFILE", 4},
                            Kind{"EINTR", 4}, Kind{"SHORT", 4}}) {
      const std::string action = kind.action;
      const bool harmless = action == "EINTR" || action == "SHORT";
      for (int at = 1; at <= calls; at += step * kind.step) {
        const std::string when = action + " at call " + std::to_string(at);
        begin();
        const bool persist = !harmless && at % 4 >= 2;
        const int status = test::run_actor(store_.layout().root, words, {at, action, persist, {}});
        ++runs;
        if (status != 0) ++failed;
        check(sample, when);
        if (status == 0) expect_done(sample, when);
        // Afterwards it works without any help.
        ASSERT_EQ(test::run_actor(store_.layout().root, words), 0) << when;
        expect_done(sample, when);
      }
    }
    std::printf("%s: %d calls, %d runs, %d of them failed, 0 lost\n", words[0].c_str(), calls, runs,
                failed);
    EXPECT_GT(failed, calls / 2);
  }

  lar::test::TempDir dir_ = lar::test::TempDir::in_memory();
  Store store_{dir_.path() / "models"};
};

TEST_F(Fault, AnyCallOfACreateMayFail) {
  fail_calls({"create", "a", "2"}, test::sample_model(2, 3000), 1);
}

TEST_F(Fault, AnyCallOfAPullMayFail) {
  fail_calls({"pull", "a", "2", std::to_string(kPullBytes)}, test::sample_model(2, kPullBytes), 2);
}

// F08 in small: what was downloaded before a kill is not fetched again.
TEST_F(Fault, AKilledPullGoesOnWhereItWas) {
  const auto sample = test::sample_model(2, kPullBytes);
  const Words words = {"pull", "a", "2", std::to_string(kPullBytes)};
  const int calls = count_calls(words);
  uint64_t most = 0;
  for (int at = 1; at <= calls; at += 2) {
    begin();
    test::run_actor(store_.layout().root, words, {at, "KILL", false, {}});
    const Digest weights = sample.manifest.layers[0].digest;
    if (!fs::exists(store_.layout().partial() / (weights.hex() + ".journal"))) continue;
    const auto partial = PartialBlob::open(store_.layout(), weights, kPullBytes);
    ASSERT_TRUE(partial) << partial.error().message;
    EXPECT_GE((*partial)->completed_bytes(), most == kPullBytes ? 0 : most);
    most = std::max(most, (*partial)->completed_bytes());
  }
  EXPECT_EQ(most, kPullBytes);
}

// F20, on file systems of 30 sizes that are too small.
TEST_F(Fault, AFullDiskIsReportedAndDoesNoHarm) {
  if (std::system("unshare -Urm true 2>/dev/null") != 0) {
    GTEST_SKIP() << "no right to mount a tmpfs";
  }
  const auto script = dir_.path() / "script";
  std::ofstream(script) << R"(
set -e
actor=$1; mnt=$2; seen=0
mkdir -p "$mnt"
for kib in $(seq 60 40 1220); do
  mount -t tmpfs -o size=${kib}k none "$mnt"
  "$actor" "$mnt/models" create a 1
  if "$actor" "$mnt/models" pull a 2 1500000 2> "$mnt.err"; then echo "fits $kib"; exit 1; fi
  grep -q 'resource_exhausted: .*disk full: [0-9]* bytes needed, [0-9]* available' "$mnt.err"
  "$actor" "$mnt/models" copy a b
  mount -o remount,size=20m "$mnt"
  "$actor" "$mnt/models" pull a 2 1500000
  umount "$mnt"
  seen=$((seen + 1))
done
test $seen = 30
)";
  const std::string command = "unshare -Urm sh '" + script.string() + "' " LAR_STORE_ACTOR " '" +
                              (dir_.path() / "mnt").string() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace lar::store
