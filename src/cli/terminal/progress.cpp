#include "cli/terminal/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/humanize.h"
#include "cli/terminal/table.h"

namespace lar::cli {
namespace {

constexpr std::array<const char*, 10> kFrames = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr size_t kSamplesMax = 10;
constexpr auto kTick = std::chrono::milliseconds(100);
// A terminal that knows them draws all between these at once.
constexpr const char* kBeginUpdate = "\x1b[?2026h\x1b[?25l";
constexpr const char* kEndUpdate = "\x1b[?25h\x1b[?2026l";

std::string repeat(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

std::string short_eta(std::chrono::seconds left) {
  const int64_t seconds = std::max<int64_t>(0, left.count());
  if (seconds >= 100 * 3600) return "99h+";
  if (seconds >= 3600) return fmt::format("{}h{}m", seconds / 3600, seconds % 3600 / 60);
  if (seconds >= 60) return fmt::format("{}m{}s", seconds / 60, seconds % 60);
  return fmt::format("{}s", seconds);
}

Bar::Bar(std::string label, uint64_t total, uint64_t completed, Clock::time_point now)
    : label_(std::move(label)),
      total_(total),
      initial_(completed),
      completed_(completed),
      started_(now) {
  if (done()) stopped_ = now;
}

void Bar::set(uint64_t completed, Clock::time_point now) {
  completed_ = std::min(completed, total_);
  if (done() && stopped_ == Clock::time_point{}) stopped_ = now;
  if (!samples_.empty() && now - samples_.back().at < std::chrono::seconds(1)) return;
  samples_.push_back({now, completed_});
  if (samples_.size() > kSamplesMax) samples_.pop_front();
}

double Bar::rate(Clock::time_point now) const {
  const auto per_second = [](uint64_t bytes, Clock::duration time) {
    const double seconds = std::chrono::duration<double>(time).count();
    return seconds > 0 ? static_cast<double>(bytes) / seconds : 0.0;
  };
  if (done()) return per_second(completed_ - initial_, stopped_ - started_);
  if (samples_.size() < 2) return per_second(completed_ - initial_, now - started_);
  const uint64_t first = samples_.front().completed;
  return per_second(completed_ > first ? completed_ - first : 0, now - samples_.front().at);
}

std::string Bar::line(size_t columns, Clock::time_point now) const {
  const double share =
      total_ == 0 ? 1.0 : static_cast<double>(completed_) / static_cast<double>(total_);
  const std::string before =
      fmt::format("{} {:>3}% ", label_, static_cast<int>(std::min(share, 1.0) * 100.0));
  std::string after;
  if (done()) {
    after = fmt::format(" {:>6}", human_bytes(total_));
  } else {
    const double bytes_per_second = rate(now);
    const std::string speed = bytes_per_second >= 1.0
                                  ? human_bytes(static_cast<uint64_t>(bytes_per_second)) + "/s"
                                  : std::string();
    const std::string eta = bytes_per_second >= 1.0
                                ? short_eta(std::chrono::seconds(static_cast<int64_t>(
                                      static_cast<double>(total_ - completed_) / bytes_per_second)))
                                : std::string();
    after = fmt::format(" {:>6}/{:<6} {:>8} {:>6}", human_bytes(completed_), human_bytes(total_),
                        speed, eta);
  }
  const size_t used = display_width(before) + display_width(after) + 5;
  if (used >= columns) return before + after;
  const size_t width = columns - used;
  const auto full = static_cast<size_t>(std::min(share, 1.0) * static_cast<double>(width));
  return before + "▕" + repeat("█", full) + std::string(width - full, ' ') + "▏" + after;
}

Progress::Progress(bool escapes, size_t columns) : escapes_(escapes), columns_(columns) {
  if (escapes_) thread_ = std::thread([this] { run(); });
}

Progress::~Progress() {
  stop();
}

void Progress::run() {
  while (!quit_.load()) {
    {
      const std::lock_guard lock(mutex_);
      ++frame_;
      draw();
    }
    std::this_thread::sleep_for(kTick);
  }
}

void Progress::join() {
  quit_.store(true);
  if (thread_.joinable()) thread_.join();
}

std::string Progress::text_of(const Line& line, Bar::Clock::time_point now) const {
  if (line.bar) return line.bar->line(columns_, now);
  std::string text = line.message;
  if (!text.empty()) text += ' ';
  if (line.turning) text += std::string(kFrames[frame_ % kFrames.size()]) + " ";
  return text;
}

void Progress::erase() {
  std::string out;
  for (size_t i = 0; i < drawn_lines_; ++i) out += i == 0 ? "\r\x1b[K" : "\x1b[A\r\x1b[K";
  std::fputs(out.c_str(), stderr);
  drawn_lines_ = 0;
}

void Progress::draw() {
  if (lines_.empty()) return;
  const auto now = Bar::Clock::now();
  std::string out = kBeginUpdate;
  if (drawn_lines_ > 1) out += fmt::format("\x1b[{}A", drawn_lines_ - 1);
  if (drawn_lines_ > 0) out += "\r";
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (i > 0) out += "\n\r";
    out += text_of(lines_[i], now) + "\x1b[K";
  }
  out += kEndUpdate;
  std::fputs(out.c_str(), stderr);
  std::fflush(stderr);
  drawn_lines_ = lines_.size();
}

void Progress::spin(const std::string& message) {
  stop_spinner();
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  lines_.push_back({.message = message, .bar = nullptr, .turning = true});
}

void Progress::stop_spinner() {
  const std::lock_guard lock(mutex_);
  for (Line& line : lines_) line.turning = false;
}

void Progress::bar(const std::string& label, uint64_t total, uint64_t completed) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  const auto now = Bar::Clock::now();
  for (Line& line : lines_) {
    if (!line.bar || line.message != label) continue;
    line.bar->set(completed, now);
    return;
  }
  lines_.push_back({label, std::make_unique<Bar>(label, total, completed, now), false});
}

void Progress::stop() {
  join();
  stop_spinner();
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  stopped_ = true;
  if (lines_.empty()) return;
  if (escapes_) {
    draw();
    std::fputs("\n", stderr);
    return;
  }
  const auto now = Bar::Clock::now();
  for (const Line& line : lines_) fmt::print(stderr, "{}\n", text_of(line, now));
}

void Progress::clear() {
  join();
  const std::lock_guard lock(mutex_);
  if (escapes_ && !stopped_) erase();
  stopped_ = true;
}

size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace lar::cli
