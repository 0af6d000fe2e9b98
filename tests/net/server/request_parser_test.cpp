#include "net/server/request_parser.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace lar::net {
namespace {

// What a stream of bytes is understood as: its requests with their bodies, and how it ends.
struct Understood {
  struct Request {
    std::string method;
    std::string target;
    std::string body;
    bool operator==(const Request&) const = default;
  };
  std::vector<Request> requests;
  int refused = 0;  // the status, 0: none
  bool operator==(const Understood&) const = default;
};

// Feeds `bytes` in pieces; `next_piece` says how long each is.
template <class NextPiece>
Understood understand(std::string_view bytes, NextPiece next_piece) {
  Understood result;
  RequestParser parser;
  bool in_body = false;
  std::array<std::byte, 7> out{};
  for (;;) {
    for (bool more = true; more;) {
      more = false;
      if (!in_body) {
        auto head = parser.read_head();
        if (!head) {
          result.refused = head.error().status;
          return result;
        }
        if (!*head) break;
        result.requests.push_back({(*head)->method, (*head)->target, {}});
        in_body = true;
      }
      auto part = parser.read_body(out);
      if (!part) {
        result.refused = part.error().status;
        return result;
      }
      const auto text = std::span(out).first(part->bytes);
      result.requests.back().body.append(reinterpret_cast<const char*>(text.data()), text.size());
      if (part->done) in_body = false;
      more = part->done || part->bytes > 0;
    }
    if (bytes.empty()) return result;
    const size_t count = std::min<size_t>(bytes.size(), next_piece());
    parser.append(std::as_bytes(std::span(bytes.substr(0, count))));
    bytes.remove_prefix(count);
  }
}

Understood whole(std::string_view bytes) {
  return understand(bytes, [&] { return bytes.size(); });
}

std::string with_headers(const std::string& headers, const std::string& body = "") {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

std::string chunked(const std::string& body) {
  return with_headers("Transfer-Encoding: chunked\r\n", body);
}

TEST(RequestParser, ReadsRequestsOneAfterTheOther) {
  const std::string bytes = with_headers("Content-Length: 5\r\n", "hello") +
                            chunked("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n") +
                            "GET /last?q=1 HTTP/1.1\r\nHost: a\r\n\r\n";
  const Understood expected{
      {{"POST", "/x", "hello"}, {"POST", "/x", "abcde"}, {"GET", "/last?q=1", ""}}, 0};
  EXPECT_EQ(whole(bytes), expected);
}

// V61 and B16: what is refused, and with what.
TEST(RequestParser, RefusesWhatTwoProgramsCouldReadInTwoWays) {
  struct Case {
    const char* what;
    std::string bytes;
    int status;
  };
  const std::string big(64U << 10U, 'a');
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "H" + std::to_string(i) + ": v\r\n";
  const Case cases[] = {
      {"negative chunk", chunked("-2\r\nab\r\n0\r\n\r\n"), 400},
      {"plus chunk", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400},
      {"0x chunk", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400},
      {"blank before chunk", chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400},
      {"17 digits", chunked("10000000000000000\r\nhello\r\n0\r\n\r\n"), 400},
      {"long extension", chunked("5;" + big + "\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk without CRLF after it", chunked("5\r\nhelloXX0\r\n\r\n"), 400},
      {"bare LF after chunk size", chunked("5\nhello\r\n0\r\n\r\n"), 400},
      {"CL and TE", with_headers("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"TE and CL", with_headers("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
      {"two CLs", with_headers("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
      {"two same CLs", with_headers("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
      {"CL list", with_headers("Content-Length: 5, 5\r\n"), 400},
      {"CL +1", with_headers("Content-Length: +1\r\n"), 400},
      {"CL -1", with_headers("Content-Length: -1\r\n"), 400},
      {"CL 0x1", with_headers("Content-Length: 0x1\r\n"), 400},
      {"CL empty", with_headers("Content-Length: \r\n"), 400},
      {"CL too long", with_headers("Content-Length: 99999999999999999999\r\n"), 400},
      {"two TEs", with_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
       400},
      {"TE list", with_headers("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {"TE identity", with_headers("Transfer-Encoding: identity\r\n"), 501},
      {"TE xchunked", with_headers("Transfer-Encoding: xchunked\r\n"), 501},
      {"TE in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"1001 headers", with_headers(many), 431},
      {"64 KiB header", with_headers("X: " + big + "\r\n"), 431},
      {"1 MiB URL", "GET /" + std::string(1U << 20U, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"HTTP/0.9", "GET /\r\n", 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"http/1.1", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00", 7), 400},
      {"folded header", with_headers("X: a\r\n b\r\n"), 400},
      {"folded CL", with_headers("Content-Length:\r\n 5\r\n", "hello"), 400},
      {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"bare LF in headers", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
      {"bare CR in a value", with_headers("X: a\rb\r\n"), 400},
      {"NUL in a value", with_headers(std::string("X: a\0b\r\n", 8)), 400},
      {"blank before colon", with_headers("Content-Length : 5\r\n"), 400},
      {"no name", with_headers(": x\r\n"), 400},
      {"no colon", with_headers("nonsense\r\n"), 400},
      {"blank in target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"high byte in target", "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"unknown expectation", with_headers("Expect: wonders\r\n"), 417},
  };
  for (const Case& each : cases) {
    const Understood result = whole(each.bytes);
    EXPECT_EQ(result.refused, each.status) << each.what;
  }
}

TEST(RequestParser, TakesWhatIsUnusualButClear) {
  EXPECT_EQ(whole("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").requests.size(), 1U);
  EXPECT_EQ(whole("GET / HTTP/1.0\r\n\r\n").requests.size(), 1U);
  EXPECT_EQ(whole("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").requests.size(), 1U);
  EXPECT_EQ(whole("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n").requests.size(), 1U);
  EXPECT_EQ(whole(with_headers("X:\t v \t\r\nEmpty:\r\nHigh: \xc3\xa4\r\n")).requests.size(), 1U);
  EXPECT_EQ(whole(chunked("0005\r\nhello\r\n0\r\n\r\n")).requests.at(0).body, "hello");
  EXPECT_EQ(whole(chunked("A\r\n0123456789\r\n0\r\n\r\n")).requests.at(0).body, "0123456789");
}

TEST(RequestParser, SplitsMakeNoDifference) {
  const std::string streams[] = {
      with_headers("Content-Length: 11\r\n", "hello world") + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n",
      chunked("3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n") + "\r\nGET / HTTP/1.0\r\n\r\n",
      chunked("3\r\nabc\r\n-1\r\n"),
      with_headers("X: a\r\n b\r\n"),
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
  };
  std::mt19937 random(7);
  for (const std::string& bytes : streams) {
    const Understood expected = whole(bytes);
    EXPECT_EQ(understand(bytes, [] { return 1; }), expected) << bytes;
    for (int i = 0; i < 200; ++i) {
      EXPECT_EQ(understand(bytes, [&] { return 1 + random() % 9; }), expected) << bytes;
    }
  }
}

TEST(RequestParser, SaysWhatItNeedsOfTargets) {
  RequestHead head;
  head.target = "http://Host:1/a/b?c=d";
  EXPECT_EQ(head.path(), "/a/b");
  EXPECT_EQ(head.query(), "c=d");
  EXPECT_EQ(head.authority(), "Host:1");
  head.target = "/a?b?c#d";
  EXPECT_EQ(head.path(), "/a");
  EXPECT_EQ(head.query(), "b?c");
  EXPECT_EQ(head.authority(), "");
}

}  // namespace
}  // namespace lar::net
