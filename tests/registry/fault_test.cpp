// Pulls from a registry that breaks off, slows down, falls silent or lies, and pulls that are
// killed. The cases' names are those of the reliability catalogue.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <random>
#include <thread>

#include "fixture.h"
#include "store/partial_blob.h"
#include "store/sha256.h"
#include "store/verify.h"

namespace lar::registry {
namespace {

using namespace std::chrono_literals;
using test::ContentFault;
using test::PeerConnection;
using test::PeerRequest;
using test::RegistryTest;
using test::verdict;

constexpr size_t kMiB = 1U << 20U;

uint64_t seed() {
  fmt::print("seed {}\n", ::testing::GTEST_FLAG(random_seed));
  return static_cast<uint64_t>(::testing::GTEST_FLAG(random_seed)) + 1;
}

class Faults : public RegistryTest {
 protected:
  // For tests of silence.
  void use_short_deadlines() {
    config_.deadlines = {.connect = 1000ms, .stall = 1000ms, .total = 0ms};
    restart();
  }
  static pid_t start_actor(const std::filesystem::path& root, const std::string& model) {
    const pid_t pid = fork();
    if (pid == 0) {
      const int log = open((root / "actor.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
      dup2(log, 2);
      execl(LAR_PULL_ACTOR, LAR_PULL_ACTOR, root.c_str(), model.c_str(), nullptr);
      _exit(127);
    }
    return pid;
  }
  // Kills a pull at `kills` random moments, while two versions of a model of `layers` layers
  // alternate in the registry.
  void kill_pulls(int kills, size_t layers, size_t layer_bytes);
  void break_connections(int times);
  void expect_old_or_new(const std::string& old_bytes, const std::string& new_bytes) const;
};

void Faults::expect_old_or_new(const std::string& old_bytes, const std::string& new_bytes) const {
  const auto stored = store_.manifest(*store::ModelName::parse(name("tale:one")));
  ASSERT_TRUE(stored) << stored.error().message;
  ASSERT_TRUE(stored->bytes == old_bytes || stored->bytes == new_bytes);
  const auto report = store::verify(store_, {.threads = 1});
  ASSERT_TRUE(report && report->clean());
}

void Faults::kill_pulls(int kills, size_t layers, size_t layer_bytes) {
  std::mt19937_64 random(seed());
  const auto version = [&](uint64_t number) {
    std::vector<std::string> weights;
    for (size_t i = 0; i < layers; ++i) {
      weights.push_back(test::random_bytes(number * 100 + i, layer_bytes));
    }
    return fake_.add_model("lib/tale", "one", weights);
  };
  std::string old_bytes = version(1);
  ASSERT_TRUE(pull("tale:one").ok());
  fake_.on_content = [](const PeerRequest&, uint64_t) {
    return ContentFault{.bytes_per_second = 12 * kMiB};
  };
  uint64_t number = 1;
  std::string new_bytes = version(++number);
  fake_.clear_log();
  int done = 0;
  int completed = 0;
  while (done < kills) {
    const pid_t pid = start_actor(dir_.path(), name("tale:one"));
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 250));
    kill(pid, SIGKILL);
    int status = 0;
    waitpid(pid, &status, 0);
    if (WIFSIGNALED(status)) {
      ++done;
      // Checking every blob each time is most of the work; a few times is enough.
      if (done % std::max(5, kills / 10) == 0) expect_old_or_new(old_bytes, new_bytes);
    } else {
      ASSERT_EQ(WEXITSTATUS(status), 0) << lar::test::read_file(dir_.path() / "actor.log");
      ++completed;
      old_bytes = new_bytes;
      new_bytes = version(++number);
    }
    if (HasFatalFailure()) return;
  }
  const pid_t pid = start_actor(dir_.path(), name("tale:one"));
  int status = 0;
  waitpid(pid, &status, 0);
  ASSERT_EQ(status, 0) << lar::test::read_file(dir_.path() / "actor.log");
  ++completed;
  expect_stored("tale:one", new_bytes);
  const uint64_t size = layers * layer_bytes * static_cast<uint64_t>(completed);
  const uint64_t sent = fake_.blob_bytes_sent();
  const uint64_t again = sent > size ? sent - size : 0;
  const uint64_t allowed = static_cast<uint64_t>(kills) * 4 * 2 * kMiB + size / 20;
  EXPECT_LE(again, allowed);
  verdict(fmt::format("F01 {} kills, {} pulls of {} MB", kills, completed,
                      layers * layer_bytes / 1'000'000),
          "nothing lost, store clean", "nothing lost, store clean");
  verdict("F08 fetched again for a kill", "<= 16 MiB a stream",
          fmt::format("{:.2f} MiB in all streams",
                      static_cast<double>(again) / static_cast<double>(kMiB) / kills));
}

TEST_F(Faults, F01_F08_KilledPullsLoseNothing) {
  kill_pulls(20, 6, 4 * kMiB + 321);
}

TEST_F(Faults, DISABLED_Slow_F01_F08_KilledPullsLoseNothing) {
  kill_pulls(200, 6, 50'000'000);
}

TEST_F(Faults, F10_ABadStateOfADownloadIsNoEndlessError) {
  const std::string weights = test::random_bytes(1, 8 * kMiB + 1);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  const auto digest = store::sha256(weights);
  const auto journal = store_.layout().partial() / (digest.hex() + ".journal");
  const auto data = store_.layout().partial() / (digest.hex() + ".data");
  const std::string other = "lar-partial 1 sha256:" + std::string(64, '0') + " 99 0000\n";
  for (const std::string& content :
       {std::string(), std::string("lar-par"), std::string("\xff\x00garbage\n", 10),
        std::string("lar-partial 0 x\n"), other, std::string(kMiB, 'x')}) {
    std::filesystem::create_directories(journal.parent_path());
    std::ofstream(journal, std::ios::binary) << content;
    std::ofstream(data, std::ios::binary) << "old";
    const auto outcome = pull("tale:one");
    EXPECT_TRUE(outcome.ok()) << outcome.error();
    expect_stored("tale:one", manifest);
    ASSERT_TRUE(store_.remove(*store_.find(*store::ModelName::parse(name("tale:one")))));
  }
  verdict("F10 empty, cut, garbage, older, other's state", "pull completes", "6 of 6");
}

void Faults::break_connections(int times) {
  const std::string weights = test::random_bytes(2, static_cast<size_t>(times) * 80'000);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  std::mt19937_64 random(seed());
  std::mutex mutex;
  int drops = 0;
  fake_.on_content = [&](const PeerRequest&, uint64_t) {
    const std::scoped_lock lock(mutex);
    if (drops == times) return ContentFault{};
    ++drops;
    return ContentFault{.drop_after_bytes = random() % 150'000};
  };
  const auto outcome = pull("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_TRUE(outcome.monotone());
  expect_stored("tale:one", manifest);
  const double ratio =
      static_cast<double>(fake_.blob_bytes_sent()) / static_cast<double>(weights.size());
  EXPECT_LE(ratio, 1.1);
  verdict(fmt::format("F11 connection dropped {} times", times), "completes, <= 1.1x, never back",
          fmt::format("{} drops, {:.3f}x, {}", drops, ratio,
                      outcome.monotone() ? "never back" : "went back"));
}

TEST_F(Faults, F11_BrokenConnectionsCostNothing) {
  break_connections(100);
}

TEST_F(Faults, DISABLED_Slow_F11_BrokenConnectionsCostNothing) {
  break_connections(500);
}

TEST_F(Faults, F12_ADamagedRangeIsFoundAndFetchedAgain) {
  const std::string weights = test::random_bytes(3, 30 * kMiB + 7);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  std::atomic<int> left = 1;
  fake_.on_content = [&](const PeerRequest& request, uint64_t begin) {
    const bool hit = request.header("Range").starts_with("bytes=16777216-") && begin > 0;
    return hit && left-- > 0 ? ContentFault{.flip_at = 20 * kMiB} : ContentFault{};
  };
  const auto outcome = pull("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_TRUE(outcome.said("digest mismatch"));
  expect_stored("tale:one", manifest);
  const uint64_t again = fake_.blob_bytes_sent() - weights.size();
  EXPECT_LE(again, 64 * kMiB);
  verdict("F12 wrong once", "found, <= 64 MiB again",
          fmt::format("found, {} MiB again", again / kMiB));
}

TEST_F(Faults, F12_ARangeThatIsAlwaysDamagedFails) {
  const std::string weights = test::random_bytes(4, 24 * kMiB);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  std::atomic<uint64_t> turn = 0;
  fake_.on_content = [&](const PeerRequest&, uint64_t) {
    return ContentFault{.flip_at = 9 * kMiB + turn++};
  };
  auto outcome = pull("tale:one");
  EXPECT_EQ(outcome.code(), Code::kDataCorrupt);
  EXPECT_NE(outcome.error().find("digest mismatch: bytes 9437184-10485759"), std::string::npos)
      << outcome.error();
  EXPECT_FALSE(in_store("tale:one"));
  EXPECT_FALSE(store_.blob(store::sha256(weights)));
  verdict("F12 wrong each time", "digest mismatch with the range", outcome.error());

  // What was right is kept: only the search reads again.
  fake_.on_content = nullptr;
  fake_.clear_log();
  outcome = pull("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  expect_stored("tale:one", manifest);

  // Bytes that are wrong in the same way each time are the registry's.
  ASSERT_TRUE(store_.remove(*store_.find(*store::ModelName::parse(name("tale:one")))));
  fake_.on_content = [](const PeerRequest&, uint64_t) { return ContentFault{.flip_at = 5}; };
  outcome = pull("tale:one");
  EXPECT_EQ(outcome.code(), Code::kDataCorrupt);
  EXPECT_FALSE(store_.blob(store::sha256(weights)));
  verdict("F12 wrong in the registry", "digest mismatch, no file", outcome.error());
}

TEST_F(Faults, F14_ComesBackLaterWhenTold) {
  const std::string manifest = fake_.add_model("lib/tale", "one", {test::random_bytes(5, kMiB)});
  config_.retry.first_delay = 200ms;
  restart();
  struct Case {
    const char* what;
    std::vector<std::pair<std::string, std::string>> headers;
    int status;
    std::chrono::milliseconds least;
  };
  const auto date = [](int seconds) {
    const time_t then = time(nullptr) + seconds;
    tm parts{};
    gmtime_r(&then, &parts);
    char text[64];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return std::string(text);
  };
  const std::vector<Case> cases = {{"429, Retry-After: 1", {{"Retry-After", "1"}}, 429, 1000ms},
                                   {"503, a date", {{"Retry-After", ""}}, 503, 500ms},
                                   {"429, nothing said", {}, 429, 10ms}};
  for (const auto& each : cases) {
    std::atomic<int> refusals = 1;
    std::atomic<int> too_early = 0;
    std::atomic<bool> refusing = false;
    std::chrono::steady_clock::time_point until;
    fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
      if (request.target.find("/blobs/") == std::string::npos) return false;
      if (refusing && std::chrono::steady_clock::now() < until) ++too_early;
      if (refusals-- <= 0) return false;
      until = std::chrono::steady_clock::now() + each.least;
      refusing = true;
      auto headers = each.headers;
      if (each.status == 503) headers[0].second = date(2);
      return connection.answer(each.status, "later", headers);
    };
    const auto begin = std::chrono::steady_clock::now();
    const auto outcome = pull("tale:one");
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    EXPECT_TRUE(outcome.ok()) << outcome.error();
    EXPECT_GE(took, each.least) << each.what;
    EXPECT_EQ(too_early, 0) << each.what;
    EXPECT_TRUE(outcome.said("waiting ")) << each.what;
    verdict(std::string("F14 ") + each.what, fmt::format(">= {} ms, says so", each.least.count()),
            fmt::format("{} ms, {}", took.count(), outcome.said("waiting ") ? "said" : "not said"));
    fake_.on_request = nullptr;
    ASSERT_TRUE(store_.remove(*store_.find(*store::ModelName::parse(name("tale:one")))));
  }
}

TEST_F(Faults, F14_AWaitIsCancelledAtOnce) {
  fake_.on_request = [](PeerConnection& connection, const PeerRequest&) {
    return connection.answer(429, "later", {{"Retry-After", "100"}});
  };
  std::stop_source stop;
  std::chrono::steady_clock::time_point asked;
  std::jthread leaver([&] {
    std::this_thread::sleep_for(200ms);
    asked = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  const auto outcome = pull("tale:one", {.insecure = true}, stop.get_token());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - asked);
  EXPECT_EQ(outcome.code(), Code::kCancelled);
  EXPECT_LT(took, 2s);
  verdict("F14 cancelled while it waits", "<= 200 ms", fmt::format("{} ms", took.count()));
}

TEST_F(Faults, F15_SilenceLeadsToTheNextTry) {
  use_short_deadlines();
  const std::string manifest =
      fake_.add_model("lib/tale", "one", {test::random_bytes(6, 3 * kMiB)});
  std::atomic<int> silences = 1;
  fake_.on_request = [&](PeerConnection& connection, const PeerRequest& request) {
    if (request.target.find("/blobs/") == std::string::npos || silences-- <= 0) return false;
    connection.sleep(10'000);
    return true;
  };
  auto begin = std::chrono::steady_clock::now();
  auto outcome = pull("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, 8s);
  verdict("F15 silent before the answer (deadline 1 s)", "next try",
          fmt::format("done in {} ms", took / 1ms));
  ASSERT_TRUE(store_.remove(*store_.find(*store::ModelName::parse(name("tale:one")))));

  std::atomic<int> halves = 1;
  fake_.on_request = nullptr;
  fake_.on_content = [&](const PeerRequest&, uint64_t) {
    return halves-- > 0 ? ContentFault{.silent_after_bytes = 1'500'000} : ContentFault{};
  };
  begin = std::chrono::steady_clock::now();
  outcome = pull("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, 8s);
  expect_stored("tale:one", manifest);
  verdict("F15 silent in the body (deadline 1 s)", "next try",
          fmt::format("done in {} ms", took / 1ms));
}

TEST_F(Faults, F15_AConnectionThatIsNeverMadeEnds) {
  // A registry that accepts and says nothing of TLS.
  lar::test::HttpPeer silent([](PeerConnection& connection) { connection.sleep(20'000); });
  config_.private_hosts = {"127.0.0.1"};
  config_.retry.tries_max = 2;
  use_short_deadlines();
  const auto begin = std::chrono::steady_clock::now();
  const auto result = registry_->pull(*store::ModelName::parse(silent.host() + "/lib/x"), {},
                                      [](const Progress&) {}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kDeadlineExceeded);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, 10s);
  verdict("F15 silent in TLS (deadline 1 s, 3 tries)", "deadline_exceeded",
          fmt::format("{} after {} ms", code_name(result.error().code), took / 1ms));
}

TEST_F(Faults, F15_ASteadySlowLinkIsNeverGivenUp) {
  use_short_deadlines();
  const std::string manifest = fake_.add_model("lib/tale", "one", {test::random_bytes(7, 60'000)});
  fake_.on_content = [](const PeerRequest&, uint64_t) {
    return ContentFault{.bytes_per_second = 20 << 10};
  };
  const auto outcome = pull("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_EQ(fake_.count("GET", "/blobs/"), 4U) << "a stream was given up";
  verdict("F15 20 KiB/s, steady", "never aborted",
          fmt::format("{} requests for 4 blobs", fake_.count("GET", "/blobs/")));
}

TEST_F(Faults, F15_OneDrippingPartDoesNotHoldUpTheRest) {
  const std::string weights = test::random_bytes(8, 64 * kMiB);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  std::atomic<int> drips = 1;
  fake_.on_content = [&](const PeerRequest&, uint64_t begin) {
    return begin == 32 * kMiB && drips-- > 0 ? ContentFault{.bytes_per_second = 1024}
                                             : ContentFault{};
  };
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = pull("tale:one");
  EXPECT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_TRUE(outcome.monotone());
  expect_stored("tale:one", manifest);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, 15s);
  verdict("F15 one of the parts drips 1 KiB/s", "the rest is not held up",
          fmt::format(
              "64 MiB in {} ms, {:.2f}x", took / 1ms,
              static_cast<double>(fake_.blob_bytes_sent()) / static_cast<double>(weights.size())));
}

TEST_F(Faults, F18_PullsOfOneModelShareTheirDownloads) {
  const std::string shared = test::random_bytes(9, 16 * kMiB);
  const std::string one =
      fake_.add_model("lib/tale", "one", {shared, test::random_bytes(10, kMiB)});
  const std::string two = fake_.add_model("lib/tale", "two", {shared});
  fake_.on_content = [](const PeerRequest&, uint64_t) {
    return ContentFault{.bytes_per_second = 20 * kMiB};
  };
  std::vector<test::Outcome> outcomes(8);
  std::vector<std::stop_source> stops(8);
  {
    std::vector<std::jthread> clients;
    for (size_t i = 0; i < 8; ++i) {
      clients.emplace_back([&, i] {
        outcomes[i] =
            pull(i % 2 == 0 ? "tale:one" : "tale:two", {.insecure = true}, stops[i].get_token());
      });
    }
    std::this_thread::sleep_for(150ms);
    for (size_t i = 0; i < 4; ++i) stops[i].request_stop();
  }
  int finished = 0;
  for (size_t i = 4; i < 8; ++i) {
    EXPECT_TRUE(outcomes[i].ok()) << outcomes[i].error();
    EXPECT_TRUE(outcomes[i].monotone());
    finished += outcomes[i].ok() ? 1 : 0;
  }
  expect_stored("tale:one", one);
  expect_stored("tale:two", two);
  const uint64_t size = fake_.bytes_of_blobs();
  const double ratio = static_cast<double>(fake_.blob_bytes_sent()) / static_cast<double>(size);
  EXPECT_LE(ratio, 1.02);
  verdict("F18 8 clients, 2 tags, 4 leave", "4 finish, <= 1.02x",
          fmt::format("{} finish, {:.3f}x", finished, ratio));
}

TEST_F(Faults, F18_TheLastLeaverStopsTheDownload) {
  const std::string weights = test::random_bytes(11, 32 * kMiB);
  fake_.add_model("lib/tale", "one", {weights});
  fake_.on_content = [](const PeerRequest&, uint64_t) {
    return ContentFault{.bytes_per_second = 5 * kMiB};
  };
  std::stop_source stop;
  std::jthread leaver([&] {
    std::this_thread::sleep_for(600ms);
    stop.request_stop();
  });
  const auto outcome = pull("tale:one", {.insecure = true}, stop.get_token());
  EXPECT_EQ(outcome.code(), Code::kCancelled);
  const uint64_t sent = fake_.blob_bytes_sent();
  std::this_thread::sleep_for(300ms);
  EXPECT_LE(fake_.blob_bytes_sent(), sent + kMiB);
  const auto partials = store::list_partials(store_.layout());
  ASSERT_TRUE(partials);
  ASSERT_EQ(partials->size(), 1U);
  EXPECT_GT(partials->front().disk_bytes, 0U);
  EXPECT_FALSE(partials->front().in_use);
  verdict("F18 the last one leaves", "stops, partial kept",
          fmt::format("stopped, {} MiB kept", partials->front().disk_bytes / kMiB));
}

TEST_F(Faults, F20_AFullDiskIsSaidAndTheRestComesLater) {
  const auto mount_point = dir_.path() / "small";
  std::filesystem::create_directories(mount_point);
  if (mount("none", mount_point.c_str(), "tmpfs", 0, "size=24m") != 0) {
    GTEST_SKIP() << "mounting a small file system is not permitted here";
  }
  const store::Store small(mount_point / "models");
  const auto client = *Registry::create(config_, small);
  const std::string weights = test::random_bytes(12, 12 * kMiB);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights});
  const auto model = *store::ModelName::parse(name("tale:one"));
  const auto ballast = mount_point / "ballast";
  int said = 0;
  int resumed = 0;
  constexpr int kSizes = 30;
  for (int i = 0; i < kSizes; ++i) {
    // The room that is there in the beginning is eaten up while the pull runs.
    fake_.on_content = [&](const PeerRequest& request, uint64_t begin) {
      if (begin == 0 && request.header("Range").empty()) {
        std::ofstream file(ballast, std::ios::binary);
        file << std::string(24 * kMiB - static_cast<size_t>(i + 1) * 400'000, 'x');
      }
      return ContentFault{};
    };
    auto result = client->pull(model, {.insecure = true}, [](const Progress&) {}, {});
    EXPECT_FALSE(result) << i;
    if (!result && result.error().code == Code::kResourceExhausted &&
        result.error().message.find("disk full") != std::string::npos) {
      ++said;
    } else if (!result) {
      ADD_FAILURE() << i << ": " << result.error().message;
    }
    fake_.on_content = nullptr;
    std::filesystem::remove(ballast);
    result = client->pull(model, {.insecure = true}, [](const Progress&) {}, {});
    EXPECT_TRUE(result) << i << ": " << result.error().message;
    resumed += result ? 1 : 0;
    if (result) {
      EXPECT_TRUE(small.remove(*small.find(model)));
    }
  }
  umount2(mount_point.c_str(), MNT_DETACH);
  EXPECT_EQ(said, kSizes);
  EXPECT_EQ(resumed, kSizes);
  verdict("F20 disk full at 30 sizes", "disk full said 30, resumed 30",
          fmt::format("said {}, resumed {}", said, resumed));
}

}  // namespace
}  // namespace lar::registry
