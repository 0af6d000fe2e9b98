// What a client compressed its request's body with (RFC 9110, section 8.4.1), and how it is undone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lar::net {

enum class ContentCoding : uint8_t { kIdentity, kGzip, kZstd };

// The value of an Accept-Encoding header that names them all.
inline constexpr std::string_view kContentCodings = "gzip, zstd, identity";

// nullopt: another coding, or more than one.
std::optional<ContentCoding> parse_content_coding(std::string_view header);

// The whole body, which has `bytes_max` bytes at most. Takes no memory beyond that and the coding's
// window (8 MiB at most, as RFC 8878 asks of those who decode). Errors: invalid_argument (damaged,
// or cut off), resource_exhausted (a longer body, a larger window).
Result<std::string> decode_content(ContentCoding coding, std::string_view body, size_t bytes_max);

}  // namespace lar::net
