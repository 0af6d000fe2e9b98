#include "registry/segment_plan.h"

#include <algorithm>

namespace lar::registry {
namespace {

// A stream is slow if what is left of its segment takes it this much longer than its best peer.
constexpr double kSlowFactor = 3;
constexpr double kSlowSecondsMin = 1;

double seconds(Clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

double rate(const Segment& segment, Clock::time_point now) {
  const double time = seconds(now - segment.started);
  return time > 0 ? static_cast<double>(segment.position - segment.begin) / time : 0;
}

uint64_t piece_border_below(uint64_t position) {
  return position / store::kPieceBytes * store::kPieceBytes;
}

}  // namespace

SegmentPlan::SegmentPlan(const std::vector<store::ByteRange>& missing, uint64_t segment_bytes) {
  for (store::ByteRange range : missing) {
    while (range.begin < range.end) {
      const uint64_t end = std::min(range.begin + segment_bytes, range.end);
      open_.push_back({range.begin, end});
      range.begin = end;
    }
  }
}

std::shared_ptr<Segment> SegmentPlan::start(store::ByteRange range, Clock::time_point now) {
  active_.push_back(std::make_shared<Segment>(range, now));
  return active_.back();
}

std::shared_ptr<Segment> SegmentPlan::next(Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  if (stopped_) return nullptr;
  if (open_.empty()) return help(now);
  const store::ByteRange range = open_.front();
  open_.pop_front();
  return start(range, now);
}

std::shared_ptr<Segment> SegmentPlan::wait_next(std::chrono::milliseconds patience) {
  if (auto segment = next(Clock::now())) return segment;
  std::unique_lock lock(mutex_);
  if (!stopped_ && !active_.empty()) changed_.wait_for(lock, patience);
  return nullptr;
}

std::shared_ptr<Segment> SegmentPlan::help(Clock::time_point now) {
  std::shared_ptr<Segment> slowest;
  double longest = 0;
  for (const auto& segment : active_) {
    const uint64_t position = segment->position;
    const uint64_t end = segment->end;
    if (position >= end || segment->is_hedge || !segment->twin.expired()) continue;
    const auto left = static_cast<double>(end - position);
    const double own = rate(*segment, now);
    const double needed = own > 0 ? left / own : 1e9;
    const double peers = best_bytes_per_second_ > 0 ? left / best_bytes_per_second_ : 1e9;
    const bool slow = needed > kSlowFactor * peers + kSlowSecondsMin &&
                      seconds(now - segment->started) > kSlowSecondsMin;
    if (slow && needed > longest) {
      longest = needed;
      slowest = segment;
    }
  }
  if (!slowest) return nullptr;
  const uint64_t position = slowest->position;
  const uint64_t end = slowest->end;
  // The middle of the rest; a piece that the stream has begun stays with it.
  const uint64_t middle =
      piece_border_below(position + (end - position) / 2 + store::kPieceBytes - 1);
  if (middle > position && middle < end) {
    slowest->end = middle;
    return start({middle, end}, now);
  }
  auto hedge = start({piece_border_below(position), end}, now);
  hedge->is_hedge = true;
  hedge->twin = slowest;
  slowest->twin = hedge;
  return hedge;
}

void SegmentPlan::finish(const std::shared_ptr<Segment>& segment, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  std::erase(active_, segment);
  if (segment->complete()) {
    if (!segment->stop.stop_requested()) {
      best_bytes_per_second_ = std::max(best_bytes_per_second_, rate(*segment, now));
    }
    if (const auto twin = segment->twin.lock()) twin->stop.request_stop();
  }
  changed_.notify_all();
}

void SegmentPlan::wait_done(Clock::time_point moment) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, moment,
                      [this] { return stopped_ || (open_.empty() && active_.empty()); });
}

bool SegmentPlan::done() const {
  const std::scoped_lock lock(mutex_);
  return stopped_ || (open_.empty() && active_.empty());
}

size_t SegmentPlan::open_segments() const {
  const std::scoped_lock lock(mutex_);
  return open_.size();
}

void SegmentPlan::stop_all() {
  const std::scoped_lock lock(mutex_);
  stopped_ = true;
  for (const auto& segment : active_) segment->stop.request_stop();
  changed_.notify_all();
}

}  // namespace lar::registry
