#include "registry/blob_download.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "store/verified.h"

namespace lar::registry {
namespace {

constexpr uint64_t kHashStep = 8U << 20U;
constexpr uint64_t kSearchSegmentBytes = 4U << 20U;
constexpr int kSearchStreams = 4;
constexpr std::chrono::milliseconds kOtherProcessLook{300};

// Hashes what has come while more is coming.
class Hasher {
 public:
  explicit Hasher(store::PartialBlob& blob)
      : thread_([&blob](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            const auto hashed = blob.hash_more(kHashStep);
            if (!hashed) return;  // commit() meets the same error
            if (*hashed == 0) {
              static_cast<void>(wait_for(std::chrono::milliseconds(10), stop));
            }
          }
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace

BlobDownload::BlobDownload(std::shared_ptr<Session> session,
                           const net::Url& url,
                           store::Layout layout,
                           const store::Digest& digest,
                           uint64_t bytes,
                           BandwidthLimit& limit)
    : session_(std::move(session)),
      layout_(std::move(layout)),
      digest_(digest),
      bytes_(bytes),
      limit_(limit),
      source_(*session_, url, bytes) {}

uint64_t BlobDownload::completed_bytes() const {
  return std::min<uint64_t>(received_, bytes_);
}

std::pair<std::string, uint64_t> BlobDownload::notice() const {
  const std::scoped_lock lock(notice_mutex_);
  return {notice_, notices_};
}

void BlobDownload::say(const std::string& notice) {
  const std::scoped_lock lock(notice_mutex_);
  if (notice == notice_) return;
  notice_ = notice;
  ++notices_;
}

NoticeFunction BlobDownload::notice_function() {
  return [this](const std::string& text) { say(text); };
}

Result<std::unique_ptr<store::PartialBlob>> BlobDownload::open_partial(
    const std::stop_token& stop) {
  while (true) {
    auto blob = store::PartialBlob::open(layout_, digest_, bytes_);
    if (blob || blob.error().code != Code::kUnavailable) return blob;
    say("waiting for another process that downloads the same");
    LAR_TRY(wait_for(kOtherProcessLook, stop));
  }
}

Result<void> BlobDownload::run(const std::stop_token& stop) {
  LAR_TRY(auto blob, open_partial(stop));
  const auto [notice, notices] = this->notice();
  if (notices > 0 && store::check_blob(layout_, digest_, bytes_, {}, stop)) {
    // The process that was waited for has finished it.
    received_ = bytes_;
    return blob->discard();
  }
  received_ = blob->completed_bytes();
  auto filled = fill(*blob, stop);
  if (!filled && filled.error().code == Code::kUnsupported) {
    filled = fill_in_one_stream(*blob, stop);
  }
  LAR_TRY(filled);
  received_ = bytes_;
  const auto committed = blob->commit();
  if (committed || committed.error().code != Code::kDataCorrupt) return committed;
  return replace_wrong_pieces(*blob, stop);
}

Result<void> BlobDownload::fill(store::PartialBlob& blob, const std::stop_token& stop) {
  const Hasher hasher(blob);
  Streams streams(
      source_, limit_,
      {.retry = session_->config().retry, .streams_max = session_->config().streams_max},
      {.piece = [&blob](uint64_t index,
                        std::span<const std::byte> bytes) { return blob.put_piece(index, bytes); },
       .received = [this](uint64_t bytes) { received_ += bytes; },
       .notice = notice_function()});
  return streams.run(blob.missing(), stop);
}

Result<void> BlobDownload::fill_in_one_stream(store::PartialBlob& blob,
                                              const std::stop_token& stop) {
  say("the registry does not serve parts: one stream, from the beginning");
  const Hasher hasher(blob);
  Streams streams(source_, limit_,
                  {.retry = session_->config().retry, .streams_max = 1, .segment_bytes = bytes_},
                  {.piece =
                       [this, &blob](uint64_t index, std::span<const std::byte> bytes) {
                         if (!blob.has_piece(index)) received_ += bytes.size();
                         return blob.put_piece(index, bytes);
                       },
                   .received = {},
                   .notice = notice_function()});
  // Only the whole can be asked for; what came of it is kept and stays there if it breaks.
  Result<void> result;
  for (int tries = 0; tries < session_->config().retry.tries_max; ++tries) {
    const uint64_t before = blob.completed_bytes();
    result = streams.run({{0, bytes_}}, stop);
    if (result || result.error().code != Code::kUnsupported) return result;
    if (blob.completed_bytes() > before) tries = 0;
    LAR_TRY(wait_for(back_off(session_->config().retry, tries + 1), stop));
  }
  return fail(Code::kUnavailable, "the connection breaks before the blob is complete");
}

// A registry gives digests of whole blobs only. So pieces are fetched once more and compared, until
// one differs; then the digest is tried again.
Result<void> BlobDownload::replace_wrong_pieces(store::PartialBlob& blob,
                                                const std::stop_token& stop) {
  say("digest mismatch, looking for the damaged part");
  confirmed_.assign(blob.piece_count(), false);
  differences_.clear();
  while (true) {
    const auto ranges = unconfirmed(blob);
    if (ranges.empty()) {
      return fail(Code::kDataCorrupt,
                  fmt::format("digest mismatch, file must be downloaded again: the registry's "
                              "content of {} does not have this digest",
                              digest_.str()));
    }
    std::stop_source found;
    const std::stop_callback forward(stop, [&found] { found.request_stop(); });
    Streams streams(source_, limit_,
                    {.retry = session_->config().retry,
                     .streams_max = std::min(session_->config().streams_max, kSearchStreams),
                     .segment_bytes = kSearchSegmentBytes},
                    {.piece =
                         [&](uint64_t index, std::span<const std::byte> bytes) {
                           return compare_piece(blob, index, bytes, found);
                         },
                     .received = {},
                     .notice = notice_function()});
    const auto searched = streams.run(ranges, found.get_token());
    if (stop.stop_requested()) return fail(Code::kCancelled, "cancelled");
    if (!searched && !found.stop_requested()) return searched;
    if (!found.stop_requested()) continue;
    const auto committed = blob.commit();
    if (committed || committed.error().code != Code::kDataCorrupt) return committed;
  }
}

Result<void> BlobDownload::compare_piece(store::PartialBlob& blob,
                                         uint64_t index,
                                         std::span<const std::byte> bytes,
                                         std::stop_source& found) {
  LAR_TRY(const bool differed, blob.replace_piece(index, bytes));
  const std::scoped_lock lock(search_mutex_);
  if (!differed) {
    confirmed_[index] = true;
    return {};
  }
  if (++differences_[index] >= kPieceTriesMax) {
    const store::ByteRange range = blob.piece(index);
    return fail(Code::kDataCorrupt,
                fmt::format("digest mismatch: bytes {}-{} of {} come out differently each time",
                            range.begin, range.end - 1, digest_.str()));
  }
  found.request_stop();
  return {};
}

std::vector<store::ByteRange> BlobDownload::unconfirmed(const store::PartialBlob& blob) {
  const std::scoped_lock lock(search_mutex_);
  std::vector<store::ByteRange> ranges;
  for (uint64_t index = 0; index < confirmed_.size(); ++index) {
    if (confirmed_[index]) continue;
    const store::ByteRange range = blob.piece(index);
    if (!ranges.empty() && ranges.back().end == range.begin) {
      ranges.back().end = range.end;
    } else {
      ranges.push_back(range);
    }
  }
  return ranges;
}

}  // namespace lar::registry
