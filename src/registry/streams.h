// The streams that fetch a set of ranges of one blob in parallel.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "registry/blob_source.h"
#include "registry/segment_plan.h"

namespace lar::registry {

struct StreamsOptions {
  RetryPolicy retry;
  int streams_max = 16;
  uint64_t segment_bytes = kSegmentBytes;
};

class Streams {
 public:
  // Gets whole pieces, from several threads.
  using PieceFunction = std::function<Result<void>(uint64_t index, std::span<const std::byte>)>;

  struct Hooks {
    PieceFunction piece;
    std::function<void(uint64_t bytes)> received;  // may be empty
    NoticeFunction notice;                         // may be empty
  };

  // All borrowed.
  Streams(BlobSource& source, BandwidthLimit& limit, StreamsOptions options, Hooks hooks)
      : source_(source), limit_(limit), options_(options), hooks_(std::move(hooks)) {}

  // Fetches `ranges`, which begin at borders of pieces and end there or at the blob's end. Returns
  // when all pieces were handed on, or with the first error that trying again does not help.
  Result<void> run(const std::vector<store::ByteRange>& ranges, const std::stop_token& stop);

 private:
  void work(SegmentPlan& plan, const std::stop_token& stop);
  Result<void> fetch(Segment& segment, const std::stop_token& stop);
  void fail_all(SegmentPlan& plan, Error error);
  void start_more(SegmentPlan& plan,
                  const std::stop_token& stop,
                  std::vector<std::jthread>& threads);

  BlobSource& source_;
  BandwidthLimit& limit_;
  const StreamsOptions options_;
  const Hooks hooks_;

  std::mutex mutex_;
  std::optional<Error> error_;
  std::atomic<uint64_t> received_ = 0;
};

}  // namespace lar::registry
