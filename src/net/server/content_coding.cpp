#include "net/server/content_coding.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <memory>

#include "net/http_header.h"

namespace lar::net {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10U;
constexpr int kZstdWindowLogMax = 23;
constexpr int kGzipWindow = 15 + 16;  // the largest window there is, and gzip's own frame around it

std::unexpected<Error> damaged(std::string_view coding) {
  return fail(Code::kInvalidArgument, fmt::format("the request's body is no valid {}", coding));
}

// Collects what comes out, up to the limit.
class Output {
 public:
  explicit Output(size_t bytes_max) : bytes_max_(bytes_max) {}

  Result<void> add(std::string_view bytes) {
    if (bytes.size() > bytes_max_ - text_.size()) {
      return fail(Code::kResourceExhausted,
                  fmt::format("the request's body is larger than {} bytes", bytes_max_));
    }
    text_ += bytes;
    return {};
  }
  std::string take() { return std::move(text_); }

 private:
  size_t bytes_max_;
  std::string text_;
};

struct Inflater {
  z_stream stream = {};
  bool ready = ::inflateInit2(&stream, kGzipWindow) == Z_OK;

  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready) ::inflateEnd(&stream);
  }
};

// Members may follow each other (RFC 1952, section 2.2).
Result<std::string> decode_gzip(std::string_view body, size_t bytes_max) {
  Inflater inflater;
  if (!inflater.ready) return fail(Code::kResourceExhausted, "out of memory");
  z_stream& stream = inflater.stream;
  Output output(bytes_max);
  std::array<char, kPieceBytes> piece;
  int code = Z_OK;
  while (code != Z_STREAM_END || !body.empty()) {
    if (code == Z_STREAM_END && ::inflateReset(&stream) != Z_OK) return damaged("gzip");
    const size_t step = std::min(body.size(), kPieceBytes);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(step);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    code = ::inflate(&stream, Z_NO_FLUSH);
    // Z_BUF_ERROR: no progress, so the end is missing.
    if (code != Z_OK && code != Z_STREAM_END) return damaged("gzip");
    body.remove_prefix(step - stream.avail_in);
    LAR_TRY(output.add({piece.data(), piece.size() - stream.avail_out}));
  }
  return output.take();
}

struct ZstdFree {
  void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
};

// Frames may follow each other (RFC 8878, section 3).
Result<std::string> decode_zstd(std::string_view body, size_t bytes_max) {
  const std::unique_ptr<ZSTD_DCtx, ZstdFree> context(::ZSTD_createDCtx());
  if (!context || ::ZSTD_isError(::ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax,
                                                          kZstdWindowLogMax)) != 0) {
    return fail(Code::kResourceExhausted, "out of memory");
  }
  Output output(bytes_max);
  std::array<char, kPieceBytes> piece;
  ZSTD_inBuffer in = {.src = body.data(), .size = body.size(), .pos = 0};
  size_t expected = 1;  // 0 at the end of a frame
  while (in.pos < in.size || expected != 0) {
    const size_t before = in.pos;
    ZSTD_outBuffer out = {.dst = piece.data(), .size = piece.size(), .pos = 0};
    expected = ::ZSTD_decompressStream(context.get(), &out, &in);
    if (::ZSTD_isError(expected) != 0) {
      if (::ZSTD_getErrorCode(expected) == ZSTD_error_frameParameter_windowTooLarge) {
        return fail(Code::kResourceExhausted, "the zstd window of the request's body is too large");
      }
      return damaged("zstd");
    }
    if (out.pos == 0 && in.pos == before && expected != 0) return damaged("zstd");
    LAR_TRY(output.add({piece.data(), out.pos}));
  }
  return output.take();
}

}  // namespace

std::optional<ContentCoding> parse_content_coding(std::string_view header) {
  if (equal_ignoring_case(header, "identity")) return ContentCoding::kIdentity;
  if (equal_ignoring_case(header, "gzip") || equal_ignoring_case(header, "x-gzip")) {
    return ContentCoding::kGzip;
  }
  if (equal_ignoring_case(header, "zstd")) return ContentCoding::kZstd;
  return std::nullopt;
}

Result<std::string> decode_content(ContentCoding coding, std::string_view body, size_t bytes_max) {
  switch (coding) {
    case ContentCoding::kGzip: return decode_gzip(body, bytes_max);
    case ContentCoding::kZstd: return decode_zstd(body, bytes_max);
    case ContentCoding::kIdentity: break;
  }
  return std::string(body);
}

}  // namespace lar::net
