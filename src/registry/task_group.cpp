#include "registry/task_group.h"

#include <algorithm>
#include <numeric>

namespace lar::registry {

TaskGroup::TaskGroup(size_t running_max, const std::stop_token& stop)
    : outer_(stop, [this] { stop_.request_stop(); }), idle_(std::max<size_t>(running_max, 1)) {
  std::iota(idle_.rbegin(), idle_.rend(), size_t{0});
  threads_.resize(idle_.size());
}

TaskGroup::~TaskGroup() {
  stop_.request_stop();
}

Result<void> TaskGroup::start(Task task) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !idle_.empty(); });
  LAR_TRY(first_error());
  const size_t thread = idle_.back();
  idle_.pop_back();
  lock.unlock();
  threads_[thread] = std::jthread([this, thread, work = std::move(task)] { run(thread, work); });
  return {};
}

Result<void> TaskGroup::state() {
  const std::scoped_lock lock(mutex_);
  return first_error();
}

Result<void> TaskGroup::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return idle_.size() == threads_.size(); });
  return first_error();
}

void TaskGroup::run(size_t thread, const Task& task) {
  auto result = task(stop_.get_token());
  const std::scoped_lock lock(mutex_);
  if (!result && !error_) {
    error_ = std::move(result).error();
    stop_.request_stop();
  }
  idle_.push_back(thread);
  changed_.notify_all();
}

Result<void> TaskGroup::first_error() const {
  if (error_) return std::unexpected(*error_);
  return {};
}

}  // namespace lar::registry
