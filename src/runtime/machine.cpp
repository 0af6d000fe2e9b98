#include "runtime/machine.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "backend/cpu/memory.h"
#include "base/thread_pool.h"
#include "kernels/probe/probe.h"

namespace lar::runtime {
namespace {

constexpr size_t kBlockBytes = 256U << 20;
constexpr int kPasses = 8;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One stream, fetched well ahead: the loop itself must not be the limit.
uint64_t sum_of(const std::byte* bytes) {
  constexpr size_t kLine = 64;
  constexpr size_t kAhead = 2048;
  const auto* words = reinterpret_cast<const uint64_t*>(bytes);
  uint64_t sums[8] = {};
  for (size_t i = 0; i < kBlockBytes / sizeof(uint64_t); i += 32) {
    for (size_t line = 0; line < 256; line += kLine) {
      __builtin_prefetch(bytes + i * sizeof(uint64_t) + kAhead + line);
    }
    for (size_t j = 0; j < 32; j += 8) {
      for (size_t lane = 0; lane < 8; ++lane) sums[lane] += words[i + j + lane];
    }
  }
  uint64_t sum = 0;
  for (const uint64_t part : sums) sum += part;
  return sum;
}

}  // namespace

double measure_read_bandwidth(int threads) {
  ThreadPool pool(threads);
  std::vector<backend::Memory> blocks(static_cast<size_t>(threads));
  std::atomic<bool> complete{true};
  auto fill = [&](int worker, int) {
    auto block = backend::Memory::allocate(kBlockBytes, "the bandwidth probe");
    if (!block) {
      complete = false;
      return;
    }
    std::fill_n(block->data(), kBlockBytes, std::byte{1});
    blocks[static_cast<size_t>(worker)] = std::move(*block);
  };
  pool.run(fill);
  if (!complete) return 0.0;
  std::atomic<uint64_t> total{0};
  auto read = [&](int worker, int) { total += sum_of(blocks[static_cast<size_t>(worker)].data()); };
  double best = 0.0;
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto start = Clock::now();
    pool.run(read);
    const double bytes = static_cast<double>(kBlockBytes) * threads;
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
