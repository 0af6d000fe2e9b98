// What long operations show on stderr: one line a spinner or bar, redrawn ten times a second on a
// terminal. Elsewhere no escape is written: each line appears once, when it is done.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lar::cli {

// Remaining time as bars print it: "45s", "4m28s", "2h7m", "99h+".
std::string short_eta(std::chrono::seconds left);

// The transfer of one thing.
class Bar {
 public:
  using Clock = std::chrono::steady_clock;

  Bar(std::string label, uint64_t total, uint64_t completed, Clock::time_point now);

  void set(uint64_t completed, Clock::time_point now);
  bool done() const { return completed_ >= total_; }

  // "label  42% ▕████      ▏ 2.0 GB/4.7 GB   12 MB/s   3m20s" in `columns`.
  std::string line(size_t columns, Clock::time_point now) const;

 private:
  struct Sample {
    Clock::time_point at;
    uint64_t completed = 0;
  };
  double rate(Clock::time_point now) const;  // bytes a second, over the last samples

  std::string label_;
  uint64_t total_;
  uint64_t initial_;
  uint64_t completed_;
  Clock::time_point started_;
  Clock::time_point stopped_{};
  std::deque<Sample> samples_;
};

// Several lines that are drawn together. Thread-safe.
class Progress {
 public:
  // `escapes`: stderr is a terminal, `columns` wide.
  Progress(bool escapes, size_t columns);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Ends the spinner that turns, if one does, and begins another.
  void spin(const std::string& message);
  void stop_spinner();
  // A bar by its label: made when it is first named.
  void bar(const std::string& label, uint64_t total, uint64_t completed);

  // Draws the last state and a newline; nothing is drawn afterwards.
  void stop();
  // Takes everything away again.
  void clear();

 private:
  struct Line {
    std::string message;
    std::unique_ptr<Bar> bar;  // null: a spinner
    bool turning = false;
  };

  void draw();
  void erase();
  std::string text_of(const Line& line, Bar::Clock::time_point now) const;
  void run();
  void join();

  const bool escapes_;
  const size_t columns_;
  std::mutex mutex_;
  std::vector<Line> lines_;
  size_t drawn_lines_ = 0;
  uint32_t frame_ = 0;
  bool stopped_ = false;
  std::atomic<bool> quit_{false};
  std::thread thread_;
};

// Columns of stderr's terminal, else 80.
size_t terminal_columns();

}  // namespace lar::cli
