// The download of one blob: several streams into a PartialBlob, hashing behind them, and where the
// digest is wrong in the end, a search for the pieces that are to blame.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "registry/blob_source.h"
#include "registry/streams.h"
#include "store/partial_blob.h"

namespace lar::registry {

// How often a piece may come out differently before the download fails.
inline constexpr int kPieceTriesMax = 3;

class BlobDownload {
 public:
  // `url`: of the blob at its registry. `limit` is borrowed. The session is shared, for a download
  // may outlive the pull that began it.
  BlobDownload(std::shared_ptr<Session> session,
               const net::Url& url,
               store::Layout layout,
               const store::Digest& digest,
               uint64_t bytes,
               BandwidthLimit& limit);

  // Until the blob is in the store, verified, or an error. What was fetched is kept in any case.
  // Errors: those of BlobSource and PartialBlob; data_corrupt, "digest mismatch, ...".
  Result<void> run(const std::stop_token& stop);

  // Thread-safe. Never decreases; total once every byte has come.
  uint64_t completed_bytes() const;
  // Thread-safe. Why nothing happens, and which of such notices it is (0: none yet).
  std::pair<std::string, uint64_t> notice() const;

 private:
  // The partial, once no other process works on it; nullptr if that process finished the blob.
  Result<std::unique_ptr<store::PartialBlob>> open_partial(const std::stop_token& stop);
  Result<void> fill(store::PartialBlob& blob, const std::stop_token& stop);
  Result<void> fill_in_one_stream(store::PartialBlob& blob, const std::stop_token& stop);
  Result<void> replace_wrong_pieces(store::PartialBlob& blob, const std::stop_token& stop);
  Result<void> compare_piece(store::PartialBlob& blob,
                             uint64_t index,
                             std::span<const std::byte> bytes,
                             std::stop_source& found);
  std::vector<store::ByteRange> unconfirmed(const store::PartialBlob& blob);
  void say(const std::string& notice);
  NoticeFunction notice_function();

  const std::shared_ptr<Session> session_;
  const store::Layout layout_;
  const store::Digest digest_;
  const uint64_t bytes_;
  BandwidthLimit& limit_;
  BlobSource source_;

  std::atomic<uint64_t> received_ = 0;
  mutable std::mutex notice_mutex_;
  std::string notice_;
  uint64_t notices_ = 0;

  // The search for wrong pieces: what was found equal, and how often one came out differently.
  std::mutex search_mutex_;
  std::vector<bool> confirmed_;
  std::map<uint64_t, int> differences_;
};

}  // namespace lar::registry
