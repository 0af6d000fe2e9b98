// The one file that includes Boost.Beast.
#include "net/server/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>
#include <cstring>
#include <limits>

#include "net/server/head_check.h"

namespace lar::net {
namespace http = boost::beast::http;

struct RequestParser::Beast {
  http::request_parser<http::buffer_body> parser;
};

namespace {

std::unexpected<Rejection> reject(int status, std::string reason) {
  return std::unexpected(Rejection{status, std::move(reason)});
}

std::string text_of(boost::beast::string_view text) {
  return std::string(text.data(), text.size());
}

bool expects_continue(const RequestHead& head) {
  return head.minor_version >= 1 && head.has_body() && head.header("Expect") != nullptr;
}

RequestHead head_of(const http::request_parser<http::buffer_body>& parser) {
  RequestHead head;
  const auto& message = parser.get();
  head.method = text_of(message.method_string());
  head.target = text_of(message.target());
  head.minor_version = static_cast<int>(message.version() % 10);
  for (const auto& field : message) {
    head.headers.push_back({text_of(field.name_string()), text_of(field.value())});
  }
  head.chunked = parser.chunked();
  if (const auto length = parser.content_length(); length && !head.chunked) {
    head.content_length = *length;
  }
  head.keep_alive = parser.keep_alive();
  head.expects_continue = expects_continue(head);
  return head;
}

}  // namespace

RequestParser::RequestParser() = default;
RequestParser::~RequestParser() = default;

void RequestParser::append(std::span<const std::byte> bytes) {
  compact();
  const size_t before = buffer_.size();
  buffer_.resize(before + bytes.size());
  if (!bytes.empty()) std::memcpy(buffer_.data() + before, bytes.data(), bytes.size());
}

void RequestParser::compact() {
  if (used_ == 0) return;
  buffer_.erase(0, used_);
  used_ = 0;
  // One large request must not keep its memory for as long as its connection lives.
  if (buffer_.capacity() > 4 * kHeadBytesMax && buffer_.size() < kHeadBytesMax) {
    buffer_.shrink_to_fit();
  }
}

std::expected<std::optional<RequestHead>, Rejection> RequestParser::read_head() {
  beast_.reset();
  // RFC 9112 2.2: an empty line before a request is overlooked.
  while (unused().starts_with("\r\n") && scanned_ == 0) used_ += 2;
  const auto bytes = unused();
  if (bytes.empty() || bytes == "\r") return std::nullopt;
  if (const auto checked = check_beginning(bytes); !checked) {
    return std::unexpected(checked.error());
  }
  const auto end = bytes.find("\r\n\r\n", scanned_);
  if (end == std::string_view::npos) {
    if (bytes.size() >= kHeadBytesMax) return reject(431, "the head is too long");
    scanned_ = bytes.size() < 3 ? 0 : bytes.size() - 3;
    return std::nullopt;
  }
  const auto head = bytes.substr(0, end + 4);
  if (head.size() > kHeadBytesMax) return reject(431, "the head is too long");
  if (const auto checked = check_head(head); !checked) return std::unexpected(checked.error());

  beast_ = std::make_unique<Beast>();
  auto& parser = beast_->parser;
  parser.header_limit(static_cast<uint32_t>(kHeadBytesMax + 1));
  parser.body_limit(boost::none);  // whoever reads the body says how much is too much
  boost::beast::error_code error;
  const size_t taken = parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error) return reject(400, "malformed head: " + error.message());
  if (!parser.is_header_done() || taken != head.size()) return reject(400, "malformed head");
  used_ += taken;
  scanned_ = 0;
  return head_of(parser);
}

void RequestParser::discard() {
  buffer_.clear();
  used_ = 0;
  scanned_ = 0;
}

bool RequestParser::body_done() const {
  return beast_ == nullptr || beast_->parser.is_done();
}

std::expected<RequestParser::BodyPart, Rejection> RequestParser::read_body(
    std::span<std::byte> out) {
  if (body_done()) return BodyPart{0, true};
  auto& parser = beast_->parser;
  auto& body = parser.get().body();
  body.data = out.data();
  body.size = out.size();
  body.more = true;
  const auto written = [&] { return out.size() - body.size; };
  while (!parser.is_done() && body.size > 0) {
    // No more than a chunk's line may be, so that a longer one is found however it arrives.
    const auto bytes = unused().substr(0, kChunkLineBytesMax);
    if (bytes.empty()) break;
    boost::beast::error_code error;
    const size_t taken = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    used_ += taken;
    if (error == http::error::need_buffer) break;
    if (error && error != http::error::need_more) {
      if (written() > 0) break;  // what came before it first; it will be found again
      return reject(400, "malformed body: " + error.message());
    }
    if (taken == 0) {
      if (bytes.size() == kChunkLineBytesMax) return reject(400, "a chunk's line is too long");
      break;
    }
  }
  body.data = nullptr;
  const BodyPart part{written(), parser.is_done()};
  body.size = 0;
  return part;
}

}  // namespace lar::net
