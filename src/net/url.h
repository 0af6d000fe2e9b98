// An http or https URL, taken apart and written in one normal form, so that what is compared,
// signed and sent is the same text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lar::net {

inline constexpr size_t kUrlBytesMax = 16U << 10U;  // signed URLs are long

class Url {
 public:
  // Absolute, http or https, ASCII host, no user info (`https://reg@evil` is a trap). A fragment is
  // dropped. Numbers in place of IPv4 addresses (octal, decimal) become the address they mean.
  // Error: invalid_argument.
  static Result<Url> parse(std::string_view text);

  // What `reference` (a Location header) means on a page at this URL.
  Result<Url> resolve(std::string_view reference) const;

  const std::string& str() const { return text_; }
  const std::string& scheme() const { return scheme_; }
  const std::string& host() const { return host_; }  // lower case, IPv6 without brackets
  uint16_t port() const { return port_; }
  const std::string& path() const { return path_; }  // begins with "/"
  const std::string& query() const { return query_; }
  bool secure() const { return scheme_ == "https"; }

  // Scheme, host and port: credentials belong to exactly one of these.
  std::string origin() const;
  bool same_origin(const Url& other) const { return origin() == other.origin(); }

  // Adds `name=value` to the query, both escaped.
  Result<Url> with_query(std::string_view name, std::string_view value) const;

 private:
  Url() = default;
  static Result<Url> take_apart(void* handle);

  std::string text_;
  std::string scheme_;
  std::string host_;
  uint16_t port_ = 0;
  std::string path_;
  std::string query_;
};

// Escapes all but letters, digits and -._~ with %XX.
std::string percent_encode(std::string_view text);

}  // namespace lar::net
