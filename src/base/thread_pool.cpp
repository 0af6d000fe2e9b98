#include "base/thread_pool.h"

#include <algorithm>

#include "base/check.h"

namespace lar {
namespace {

// About 20-50 microseconds of spinning: longer than an op boundary, shorter than a time slice.
constexpr int kSpinsBeforeYield = 4'000;

inline void cpu_relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

void SpinBarrier::wait() {
  if (workers_ == 1) return;
  const uint32_t phase = phase_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == workers_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
    return;
  }
  for (int spins = 0; phase_.load(std::memory_order_acquire) == phase; ++spins) {
    if (spins < kSpinsBeforeYield) {
      cpu_relax();
    } else {
      std::this_thread::yield();
    }
  }
}

ThreadPool::ThreadPool(int workers) : workers_(std::max(1, workers)), barrier_(workers_) {
  threads_.reserve(static_cast<size_t>(workers_ - 1));
  for (int worker = 1; worker < workers_; ++worker) {
    threads_.emplace_back([this, worker] { worker_loop(worker); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_.store(true, std::memory_order_release);
    generation_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ThreadPool::run(RegionRef region) {
  if (workers_ > 1) {
    running_.store(workers_ - 1, std::memory_order_relaxed);
    {
      const std::lock_guard lock(mutex_);
      region_ = &region;
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
  }
  region(0, workers_);
  for (int spins = 0; running_.load(std::memory_order_acquire) != 0; ++spins) {
    if (spins < kSpinsBeforeYield) {
      cpu_relax();
    } else {
      std::this_thread::yield();
    }
  }
}

void ThreadPool::worker_loop(int worker) {
  uint64_t seen = 0;
  while (true) {
    // Decode runs regions back to back: spin a little before sleeping.
    for (int spins = 0; spins < kSpinsBeforeYield; ++spins) {
      if (generation_.load(std::memory_order_acquire) != seen) break;
      cpu_relax();
    }
    if (generation_.load(std::memory_order_acquire) == seen) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return generation_.load(std::memory_order_acquire) != seen; });
    }
    seen = generation_.load(std::memory_order_acquire);
    if (stop_.load(std::memory_order_acquire)) return;
    (*region_)(worker, workers_);
    running_.fetch_sub(1, std::memory_order_acq_rel);
  }
}

Range split_range(int64_t count, int worker, int workers, int64_t grain) {
  LAR_CHECK(grain > 0 && workers > 0);
  const int64_t grains = (count + grain - 1) / grain;
  const int64_t begin = grains * worker / workers * grain;
  const int64_t end = grains * (worker + 1) / workers * grain;
  return {std::min(begin, count), std::min(end, count)};
}

}  // namespace lar
