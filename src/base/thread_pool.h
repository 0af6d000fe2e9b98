// A pool of compute threads that enter one region together, and the barrier they meet at inside.
// A step of a model is one region with a barrier between dependent ops, so the cost of an op
// boundary is one spin barrier and not a wake-up.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace lar {

// A reference to a callable `void(int worker, int workers)`; the callable outlives the call.
class RegionRef {
 public:
  template <class F>
  RegionRef(F& f)  // NOLINT(google-explicit-constructor): meant to be passed a lambda
      : object_(&f), call_([](void* object, int worker, int workers) {
          (*static_cast<F*>(object))(worker, workers);
        }) {}

  void operator()(int worker, int workers) const { call_(object_, worker, workers); }

 private:
  void* object_;
  void (*call_)(void*, int, int);
};

// Spins while the others are likely to be at work on cores of their own, then sleeps: where cores
// are shared with other programs, a spinning thread would keep a late one from running.
class SpinBarrier {
 public:
  explicit SpinBarrier(int workers);

  // Blocks until all workers have arrived. Writes before it are visible after it.
  void wait(int worker);

 private:
  struct alignas(64) Place {
    std::atomic<int> cpu{-1};
  };

  bool shares_core(int worker, int cpu) const;

  const int workers_;
  std::vector<Place> places_;  // where each worker was seen last
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<uint32_t> phase_{0};
  alignas(64) std::atomic<int> asleep_{0};
};

// Lifecycle: threads start in the constructor and are joined in the destructor.
// Concurrency: `run` is called by one thread at a time (it serves as worker 0).
class ThreadPool {
 public:
  explicit ThreadPool(int workers);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int workers() const { return workers_; }

  // Runs region(worker, workers) on every worker and returns when all have ended.
  void run(RegionRef region);

  // For use inside a region: every worker must call it the same number of times.
  SpinBarrier& barrier() { return barrier_; }

 private:
  void worker_loop(int worker);

  const int workers_;
  SpinBarrier barrier_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  const RegionRef* region_ = nullptr;
  std::atomic<uint64_t> generation_{0};
  std::atomic<int> running_{0};
  std::atomic<bool> stop_{false};
};

// The half-open part of [0, count) that `worker` of `workers` owns, in multiples of `grain`.
struct Range {
  int64_t begin = 0;
  int64_t end = 0;
};
Range split_range(int64_t count, int worker, int workers, int64_t grain = 1);

}  // namespace lar
