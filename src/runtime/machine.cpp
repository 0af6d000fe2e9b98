#include "runtime/machine.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/probe/probe.h"

namespace lar::runtime {
namespace {

constexpr size_t kBlockWords = (192U << 20) / sizeof(uint64_t);
constexpr int kPasses = 5;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

uint64_t sum_of(const uint64_t* words) {
  uint64_t sums[8] = {};
  for (size_t i = 0; i < kBlockWords; i += 8) {
    for (size_t lane = 0; lane < 8; ++lane) sums[lane] += words[i + lane];
  }
  uint64_t sum = 0;
  for (const uint64_t part : sums) sum += part;
  return sum;
}

}  // namespace

double measure_read_bandwidth(int threads) {
  ThreadPool pool(threads);
  std::vector<std::unique_ptr<uint64_t[]>> blocks(static_cast<size_t>(threads));
  auto fill = [&](int worker, int) {
    auto& block = blocks[static_cast<size_t>(worker)];
    block = std::make_unique<uint64_t[]>(kBlockWords);
    std::fill_n(block.get(), kBlockWords, uint64_t{1});
  };
  pool.run(fill);
  std::atomic<uint64_t> total{0};
  auto read = [&](int worker, int) { total += sum_of(blocks[static_cast<size_t>(worker)].get()); };
  double best = 0.0;
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto start = Clock::now();
    pool.run(read);
    const double bytes = static_cast<double>(kBlockWords * sizeof(uint64_t)) * threads;
    best = std::max(best, bytes / seconds_since(start));
  }
  return best;
}

double measure_int8_peak(int threads, IsaSet isas) {
  constexpr uint64_t kRounds = 2'000'000;
  ThreadPool pool(threads);
  const auto& probe = kernels::choose_probe(isas);
  std::atomic<uint64_t> ops{0};
  auto work = [&](int, int) { ops += probe.run(kRounds); };
  double best = 0.0;
  for (int pass = 0; pass < kPasses; ++pass) {
    ops = 0;
    const auto start = Clock::now();
    pool.run(work);
    best = std::max(best, static_cast<double>(ops.load()) / seconds_since(start));
  }
  return best;
}

}  // namespace lar::runtime
