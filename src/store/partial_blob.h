// A blob being downloaded. Its bytes come in pieces of 1 MiB, in any order and from any thread;
// which pieces are there stands in a journal beside the data, so a download goes on after a
// restart, a kill or a power cut.
//
//   .lar/partial/<hex>.data     the blob at its full length, with holes
//   .lar/partial/<hex>.journal  lar-partial 1 sha256:<hex> <bytes> <line check>
//                               piece <index> <check of its bytes> <line check>
//
// A line is appended when its piece has been written. Neither file is synced: every piece is read
// and compared with its check when the download is taken up again, so a torn line, a lost write or
// garbage costs the pieces it concerns and nothing else. The journal is locked while it is open.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "store/digest.h"
#include "store/file.h"
#include "store/layout.h"
#include "store/sha256.h"

namespace lar::store {

inline constexpr uint64_t kPieceBytes = 1U << 20U;

struct ByteRange {
  uint64_t begin = 0;
  uint64_t end = 0;  // exclusive
  bool operator==(const ByteRange&) const = default;
};

class PartialBlob {
 public:
  // Begins a download or takes one up; look whether the blob exists after this, not before. Errors:
  // unavailable (another process downloads it), resource_exhausted (disk full), invalid_argument
  // (too large).
  static Result<std::unique_ptr<PartialBlob>> open(const Layout& layout,
                                                   const Digest& digest,
                                                   uint64_t bytes);

  uint64_t bytes() const { return bytes_; }
  uint64_t piece_count() const { return (bytes_ + kPieceBytes - 1) / kPieceBytes; }
  ByteRange piece(uint64_t index) const;

  // Thread-safe. What is not there yet: maximal ranges that begin at a piece's border.
  std::vector<ByteRange> missing() const;
  uint64_t completed_bytes() const;
  bool has_piece(uint64_t index) const;

  // Thread-safe. Stores a whole piece; one that is there already, or is being written by another
  // thread, stays as it is.
  Result<void> put_piece(uint64_t index, std::span<const std::byte> bytes);

  // Thread-safe. Compares with what was stored and replaces it; true if it differed. This is how
  // a wrong piece is found after a digest did not match: pieces are fetched once more.
  Result<bool> replace_piece(uint64_t index, std::span<const std::byte> bytes);

  // For one hashing thread beside the writers: hashes up to `bytes_max` more of the pieces that
  // are there from the start on. Returns how many bytes were hashed, 0 if it must wait.
  Result<uint64_t> hash_more(uint64_t bytes_max);

  // All pieces are there, nobody writes any more: hashes the rest and makes it the blob, durably.
  // Errors: data_corrupt (`digest mismatch, expected "a", got "b"`; the pieces are kept).
  Result<void> commit();

  // Removes the files; the object is of no further use.
  Result<void> discard();

 private:
  enum class State : uint8_t { kMissing, kWriting, kThere };

  PartialBlob(Layout layout, Digest digest, uint64_t bytes, Fd journal, Fd data);
  Result<void> load();
  Result<void> start_anew();
  Result<void> adopt_pieces(const std::vector<std::optional<uint64_t>>& checks);
  Result<void> append_line(std::string line);
  Result<void> write_piece(uint64_t index, std::span<const std::byte> bytes);

  const Layout layout_;
  const Digest digest_;
  const uint64_t bytes_;
  const std::string what_;
  const Fd journal_;
  const Fd data_;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<State> pieces_;
  uint64_t completed_bytes_ = 0;
  uint64_t journal_bytes_ = 0;

  std::mutex hash_mutex_;  // guards the running hash
  Sha256 hash_;
  uint64_t hashed_bytes_ = 0;
};

// Takes a stream of bytes that begins at a piece's border and hands on whole pieces. What it holds
// when it goes away is lost: less than a piece.
class PieceStream {
 public:
  PieceStream(PartialBlob& blob, uint64_t begin);  // `blob` is borrowed

  uint64_t position() const { return position_; }

  // Error: data_corrupt if there are more bytes than the blob has.
  Result<void> append(std::span<const std::byte> bytes);

 private:
  PartialBlob& blob_;
  uint64_t position_;
  std::vector<std::byte> buffer_;
};

// An unfinished download, as `du` and the collector see it.
struct PartialInfo {
  Digest digest;
  uint64_t disk_bytes = 0;
  int64_t modified_ns = 0;
  bool in_use = false;
};
Result<std::vector<PartialInfo>> list_partials(const Layout& layout);

// Removes an unfinished download that nobody works on; false if somebody does.
Result<bool> remove_partial(const Layout& layout, const Digest& digest);

}  // namespace lar::store
