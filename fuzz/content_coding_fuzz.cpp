// Compressed bodies: whatever comes, the limit holds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/server/content_coding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kBytesMax = size_t{1} << 20U;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const auto coding : {lar::net::ContentCoding::kGzip, lar::net::ContentCoding::kZstd}) {
    const auto decoded = lar::net::decode_content(coding, body, kBytesMax);
    if (decoded && decoded->size() > kBytesMax) std::abort();
  }
  return 0;
}
