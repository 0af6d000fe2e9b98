#include "net/server/content_coding.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

namespace lar::net {
namespace {

constexpr size_t kMax = size_t{1} << 20U;

std::string gzip(std::string_view text) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view text, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  if (window_log != 0) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  }
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_inBuffer in = {text.data(), text.size(), 0};
  ZSTD_outBuffer to = {out.data(), out.size(), 0};
  // In two steps: a frame whose size is known is made with a window of that size.
  ZSTD_compressStream2(context, &to, &in, ZSTD_e_continue);
  EXPECT_EQ(ZSTD_compressStream2(context, &to, &in, ZSTD_e_end), 0U);
  ZSTD_freeCCtx(context);
  out.resize(to.pos);
  return out;
}

struct Coded {
  ContentCoding coding;
  std::string (*encode)(std::string_view);
};
const Coded kCodings[] = {{ContentCoding::kGzip, gzip},
                          {ContentCoding::kZstd, [](std::string_view text) { return zstd(text); }}};

std::string sample() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * i) + ",";
  return text;
}

TEST(ContentCoding, GivesBackWhatWasCompressed) {
  for (const Coded& coded : kCodings) {
    for (const std::string& text : {std::string(), std::string("{}"), sample()}) {
      const auto decoded = decode_content(coded.coding, coded.encode(text), kMax);
      ASSERT_TRUE(decoded) << decoded.error().message;
      EXPECT_EQ(*decoded, text);
      const auto twice = decode_content(coded.coding, coded.encode(text) + coded.encode("x"), kMax);
      ASSERT_TRUE(twice) << twice.error().message;
      EXPECT_EQ(*twice, text + "x");
    }
  }
}

TEST(ContentCoding, TheLimitIsThatOfTheDecodedBody) {
  const std::string zeros(kMax, '0');
  for (const Coded& coded : kCodings) {
    const std::string small = coded.encode(zeros);
    ASSERT_LT(small.size(), 10'000U);
    EXPECT_TRUE(decode_content(coded.coding, small, kMax));
    const auto bomb = decode_content(coded.coding, small, kMax - 1);
    ASSERT_FALSE(bomb);
    EXPECT_EQ(bomb.error().code, Code::kResourceExhausted);
    EXPECT_EQ(bomb.error().message, "the request's body is larger than 1048575 bytes");
  }
}

TEST(ContentCoding, WhatIsCutOffOrDamagedIsRefused) {
  for (const Coded& coded : kCodings) {
    const std::string good = coded.encode(sample());
    for (const size_t length : {size_t{0}, size_t{3}, good.size() / 2, good.size() - 1}) {
      const auto cut = decode_content(coded.coding, good.substr(0, length), kMax);
      ASSERT_FALSE(cut) << length;
      EXPECT_EQ(cut.error().code, Code::kInvalidArgument);
    }
    EXPECT_FALSE(decode_content(coded.coding, good + "rest", kMax));
    EXPECT_FALSE(decode_content(coded.coding, "{\"model\": \"x\"}", kMax));
  }
}

TEST(ContentCoding, AnOverlargeWindowIsRefused) {
  const auto large = decode_content(ContentCoding::kZstd, zstd(sample(), 25), kMax);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::kResourceExhausted);
}

TEST(ContentCoding, NamesAreReadWithoutCase) {
  EXPECT_EQ(parse_content_coding("GZip"), ContentCoding::kGzip);
  EXPECT_EQ(parse_content_coding("x-gzip"), ContentCoding::kGzip);
  EXPECT_EQ(parse_content_coding("zstd"), ContentCoding::kZstd);
  EXPECT_EQ(parse_content_coding("identity"), ContentCoding::kIdentity);
  for (const char* other : {"", "br", "gzip, zstd", "deflate"}) {
    EXPECT_EQ(parse_content_coding(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace lar::net
