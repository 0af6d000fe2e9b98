#include "net/http_client.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "support/data.h"
#include "support/http_peer.h"

namespace lar::net {
namespace {

using test::HttpPeer;
using test::PeerConnection;
using test::PeerRequest;
using namespace std::chrono_literals;

std::unique_ptr<HttpClient> client(HttpClientConfig config = {}) {
  return *HttpClient::create(std::move(config));
}

// Answers each request with its own text.
void echo(PeerConnection& connection) {
  while (const auto request = connection.read_request()) {
    std::string text = request->method + " " + request->target + "\n";
    for (const auto& [name, value] : request->headers) text += name + ": " + value + "\n";
    text += "\n" + request->body;
    if (!connection.answer(200, text, {{"X-Kind", "echo"}}, request->method != "HEAD")) return;
  }
}

class Chunks : public HttpBodySource {
 public:
  explicit Chunks(std::vector<std::string> parts, std::optional<uint64_t> bytes = {})
      : parts_(std::move(parts)), bytes_(bytes) {}
  Result<size_t> read(std::span<std::byte> out) override {
    if (next_ == parts_.size()) return size_t{0};
    const std::string& part = parts_[next_++];
    EXPECT_LE(part.size(), out.size());
    std::memcpy(out.data(), part.data(), part.size());
    return part.size();
  }
  std::optional<uint64_t> bytes() const override { return bytes_; }

 private:
  std::vector<std::string> parts_;
  std::optional<uint64_t> bytes_;
  size_t next_ = 0;
};

TEST(HttpClient, SendsNothingThatWasNotAskedFor) {
  HttpPeer peer(echo);
  const auto response = client()->perform({.url = peer.url("/a?b=c")});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(*response->header("x-kind"), "echo");
  EXPECT_EQ(response->header("x-other"), nullptr);
  EXPECT_EQ(response->body, "GET /a?b=c\nHost: " + peer.host() + "\n\n");
}

TEST(HttpClient, SendsMethodsHeadersAndBodies) {
  HttpPeer peer(echo);
  const auto http = client({.proxy = {}, .ca_file = "", .user_agent = "ollama/1 test"});
  auto response = http->perform({.method = "DELETE",
                                 .url = peer.url("/d"),
                                 .headers = {{"Content-Type", "application/json"}},
                                 .body = "{}"});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "DELETE /d\nHost: " + peer.host() +
                                "\nUser-Agent: ollama/1 test\nContent-Type: application/json\n"
                                "Content-Length: 2\n\n{}");
  response = http->perform({.method = "POST", .url = peer.url("/p")});
  EXPECT_NE(response->body.find("Content-Length: 0\n"), std::string::npos);
  response = http->perform({.method = "HEAD", .url = peer.url("/h")});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(peer.connections(), 1) << "the connection was not kept";
  EXPECT_FALSE(http->perform({.url = peer.url("/"), .headers = {{"A", "b\r\nC: d"}}}));
}

TEST(HttpClient, StreamsABody) {
  HttpPeer peer(echo);
  const auto http = client();
  Chunks unknown({"one ", "two"});
  auto response = http->perform({.method = "POST", .url = peer.url("/"), .body_source = &unknown});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_NE(response->body.find("Transfer-Encoding: chunked\n"), std::string::npos);
  EXPECT_TRUE(response->body.ends_with("\n\none two"));
  Chunks known({"one ", "two"}, 7);
  response = http->perform({.method = "PATCH", .url = peer.url("/"), .body_source = &known});
  EXPECT_NE(response->body.find("Content-Length: 7\n"), std::string::npos);
  EXPECT_TRUE(response->body.starts_with("PATCH /"));
}

TEST(HttpClient, StreamsAnAnswer) {
  HttpPeer peer([](PeerConnection& connection) {
    if (!connection.read_request()) return;
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; ++i) {
      connection.write("4\r\nab" + std::to_string(i) + "\n\r\n");
      connection.sleep(20);
    }
    connection.write("0\r\nX-Trailer: 1\r\n\r\n");
  });
  std::vector<std::string> seen;
  const auto response = client()->perform(
      {.url = peer.url("/")}, {.on_response =
                                   [&](const HttpResponse& head) {
                                     seen.push_back(std::to_string(head.status));
                                     return Result<void>();
                                   },
                               .on_body =
                                   [&](std::span<const std::byte> part) {
                                     seen.emplace_back(reinterpret_cast<const char*>(part.data()),
                                                       part.size());
                                     return Result<void>();
                                   }});
  ASSERT_TRUE(response);
  EXPECT_EQ(seen, (std::vector<std::string>{"200", "ab0\n", "ab1\n", "ab2\n"}));
}

TEST(HttpClient, AHandlersErrorEndsTheRequest) {
  HttpPeer peer(echo);
  const auto response = client()->perform(
      {.url = peer.url("/")}, {.on_response = {}, .on_body = [](std::span<const std::byte>) {
                                 return Result<void>(fail(Code::kDataCorrupt, "no"));
                               }});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kDataCorrupt);
  EXPECT_EQ(response.error().message, "no");
}

TEST(HttpClient, SpeaksOverAUnixSocket) {
  const test::TempDir dir;
  const std::string path = (dir.path() / "s").string();
  HttpPeer peer(echo, {.unix_socket = path, .certificate_pem = "", .tls_version_max = 0});
  const auto response =
      client()->perform({.url = "http://localhost/api/tags", .unix_socket = path});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_TRUE(response->body.starts_with("GET /api/tags\nHost: localhost\n"));
}

TEST(HttpClient, FollowsNoRedirectAndDecodesNothing) {
  HttpPeer peer([](PeerConnection& connection) {
    while (connection.read_request()) {
      connection.answer(307, "\x1f\x8b", {{"Location", "/x"}, {"Content-Encoding", "gzip"}});
    }
  });
  const auto response = client()->perform({.url = peer.url("/")});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 307);
  EXPECT_EQ(response->body, "\x1f\x8b");
  EXPECT_EQ(*response->header("Location"), "/x");
}

TEST(HttpClient, LimitsWhatItTakes) {
  HttpPeer peer([](PeerConnection& connection) {
    while (const auto request = connection.read_request()) {
      if (request->target == "/body") {
        connection.answer(200, std::string(101, 'x'));
      } else if (request->target == "/header") {
        connection.answer(200, "", {{"X", std::string(kResponseHeaderBytesMax, 'x')}});
      } else if (request->target == "/headers") {
        connection.answer(200, "", {300, {"X", "y"}});
      } else {
        connection.write("not HTTP at all\r\n\r\n");
        return;
      }
    }
  });
  const auto http = client();
  const auto code = [&](const char* path) {
    const auto response = http->perform({.url = peer.url(path), .body_bytes_max = 100});
    return response ? Code::kInternal : response.error().code;
  };
  EXPECT_EQ(code("/body"), Code::kResourceExhausted);
  EXPECT_EQ(code("/header"), Code::kResourceExhausted);
  EXPECT_EQ(code("/headers"), Code::kResourceExhausted);
  EXPECT_EQ(code("/garbage"), Code::kDataCorrupt);
}

TEST(HttpClient, SilenceEndsAtTheDeadlineAndSlownessDoesNot) {
  HttpPeer peer([](PeerConnection& connection) {
    const auto request = connection.read_request();
    if (!request) return;
    if (request->target == "/drip") {
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
      for (int i = 0; i < 10 && connection.sleep(100); ++i) connection.write("x");
      return;
    }
    if (request->target == "/half") {
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx");
    }
    connection.sleep(10'000);
  });
  const auto http = client();
  const HttpDeadlines quick{.connect = 300ms, .stall = 300ms, .total = 0ms};
  auto response = http->perform({.url = peer.url("/drip"), .deadlines = quick});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "xxxxxxxxxx");
  for (const char* path : {"/none", "/half"}) {
    response = http->perform({.url = peer.url(path), .deadlines = quick});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Code::kDeadlineExceeded) << path;
    EXPECT_EQ(response.error().message, "no data for 0.3 s");
  }
  response = http->perform(
      {.url = peer.url("/drip"), .deadlines = {.connect = 0ms, .stall = 0ms, .total = 300ms}});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kDeadlineExceeded);
  // Silence while TLS is being set up counts as connecting.
  response = http->perform({.url = "https://" + peer.host(), .deadlines = quick});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kDeadlineExceeded);
}

TEST(HttpClient, IsCancelledAtOnce) {
  HttpPeer peer([](PeerConnection& connection) {
    connection.read_request();
    connection.sleep(10'000);
  });
  const auto http = client();
  // A name that does not resolve soon, a silent TLS peer, a silent server.
  for (const std::string& url :
       std::vector<std::string>{"https://" + peer.host() + "/", peer.url("/")}) {
    std::stop_source stop;
    std::jthread killer([&stop] {
      std::this_thread::sleep_for(50ms);
      stop.request_stop();
    });
    const auto begin = std::chrono::steady_clock::now();
    const auto response = http->perform({.url = url}, {}, stop.get_token());
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Code::kCancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  }
}

TEST(HttpClient, ConnectsToNoPrivateAddressWherePublicOnesAreAsked) {
  HttpPeer peer(echo);
  const auto http = client();
  const std::string port = ":" + std::to_string(peer.port());
  for (const std::string& host :
       std::vector<std::string>{"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1",
                                "0.0.0.0", "[::ffff:127.0.0.1]"}) {
    const auto response = http->perform(
        {.url = "http://" + host + port + "/", .addresses = AddressPolicy::kPublicOnly});
    ASSERT_FALSE(response) << host;
    EXPECT_EQ(response.error().code, Code::kPermissionDenied) << host;
  }
  EXPECT_EQ(peer.connections(), 0);
}

TEST(HttpClient, GoesThroughAProxy) {
  HttpPeer proxy(echo);
  const auto http = client({.proxy = {.http_proxy = "http://" + proxy.host()}});
  auto response = http->perform({.url = "http://registry.invalid/v2/"});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_TRUE(response->body.starts_with("GET http://registry.invalid/v2/\n"));
  response = http->perform({.url = "http://10.0.0.1/", .addresses = AddressPolicy::kPublicOnly});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kPermissionDenied);
}

TEST(HttpClient, SaysThatNobodyIsThere) {
  uint16_t port = 0;
  {
    port = HttpPeer(echo).port();
  }
  const auto response =
      client()->perform({.url = "http://127.0.0.1:" + std::to_string(port) + "/"});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kUnavailable);
}

TEST(HttpClient, ABrokenConnectionIsAnError) {
  HttpPeer peer([](PeerConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nxx");
    connection.reset();
  });
  const auto response = client()->perform({.url = peer.url("/")});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace lar::net
