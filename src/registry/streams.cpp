#include "registry/streams.h"

#include <algorithm>

namespace lar::registry {
namespace {

constexpr size_t kFirstStreams = 4;
constexpr size_t kMoreStreams = 2;
constexpr std::chrono::milliseconds kLook{250};
// A stream that brings this much is held back by this machine, not by the network: no more help.
constexpr uint64_t kFastStreamBytesPerLook = 8U << 20U;
constexpr int kCorruptTriesMax = 3;

// Gathers the bytes of a segment into pieces. Keeps a begun piece over broken connections.
class Assembler {
 public:
  Assembler(Segment& segment, const Streams::PieceFunction& piece)
      : segment_(segment), piece_(piece) {
    buffer_.reserve(store::kPieceBytes);
  }

  // Takes what belongs to the segment; returns how much that was.
  Result<size_t> append(std::span<const std::byte> bytes) {
    size_t taken = 0;
    while (taken < bytes.size()) {
      const uint64_t position = segment_.position;
      const uint64_t end = segment_.end;
      if (position >= end) break;
      const uint64_t index = position / store::kPieceBytes;
      const uint64_t piece_end = std::min((index + 1) * store::kPieceBytes, end);
      const size_t step = std::min<uint64_t>(bytes.size() - taken, piece_end - position);
      const auto part = bytes.subspan(taken, step);
      taken += step;
      if (buffer_.empty() && step == piece_end - position) {
        LAR_TRY(piece_(index, part));
      } else {
        buffer_.insert(buffer_.end(), part.begin(), part.end());
        if (position + step == piece_end) {
          LAR_TRY(piece_(index, buffer_));
          buffer_.clear();
        }
      }
      segment_.position = position + step;
    }
    return taken;
  }

 private:
  Segment& segment_;
  const Streams::PieceFunction& piece_;
  std::vector<std::byte> buffer_;
};

}  // namespace

Result<void> Streams::run(const std::vector<store::ByteRange>& ranges,
                          const std::stop_token& stop) {
  SegmentPlan plan(ranges, options_.segment_bytes);
  const std::stop_callback end(stop, [&plan] { plan.stop_all(); });
  std::vector<std::jthread> threads;
  uint64_t before = 0;
  while (!plan.done()) {
    // One stream finds out where the bytes are; then a few; more only as long as each is slow.
    const uint64_t received = received_;
    const bool fast = received - before > kFastStreamBytesPerLook * threads.size();
    const bool first = threads.empty() || (threads.size() == 1 && source_.is_located());
    if (first || (!fast && source_.is_located())) start_more(plan, stop, threads);
    before = received;
    plan.wait_done(Clock::now() + (source_.is_located() ? kLook : kLook / 25));
  }
  for (auto& thread : threads) thread.join();
  if (stop.stop_requested()) return fail(Code::kCancelled, "cancelled");
  const std::scoped_lock lock(mutex_);
  if (error_) return std::unexpected(*error_);
  return {};
}

void Streams::start_more(SegmentPlan& plan,
                         const std::stop_token& stop,
                         std::vector<std::jthread>& threads) {
  size_t wanted = 1;
  if (threads.size() == 1) wanted = kFirstStreams;
  if (threads.size() > 1) wanted = threads.size() + kMoreStreams;
  const size_t useful = threads.size() + std::max<size_t>(plan.open_segments(), 1);
  wanted = std::min({wanted, useful, static_cast<size_t>(std::max(options_.streams_max, 1))});
  while (threads.size() < wanted) threads.emplace_back([this, &plan, stop] { work(plan, stop); });
}

void Streams::work(SegmentPlan& plan, const std::stop_token& stop) {
  while (!plan.done() && !stop.stop_requested()) {
    const auto segment = plan.wait_next(std::chrono::milliseconds(100));
    if (!segment) continue;
    auto result = fetch(*segment, stop);
    const bool lost = segment->is_hedge || segment->stop.stop_requested();
    plan.finish(segment, Clock::now());
    if (!result && !lost) fail_all(plan, std::move(result).error());
  }
}

Result<void> Streams::fetch(Segment& segment, const std::stop_token& stop) {
  Assembler assembler(segment, hooks_.piece);
  const auto token = segment.stop.get_token();
  std::optional<Error> piece_error;  // no more tries: the bytes came, and found no place
  const auto sink = [&](std::span<const std::byte> bytes) -> Result<void> {
    LAR_TRY(limit_.take(bytes.size(), token));
    const auto taken = assembler.append(bytes);
    if (!taken) {
      piece_error = taken.error();
      return std::unexpected(taken.error());
    }
    received_ += *taken;
    if (hooks_.received) hooks_.received(*taken);
    // Another stream has taken over the rest.
    if (*taken < bytes.size()) return fail(Code::kCancelled, "cut short");
    return {};
  };
  int tries = 0;
  int corrupt_tries = 0;
  while (true) {
    const uint64_t before = segment.position;
    auto result = source_.fetch({before, segment.end}, sink, token, hooks_.notice);
    if (segment.complete()) return {};
    if (piece_error) return std::unexpected(*std::move(piece_error));
    if (stop.stop_requested() || token.stop_requested()) return fail(Code::kCancelled, "cancelled");
    const bool moved = segment.position > before;
    if (moved) tries = 0;
    if (moved && result) continue;  // less than asked for: fetch the rest
    if (result) result = fail(Code::kUnavailable, "the registry sent nothing");
    const bool corrupt = result.error().code == Code::kDataCorrupt;
    if (!is_passing(result.error()) && !(corrupt && ++corrupt_tries < kCorruptTriesMax)) {
      return result;
    }
    if (++tries >= options_.retry.tries_max || segment.is_hedge) return result;
    const auto delay = back_off(options_.retry, tries);
    LAR_TRY(wait_for(moved ? delay / 10 : delay, token));
  }
}

void Streams::fail_all(SegmentPlan& plan, Error error) {
  {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  plan.stop_all();
}

}  // namespace lar::registry
