// Which stream of a download fetches what: the missing ranges in segments, in order, so that
// hashing can follow close behind. A stream with nothing left to do helps one that is much slower
// than its peers: it takes over the second half of its rest, or fetches its last piece once more.
//
// Thread-safe. No clock of its own and no network: decisions depend on the arguments alone.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "registry/pace.h"
#include "store/partial_blob.h"

namespace lar::registry {

inline constexpr uint64_t kSegmentBytes = 16U << 20U;

// A range that one stream fetches. The stream moves `position`; the plan may move `end` down.
struct Segment {
  Segment(store::ByteRange range, Clock::time_point now)
      : begin(range.begin), end(range.end), position(range.begin), started(now) {}

  const uint64_t begin;
  std::atomic<uint64_t> end;
  std::atomic<uint64_t> position;
  const Clock::time_point started;
  std::stop_source stop;  // somebody else has fetched it, or the download ends
  bool is_hedge = false;  // fetches what another stream is fetching, too
  std::weak_ptr<Segment> twin;

  bool complete() const { return position >= end; }
};

class SegmentPlan {
 public:
  // `missing`: ranges in order that begin at borders of pieces. Segments end at such borders.
  SegmentPlan(const std::vector<store::ByteRange>& missing, uint64_t segment_bytes);

  // What a free stream should do now; nullptr: nothing.
  std::shared_ptr<Segment> next(Clock::time_point now);
  // The same, waiting up to `patience` for something to do.
  std::shared_ptr<Segment> wait_next(std::chrono::milliseconds patience);

  // The stream is through with it, complete or not (a hedge that lost).
  void finish(const std::shared_ptr<Segment>& segment, Clock::time_point now);

  // Returns at the end of the work, or at `moment`.
  void wait_done(Clock::time_point moment);
  bool done() const;  // nothing is open and nothing is being fetched
  size_t open_segments() const;
  void stop_all();  // ends every stream; nothing is handed out any more

 private:
  std::shared_ptr<Segment> start(store::ByteRange range, Clock::time_point now);
  std::shared_ptr<Segment> help(Clock::time_point now);

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // a segment was finished, or all stopped
  std::deque<store::ByteRange> open_;
  std::vector<std::shared_ptr<Segment>> active_;
  double best_bytes_per_second_ = 0;  // of a stream that has finished a segment
  bool stopped_ = false;
};

}  // namespace lar::registry
