// Work beside the caller's, a few tasks at once. The first that fails stops the others.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/result.h"

namespace lar::registry {

class TaskGroup {
 public:
  using Task = std::function<Result<void>(const std::stop_token&)>;

  // A stop of `stop` stops the tasks, too.
  TaskGroup(size_t running_max, const std::stop_token& stop);
  ~TaskGroup();  // stops what runs, and waits for its end
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Waits until there is room for one more. Error: that of a task before; this one does not run.
  Result<void> start(Task task);

  // The first error so far.
  Result<void> state();

  // Waits for all that was started; the first error.
  Result<void> wait();

 private:
  void run(size_t thread, const Task& task);
  Result<void> first_error() const;

  std::stop_source stop_;
  std::stop_callback<std::function<void()>> outer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Error> error_;
  std::vector<size_t> idle_;  // threads that are done with their tasks
  std::vector<std::jthread> threads_;
};

}  // namespace lar::registry
