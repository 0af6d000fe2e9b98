#include "base/thread_pool.h"

#include <algorithm>

#include "base/check.h"
#include "base/cpu.h"
#include "base/scheduling.h"

namespace lar {
namespace {

// About 50 microseconds: longer than an op boundary, shorter than a time slice, and what sleeping
// and waking up cost.
constexpr int kSpinsMax = 4'000;
// A worker that is not late by more than this is not looked for.
constexpr int kSpinsBeforeLook = 64;

inline void cpu_relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `value` is no longer `old`: spins, then sleeps until it is notified.
template <class T>
void wait_for_change(const std::atomic<T>& value, T old) {
  for (int spins = 0; spins < kSpinsMax; ++spins) {
    if (value.load(std::memory_order_acquire) != old) return;
    cpu_relax();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

SpinBarrier::SpinBarrier(int workers)
    : workers_(workers), places_(static_cast<size_t>(std::max(1, workers))) {}

void SpinBarrier::wait(int worker) {
  if (workers_ == 1) return;
  const uint32_t phase = phase_.load(std::memory_order_acquire);
  const int cpu = current_cpu();
  std::atomic<int>& place = places_[static_cast<size_t>(worker)].cpu;
  if (place.load(std::memory_order_relaxed) != cpu) place.store(cpu, std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == workers_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    // Sequentially consistent with asleep_: who sleeps has seen the old phase and is seen here.
    phase_.store(phase + 1, std::memory_order_seq_cst);
    if (asleep_.load(std::memory_order_seq_cst) != 0) phase_.notify_all();
    return;
  }
  for (int spins = 0; spins < kSpinsMax; ++spins) {
    if (phase_.load(std::memory_order_acquire) != phase) return;
    if (spins == kSpinsBeforeLook && shares_core(worker, cpu)) break;
    cpu_relax();
  }
  asleep_.fetch_add(1, std::memory_order_seq_cst);
  phase_.wait(phase, std::memory_order_seq_cst);
  asleep_.fetch_sub(1, std::memory_order_relaxed);
}

// Whether another worker was last seen on this core: it cannot run while this one spins.
bool SpinBarrier::shares_core(int worker, int cpu) const {
  for (size_t i = 0; i < places_.size(); ++i) {
    if (i == static_cast<size_t>(worker)) continue;
    const int other = places_[i].cpu.load(std::memory_order_relaxed);
    if (other == cpu && other >= 0) return true;
  }
  return false;
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
  for (int left = running_.load(std::memory_order_acquire); left != 0;
       left = running_.load(std::memory_order_acquire)) {
    wait_for_change(running_, left);
  }
}

void ThreadPool::worker_loop(int worker) {
  prefer_throughput();
  uint64_t seen = 0;
  while (true) {
    // Decode runs regions back to back: spin a little before sleeping.
    for (int spins = 0; spins < kSpinsMax; ++spins) {
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
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_one();
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
