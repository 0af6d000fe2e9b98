#include "store/partial_blob.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "store/manifest.h"
#include "store/verified.h"

namespace lar::store {
namespace {

constexpr size_t kJournalBytesMax = 256U << 20U;

// A quick 64-bit check against torn writes and bit rot; the blob's SHA-256 guards against more.
uint64_t quick_check(std::span<const std::byte> bytes) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15ULL;
  uint64_t state = bytes.size() * kOdd;
  const auto mix = [&state](uint64_t word) {
    state = (state ^ word) * kOdd;
    state ^= state >> 29U;
  };
  while (bytes.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    mix(word);
    bytes = bytes.subspan(sizeof word);
  }
  uint64_t tail = 0;
  if (!bytes.empty()) std::memcpy(&tail, bytes.data(), bytes.size());
  mix(tail);
  return state * kOdd;
}

uint64_t quick_check(std::string_view text) {
  return quick_check(std::as_bytes(std::span(text)));
}

uint64_t disk_bytes(const struct stat& info) {
  return static_cast<uint64_t>(info.st_blocks) * 512;
}

std::filesystem::path file_of(const Layout& layout, const Digest& digest, std::string_view kind) {
  return layout.partial() / fmt::format("{}.{}", digest.hex(), kind);
}

std::string header(const Digest& digest, uint64_t bytes) {
  return fmt::format("lar-partial 1 {} {}", digest.str(), bytes);
}

// The line without its check, or nullopt where the check is wrong.
std::optional<std::string_view> checked_line(std::string_view line) {
  const size_t space = line.rfind(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto body = line.substr(0, space);
  if (line.substr(space + 1) != fmt::format("{:016x}", quick_check(body))) return std::nullopt;
  return body;
}

std::optional<uint64_t> number(std::string_view text, int base) {
  uint64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

struct PieceRecord {
  uint64_t index = 0;
  uint64_t check = 0;
};

std::optional<PieceRecord> parse_record(std::string_view body) {
  constexpr std::string_view kWord = "piece ";
  if (!body.starts_with(kWord)) return std::nullopt;
  body.remove_prefix(kWord.size());
  const size_t space = body.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto index = number(body.substr(0, space), 10);
  const auto check = number(body.substr(space + 1), 16);
  if (!index || !check) return std::nullopt;
  return PieceRecord{*index, *check};
}

// The last check of each piece that stands in the journal; nullopt if it is not this blob's.
std::optional<std::vector<std::optional<uint64_t>>> parse_journal(std::string_view text,
                                                                  const std::string& first,
                                                                  uint64_t pieces) {
  std::vector<std::optional<uint64_t>> checks(pieces);
  bool at_header = true;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // torn
    const auto body = checked_line(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (at_header && (!body || *body != first)) return std::nullopt;
    if (!at_header && body) {
      const auto record = parse_record(*body);
      if (record && record->index < pieces) checks[record->index] = record->check;
    }
    at_header = false;
  }
  if (at_header) return std::nullopt;
  return checks;
}

// The journal, locked; nullopt if somebody else has it locked.
Result<std::optional<Fd>> lock_journal(const std::filesystem::path& path,
                                       int flags,
                                       const std::string& what) {
  while (true) {
    LAR_TRY(auto fd, open_file(path, O_RDWR | flags, what));
    if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno == EWOULDBLOCK) return std::optional<Fd>();
      return system_error(errno, what);
    }
    // The one who had it before may have finished and removed it.
    LAR_TRY(const auto info, stat_fd(fd, what));
    struct stat named{};
    if (stat(path.c_str(), &named) == 0 && named.st_ino == info.st_ino) {
      return std::optional<Fd>(std::move(fd));
    }
    if ((flags & O_CREAT) == 0) return std::optional<Fd>();
  }
}

}  // namespace

Result<std::unique_ptr<PartialBlob>> PartialBlob::open(const Layout& layout,
                                                       const Digest& digest,
                                                       uint64_t bytes) {
  if (bytes > kBlobBytesMax) {
    return fail(Code::kInvalidArgument, "blob " + digest.str() + ": longer than any blob may be");
  }
  LAR_TRY(layout.prepare());
  const std::string what = "download of blob " + digest.str();
  LAR_TRY(auto journal, lock_journal(file_of(layout, digest, "journal"), O_CREAT, what));
  if (!journal) return fail(Code::kUnavailable, what + ": another process is at it");
  LAR_TRY(auto data, open_file(file_of(layout, digest, "data"), O_RDWR | O_CREAT, what));
  LAR_TRY(const auto info, stat_fd(data, what));
  LAR_TRY(require_space(layout.partial(), bytes - std::min(bytes, disk_bytes(info)), what));
  std::unique_ptr<PartialBlob> blob(
      new PartialBlob(layout, digest, bytes, std::move(*journal), std::move(data)));
  LAR_TRY(blob->load());
  return blob;
}

PartialBlob::PartialBlob(Layout layout, Digest digest, uint64_t bytes, Fd journal, Fd data)
    : layout_(std::move(layout)),
      digest_(digest),
      bytes_(bytes),
      what_("download of blob " + digest.str()),
      journal_(std::move(journal)),
      data_(std::move(data)),
      pieces_(piece_count(), State::kMissing) {}

ByteRange PartialBlob::piece(uint64_t index) const {
  return {index * kPieceBytes, std::min((index + 1) * kPieceBytes, bytes_)};
}

Result<void> PartialBlob::load() {
  LAR_TRY(const auto info, stat_fd(data_, what_));
  const auto text = read_all(journal_, kJournalBytesMax, what_);
  if (!text && text.error().code != Code::kResourceExhausted) {
    return std::unexpected(text.error());
  }
  const auto checks = text && file_bytes(info) == bytes_
                          ? parse_journal(*text, header(digest_, bytes_), piece_count())
                          : std::nullopt;
  if (checks) {
    // A torn last line is ended, so that the next one is read.
    journal_bytes_ = text->size();
    if (!text->ends_with('\n')) LAR_TRY(append_line(""));
    LAR_TRY(adopt_pieces(*checks));
    return {};
  }
  return start_anew();
}

Result<void> PartialBlob::start_anew() {
  if (ftruncate(journal_.get(), 0) != 0 || ftruncate(data_.get(), 0) != 0 ||
      ftruncate(data_.get(), static_cast<off_t>(bytes_)) != 0) {
    return write_error(errno, data_.get(), bytes_, what_);
  }
  journal_bytes_ = 0;
  return append_line(header(digest_, bytes_));
}

Result<void> PartialBlob::adopt_pieces(const std::vector<std::optional<uint64_t>>& checks) {
  std::vector<std::byte> buffer(kPieceBytes);
  for (uint64_t index = 0; index < checks.size(); ++index) {
    if (!checks[index]) continue;
    const ByteRange range = piece(index);
    const auto bytes = std::span(buffer).first(range.end - range.begin);
    const auto n = read_at(data_, range.begin, bytes, what_);
    if (!n || *n != bytes.size() || quick_check(bytes) != *checks[index]) continue;
    pieces_[index] = State::kThere;
    completed_bytes_ += bytes.size();
    if (hashed_bytes_ == range.begin) {
      hash_.update(bytes);
      hashed_bytes_ = range.end;
    }
  }
  return {};
}

Result<void> PartialBlob::append_line(std::string line) {
  if (!line.empty()) line += fmt::format(" {:016x}", quick_check(line));
  line += '\n';
  LAR_TRY(write_at(journal_, journal_bytes_, std::as_bytes(std::span(line)), what_));
  journal_bytes_ += line.size();
  return {};
}

std::vector<ByteRange> PartialBlob::missing() const {
  const std::scoped_lock lock(mutex_);
  std::vector<ByteRange> ranges;
  for (uint64_t index = 0; index < pieces_.size(); ++index) {
    if (pieces_[index] == State::kThere) continue;
    const ByteRange range = piece(index);
    if (!ranges.empty() && ranges.back().end == range.begin) {
      ranges.back().end = range.end;
    } else {
      ranges.push_back(range);
    }
  }
  return ranges;
}

uint64_t PartialBlob::completed_bytes() const {
  const std::scoped_lock lock(mutex_);
  return completed_bytes_;
}

bool PartialBlob::has_piece(uint64_t index) const {
  const std::scoped_lock lock(mutex_);
  return index < pieces_.size() && pieces_[index] == State::kThere;
}

Result<void> PartialBlob::put_piece(uint64_t index, std::span<const std::byte> bytes) {
  {
    const std::scoped_lock lock(mutex_);
    const ByteRange range = piece(index);
    if (index >= pieces_.size() || bytes.size() != range.end - range.begin) {
      return fail(Code::kInvalidArgument, what_ + ": not a whole piece");
    }
    if (pieces_[index] != State::kMissing) return {};
    pieces_[index] = State::kWriting;
  }
  auto written = write_piece(index, bytes);
  const std::scoped_lock lock(mutex_);
  if (!written) {
    pieces_[index] = State::kMissing;
    return written;
  }
  pieces_[index] = State::kThere;
  completed_bytes_ += bytes.size();
  return {};
}

Result<void> PartialBlob::write_piece(uint64_t index, std::span<const std::byte> bytes) {
  LAR_TRY(write_at(data_, piece(index).begin, bytes, what_));
  const uint64_t check = quick_check(bytes);
  const std::scoped_lock lock(mutex_);
  return append_line(fmt::format("piece {} {:016x}", index, check));
}

Result<bool> PartialBlob::replace_piece(uint64_t index, std::span<const std::byte> bytes) {
  const ByteRange range = piece(index);
  if (!has_piece(index) || bytes.size() != range.end - range.begin) {
    return fail(Code::kInvalidArgument, what_ + ": no such piece");
  }
  std::vector<std::byte> stored(bytes.size());
  LAR_TRY(const size_t n, read_at(data_, range.begin, stored, what_));
  if (n == bytes.size() && std::ranges::equal(stored, bytes)) return false;
  LAR_TRY(write_piece(index, bytes));
  const std::scoped_lock lock(hash_mutex_);
  if (hashed_bytes_ > range.begin) {
    hash_ = Sha256();
    hashed_bytes_ = 0;
  }
  return true;
}

Result<uint64_t> PartialBlob::hash_more(uint64_t bytes_max) {
  const std::scoped_lock lock(hash_mutex_);
  std::vector<std::byte> buffer(kPieceBytes);
  uint64_t done = 0;
  while (done < bytes_max && hashed_bytes_ < bytes_) {
    const uint64_t index = hashed_bytes_ / kPieceBytes;
    if (!has_piece(index)) break;
    const ByteRange range = piece(index);
    const auto bytes = std::span(buffer).first(range.end - range.begin);
    LAR_TRY(const size_t n, read_at(data_, range.begin, bytes, what_));
    if (n != bytes.size()) return fail(Code::kUnavailable, what_ + ": its file was cut");
    hash_.update(bytes);
    hashed_bytes_ = range.end;
    done += n;
  }
  return done;
}

Result<void> PartialBlob::commit() {
  if (completed_bytes() != bytes_) {
    return fail(Code::kInvalidArgument, what_ + ": pieces are missing");
  }
  LAR_TRY(hash_more(bytes_));
  const std::scoped_lock lock(hash_mutex_);
  const Digest actual = hash_.finish();
  hashed_bytes_ = 0;
  if (actual != digest_) {
    return fail(Code::kDataCorrupt, fmt::format("digest mismatch, expected \"{}\", got \"{}\"",
                                                digest_.str(), actual.str()));
  }
  // The time of last change is when it became a blob: the collector's grace begins here.
  if (fchmod(data_.get(), 0644) != 0 || futimens(data_.get(), nullptr) != 0) {
    return system_error(errno, what_);
  }
  LAR_TRY(sync_file(data_, what_));
  const auto path = file_of(layout_, digest_, "data");
  if (std::rename(path.c_str(), layout_.blob(digest_).c_str()) != 0) {
    return system_error(errno, what_);
  }
  LAR_TRY(sync_directory(layout_.blobs, what_));
  LAR_TRY(remove_file(file_of(layout_, digest_, "journal"), what_));
  mark_verified(layout_, digest_, data_);
  return {};
}

Result<void> PartialBlob::discard() {
  LAR_TRY(remove_file(file_of(layout_, digest_, "data"), what_));
  return remove_file(file_of(layout_, digest_, "journal"), what_);
}

PieceStream::PieceStream(PartialBlob& blob, uint64_t begin) : blob_(blob), position_(begin) {
  buffer_.reserve(kPieceBytes);
}

Result<void> PieceStream::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (position_ >= blob_.bytes()) {
      return fail(Code::kDataCorrupt, "download: more bytes than the blob has");
    }
    const uint64_t index = position_ / kPieceBytes;
    const size_t step = std::min<uint64_t>(bytes.size(), blob_.piece(index).end - position_);
    const auto part = bytes.first(step);
    position_ += step;
    bytes = bytes.subspan(step);
    buffer_.insert(buffer_.end(), part.begin(), part.end());
    if (position_ == blob_.piece(index).end) {
      LAR_TRY(blob_.put_piece(index, buffer_));
      buffer_.clear();
    }
  }
  return {};
}

Result<std::vector<PartialInfo>> list_partials(const Layout& layout) {
  std::vector<PartialInfo> partials;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(layout.partial(), error)) {
    const auto digest = Digest::parse("sha256-" + entry.path().stem().string());
    struct stat info{};
    if (!digest || entry.path().extension() != ".data") continue;
    if (stat(entry.path().c_str(), &info) != 0) continue;  // finished just now
    const auto lock = lock_journal(file_of(layout, *digest, "journal"), 0, "download");
    const bool in_use = lock && !lock->has_value();
    partials.push_back({*digest, disk_bytes(info), modified_ns(info), in_use});
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return system_error(error.value(), "downloads");
  }
  return partials;
}

Result<bool> remove_partial(const Layout& layout, const Digest& digest) {
  LAR_TRY(const auto lock, lock_journal(file_of(layout, digest, "journal"), O_CREAT, "download"));
  if (!lock) return false;
  LAR_TRY(remove_file(file_of(layout, digest, "data"), "download"));
  LAR_TRY(remove_file(file_of(layout, digest, "journal"), "download"));
  return true;
}

}  // namespace lar::store
