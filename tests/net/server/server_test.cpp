#include "net/server/server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include "net/channel.h"
#include "support/data.h"
#include "support/raw_client.h"

namespace lar::net {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using test::request_text;

ServerLimits quick_limits() {
  ServerLimits limits;
  limits.first_byte = 400ms;
  limits.head = 300ms;
  limits.idle = 500ms;
  limits.body_grace = 300ms;
  limits.write = 300ms;
  limits.linger = 200ms;
  return limits;
}

// A server on a thread of its own.
class Running {
 public:
  explicit Running(Handler handler, ServerLimits limits = quick_limits())
      : server_(std::make_unique<Server>(loop_, limits, std::move(handler))) {
    port_ = server_->listen_tcp("127.0.0.1", 0).value();
  }
  ~Running() { stop(); }

  Server& server() { return *server_; }
  EventLoop& loop() { return loop_; }
  uint16_t port() const { return port_; }

  void start() {
    thread_ = std::thread([this] { loop_.run(); });
  }
  void stop(std::chrono::milliseconds grace = 100ms) {
    if (!thread_.joinable()) return;
    loop_.post([this, grace] { server_->stop(grace, [this] { loop_.stop(); }); });
    thread_.join();
  }

 private:
  EventLoop loop_;
  std::unique_ptr<Server> server_;
  uint16_t port_ = 0;
  std::thread thread_;
};

Response text(std::string body) {
  Response response;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

// Answers with what it was asked: method, path and body.
awaitable<void> echo(Exchange& http) {
  auto body = co_await http.read_whole_body(1U << 20U);
  if (!body) {
    if (body.error().code == Code::kResourceExhausted) {
      Response refusal = text("too large");
      refusal.status = 413;
      co_await http.respond(refusal);
    }
    co_return;
  }
  co_await http.respond(
      text(http.request().method + " " + std::string(http.request().path()) + " " + *body));
}

TEST(Server, AnswersRequestsOnOneConnection) {
  Running running(echo);
  running.start();
  RawClient client = RawClient::tcp(running.port());
  for (int i = 0; i < 3; ++i) {
    client.send(request_text("POST", "/x", "hello"));
    EXPECT_EQ(client.read_answer().body, "POST /x hello");
  }
  // Pipelined, in pieces, and with chunks.
  client.send(request_text("GET", "/1") + request_text("GET", "/2").substr(0, 10));
  EXPECT_EQ(client.read_answer().body, "GET /1 ");
  client.send(request_text("GET", "/2").substr(10) +
              "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  EXPECT_EQ(client.read_answer().body, "GET /2 ");
  client.send("0\r\n\r\n");
  EXPECT_EQ(client.read_answer().body, "POST /3 abc");
}

TEST(Server, HeadHasNoBodyAndOldClientsAreClosed) {
  Running running(echo);
  running.start();
  RawClient client = RawClient::tcp(running.port());
  client.send(request_text("HEAD", "/x"));
  const auto head = client.read_answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "8");
  client.send(request_text("GET", "/y"));
  EXPECT_EQ(client.read_answer().body, "GET /y ");

  RawClient old = RawClient::tcp(running.port());
  old.send("GET /z HTTP/1.0\r\n\r\n");
  const auto answer = old.read_answer();
  EXPECT_EQ(answer.body, "GET /z ");
  EXPECT_TRUE(answer.closed);
}

TEST(Server, ContinueIsSaidWhenTheBodyIsWanted) {
  Running running(echo);
  running.start();
  RawClient client = RawClient::tcp(running.port());
  client.send("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(client.read_some(2s).starts_with("HTTP/1.1 100 Continue\r\n\r\n"));
  client.send("hi");
  EXPECT_EQ(client.read_answer().body, "POST /x hi");
  // A body that is too large is refused without being sent for.
  client.send(
      "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n");
  const auto refused = client.read_answer();
  EXPECT_EQ(refused.status, 413);
  EXPECT_TRUE(refused.closed);
}

TEST(Server, MalformedRequestsAreAnsweredAndClosed) {
  Running running(echo);
  running.start();
  for (const char* bytes :
       {"GET /\r\n", "\x16\x03\x01\x02", "GET / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n"}) {
    RawClient client = RawClient::tcp(running.port());
    client.send(bytes);
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 400) << bytes;
    EXPECT_TRUE(answer.closed) << bytes;
  }
}

// L04: whoever is slow is cut off, and others do not notice.
TEST(Server, SlowClientsAreCutOff) {
  Running running(echo);
  running.start();
  RawClient silent = RawClient::tcp(running.port());
  RawClient slow_head = RawClient::tcp(running.port());
  slow_head.send("GET / HT");
  RawClient slow_body = RawClient::tcp(running.port());
  slow_body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\na");
  RawClient idle = RawClient::tcp(running.port());
  idle.send(request_text("GET", "/"));
  EXPECT_EQ(idle.read_answer().status, 200);

  EXPECT_EQ(test::ask(running.port(), request_text("GET", "/other")).status, 200);
  EXPECT_EQ(slow_head.read_answer().status, 408);
  EXPECT_EQ(slow_body.read_answer().status, 408);
  EXPECT_EQ(silent.read_all(3s), "");
  EXPECT_TRUE(silent.at_end());
  EXPECT_EQ(idle.read_all(3s), "");
  EXPECT_TRUE(idle.at_end());
}

TEST(Server, BodyThatDripsIsCutOff) {
  ServerLimits limits = quick_limits();
  limits.body_rate_min = 1U << 20U;
  Running running(echo, limits);
  running.start();
  RawClient client = RawClient::tcp(running.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 20 && client.send("a"); ++i) std::this_thread::sleep_for(50ms);
  EXPECT_EQ(client.read_answer().status, 408);
}

TEST(Server, ClientThatDoesNotReadIsCutOff) {
  std::promise<Code> ended;
  Running running([&](Exchange& http) -> awaitable<void> {
    co_await http.begin(text({}));
    const std::string piece(1U << 20U, 'x');
    for (int i = 0; i < 1000; ++i) {
      const auto written = co_await http.write(piece);
      if (!written) {
        ended.set_value(written.error().code);
        co_return;
      }
    }
  });
  running.start();
  RawClient client = RawClient::tcp(running.port());
  client.send(request_text("GET", "/"));
  auto future = ended.get_future();
  ASSERT_EQ(future.wait_for(10s), std::future_status::ready);
  EXPECT_EQ(future.get(), Code::kDeadlineExceeded);
}

TEST(Server, StreamsPartByPart) {
  Running running([](Exchange& http) -> awaitable<void> {
    co_await http.begin(text({}));
    for (const char* part : {"one\n", "two\n", "three\n"}) co_await http.write(part);
    co_await http.end();
  });
  running.start();
  RawClient client = RawClient::tcp(running.port());
  for (int i = 0; i < 2; ++i) {
    client.send(request_text("GET", "/"));
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.headers.at("transfer-encoding"), "chunked");
    EXPECT_EQ(answer.body, "one\ntwo\nthree\n");
  }
  client.send("GET / HTTP/1.0\r\n\r\n");
  const auto old = client.read_answer();
  EXPECT_FALSE(old.headers.contains("transfer-encoding"));
  EXPECT_EQ(old.body, "one\ntwo\nthree\n");
}

// P7: the work of a client that leaves is called off at once, while the handler waits for something
// that has nothing to do with the connection.
TEST(Server, HandlerIsCancelledWhenTheClientLeaves) {
  struct Fate {
    std::promise<void> begun;
    std::promise<void> unwound;
    std::promise<void> stopped;
  };
  for (const bool streaming : {false, true}) {
    Fate fate;
    struct AtEnd {
      std::promise<void>& promise;
      ~AtEnd() { promise.set_value(); }
    };
    std::unique_ptr<Running> running;
    running = std::make_unique<Running>([&](Exchange& http) -> awaitable<void> {
      const AtEnd at_end{fate.unwound};
      const std::stop_callback on_stop(http.stop_token(), [&] { fate.stopped.set_value(); });
      if (streaming) {
        co_await http.begin(text({}));
        co_await http.write("first");
      }
      Channel<int> never(running->loop(), 1);
      fate.begun.set_value();
      co_await never.receive();
    });
    running->start();
    RawClient client = RawClient::tcp(running->port());
    client.send(request_text("POST", "/", "body"));
    ASSERT_EQ(fate.begun.get_future().wait_for(5s), std::future_status::ready);
    client.close();
    EXPECT_EQ(fate.stopped.get_future().wait_for(5s), std::future_status::ready);
    EXPECT_EQ(fate.unwound.get_future().wait_for(5s), std::future_status::ready);
  }
}

TEST(Server, HalfClosedClientGetsItsAnswer) {
  Running running(echo);
  running.start();
  RawClient client = RawClient::tcp(running.port());
  client.send(request_text("GET", "/x"));
  client.half_close();
  EXPECT_EQ(client.read_answer().body, "GET /x ");
}

TEST(Server, BlockingWorkFinishesBeforeItsRequestEnds) {
  std::promise<void> begun;
  std::promise<bool> done;
  std::unique_ptr<Running> running;
  running = std::make_unique<Running>([&](Exchange& http) -> awaitable<void> {
    int local = 1;
    co_await running->loop().blocking([&] {
      begun.set_value();
      std::this_thread::sleep_for(400ms);
      done.set_value(local == 1);
    });
    co_await http.respond(text("never sent"));
  });
  running->start();
  RawClient client = RawClient::tcp(running->port());
  client.send(request_text("GET", "/"));
  begun.get_future().wait();
  client.close();
  EXPECT_TRUE(done.get_future().get());
}

// L14: more connections than allowed get a quick answer; idle ones make room for new ones.
TEST(Server, ConnectionsHaveALimit) {
  ServerLimits limits = quick_limits();
  limits.connections_max = 4;
  limits.first_byte = 5s;
  limits.idle = 5s;
  Running running(echo, limits);
  running.start();
  std::vector<RawClient> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(RawClient::tcp(running.port()));
    clients.back().send("GET / HT");  // not idle
  }
  std::this_thread::sleep_for(50ms);
  const auto refused = test::ask(running.port(), request_text("GET", "/"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  // One of them becomes idle, and so makes room.
  clients[0].send("TP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(clients[0].read_answer().status, 200);
  EXPECT_EQ(test::ask(running.port(), request_text("GET", "/")).status, 200);
  EXPECT_EQ(clients[0].read_all(2s), "");
  EXPECT_TRUE(clients[0].at_end());
}

TEST(Server, AThrowingOrSilentHandlerIsA500) {
  Running running([](Exchange& http) -> awaitable<void> {
    if (http.request().path() == "/throw") throw std::runtime_error("no");
    co_return;
  });
  running.start();
  EXPECT_EQ(test::ask(running.port(), request_text("GET", "/throw")).status, 500);
  EXPECT_EQ(test::ask(running.port(), request_text("GET", "/")).status, 500);
}

TEST(Server, StopsGracefully) {
  std::unique_ptr<Running> running;
  std::promise<void> begun;
  running = std::make_unique<Running>([&](Exchange& http) -> awaitable<void> {
    begun.set_value();
    co_await running->loop().sleep_for(200ms);
    co_await http.respond(text("finished"));
  });
  running->start();
  RawClient idle = RawClient::tcp(running->port());
  RawClient client = RawClient::tcp(running->port());
  client.send(request_text("GET", "/"));
  begun.get_future().wait();
  running->stop(5s);
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.body, "finished");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_EQ(idle.read_all(1s), "");
  EXPECT_FALSE(RawClient::tcp(running->port()).connected());
}

TEST(Server, StopDoesNotWaitForEver) {
  std::unique_ptr<Running> running;
  std::promise<void> begun;
  running = std::make_unique<Running>([&](Exchange&) -> awaitable<void> {
    begun.set_value();
    co_await running->loop().sleep_for(1h);
  });
  running->start();
  RawClient client = RawClient::tcp(running->port());
  client.send(request_text("GET", "/"));
  begun.get_future().wait();
  const auto since = std::chrono::steady_clock::now();
  running->stop(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - since, 10s);
}

TEST(Server, PortInUseIsSaid) {
  Running running(echo);
  EventLoop loop;
  Server second(loop, {}, echo);
  const auto port = second.listen_tcp("127.0.0.1", running.port());
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Code::kAlreadyExists);
  EXPECT_NE(port.error().message.find("bind: address already in use"), std::string::npos);
}

// A03
TEST(Server, ListensOnUnixSockets) {
  const test::TempDir dir;
  const std::string path = dir.path() / "lar.sock";
  {
    // What a server that was killed leaves behind.
    EventLoop loop;
    Server killed(loop, {}, echo);
    ASSERT_TRUE(killed.listen_unix({path, 0600, {}}));
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  Running running([](Exchange& http) -> awaitable<void> {
    co_await http.respond(text(http.peer().is_unix ? "unix" : "tcp"));
  });
  ASSERT_TRUE(running.server().listen_unix({path, 0640, {}}));
  running.start();
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0640U);
  RawClient client = RawClient::unix_socket(path);
  client.send(request_text("GET", "/"));
  EXPECT_EQ(client.read_answer().body, "unix");

  EventLoop loop;
  Server second(loop, {}, echo);
  const auto taken = second.listen_unix({path, 0600, {}});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::kAlreadyExists);
  RawClient still = RawClient::unix_socket(path);
  still.send(request_text("GET", "/"));
  EXPECT_EQ(still.read_answer().body, "unix");

  const std::string file = dir.path() / "file";
  std::ofstream(file) << "precious";
  EXPECT_FALSE(second.listen_unix({file, 0600, {}}));
  EXPECT_EQ(test::read_file(file), "precious");
  running.stop();
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace lar::net
