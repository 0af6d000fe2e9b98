// The head of a request held to RFC 9112, stricter than most parsers: nothing about which two
// programs could disagree gets through, so no proxy in front can be led to see other requests.
//
// Refused: line ends other than CRLF, control characters, folded lines, blanks before a colon or in
// the target, a repeated Host, a Content-Length that is not one plain number, a Transfer-Encoding
// other than one "chunked" or beside a length, HTTP/1.1 without Host.
#pragma once

#include <expected>
#include <string_view>

#include "net/server/request_parser.h"

namespace lar::net {

// `head` is everything up to and with the empty line.
std::expected<void, Rejection> check_head(std::string_view head);

// What can be said of the beginning of a head: whether it may still become one. Finds TLS,
// HTTP/0.9, HTTP/2 and lines without CR at once, so nobody waits for an end that never comes.
std::expected<void, Rejection> check_beginning(std::string_view bytes);

}  // namespace lar::net
