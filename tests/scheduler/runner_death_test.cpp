// F25: real runners, killed at the worst moments.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>

#include "base/cpu.h"
#include "runner/supervisor.h"
#include "scheduler/local_service.h"
#include "support/data.h"

namespace lar::scheduler {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

std::filesystem::path parrot() {
  return test::shared_data("parrot/parrot-qwen3.f16.gguf");
}

class ParrotFiles final : public ModelFiles {
 public:
  Result<Footprint> plan(const ModelRef&, const runtime::LoadOptions&, uint32_t) override {
    return Footprint{.bytes = [](const Size&) { return Bytes{.total = 1U << 20U}; },
                     .context_max = 1024};
  }
  Result<OpenFiles> open(const ModelRef&, const std::function<void()>&, std::stop_token) override {
    OpenFiles files;
    files.weights.emplace_back(::open(parrot().c_str(), O_RDONLY | O_CLOEXEC));
    return files;
  }
};

// Remembers the processes that it starts.
class WatchedFactory final : public runner::RunnerFactory {
 public:
  explicit WatchedFactory(const asio::any_io_executor& executor)
      : supervisor_(executor, {.program = test::lar_binary()}) {}

  std::unique_ptr<runner::Runner> start(runner::LoadSpec spec,
                                        runner::RunnerCallbacks callbacks) override {
    auto runner = supervisor_.start(std::move(spec), std::move(callbacks));
    pids.push_back(runner->pid());
    return runner;
  }

  std::vector<int> pids;

 private:
  runner::Supervisor supervisor_;
};

struct Client {
  std::unique_ptr<Stream> stream;
  std::string text;
  bool begun = false;
  std::optional<runtime::Event> last;

  bool answered() const { return last && std::holds_alternative<runtime::GenerateDone>(*last); }
  bool failed() const { return last && std::holds_alternative<Error>(*last); }
};

asio::awaitable<void> read_all(Client& client) {
  const auto ready = co_await client.stream->ready();
  if (!ready) {
    client.last = ready.error();
    co_return;
  }
  for (;;) {
    runtime::Event event = co_await client.stream->next();
    if (const auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      client.text += delta->content;
      client.begun = true;
    }
    if (!runtime::is_final(event)) continue;
    client.last = std::move(event);
    co_return;
  }
}

class RunnerDeath : public testing::Test {
 protected:
  RunnerDeath() {
    ServiceOptions options;
    options.load.isas = detect_isa();
    options.load.context = 1024;
    options.available_bytes = [] { return uint64_t{8} << 30U; };
    service = std::make_unique<LocalService>(io.get_executor(), files, factory, options);
  }
  ~RunnerDeath() override {
    service.reset();
    io.restart();
    io.poll();
  }

  std::unique_ptr<Client> ask(int32_t num_predict) {
    runtime::GenerateRequest request;
    request.messages = {{.role = "user", .content = "why is the sky blue?"}};
    request.options.num_predict = num_predict;
    request.options.sampling.temperature = 0.0F;
    Order order;
    order.model.name = "parrot";
    order.request = std::move(request);
    auto client = std::make_unique<Client>();
    client->stream = service->submit(std::move(order));
    asio::co_spawn(io, read_all(*client), asio::detached);
    return client;
  }

  template <class Condition>
  bool until(Condition condition, SteadyClock::duration longest = seconds(20)) {
    const auto end = SteadyClock::now() + longest;
    while (!condition()) {
      if (SteadyClock::now() > end) return false;
      io.restart();
      io.run_one_for(std::chrono::milliseconds(5));
    }
    return true;
  }

  asio::io_context io;
  ParrotFiles files;
  WatchedFactory factory{io.get_executor()};
  std::unique_ptr<LocalService> service;
};

TEST_F(RunnerDeath, BeforeTheFirstWordNobodyNotices) {
  LAR_REQUIRE_DATA(parrot());
  const auto first = ask(8);
  ASSERT_TRUE(until([&] { return first->answered(); }));
  for (int round = 0; round < 10; ++round) {
    // What stands still cannot have said anything.
    ::kill(factory.pids.back(), SIGSTOP);
    const auto one = ask(8);
    const auto two = ask(8);
    ASSERT_TRUE(until([&] { return service->stats().running == 2; }));
    ::kill(factory.pids.back(), SIGKILL);
    ASSERT_TRUE(until([&] { return one->answered() && two->answered(); }));
    EXPECT_EQ(one->text, first->text);
    EXPECT_EQ(two->text, first->text);
  }
  EXPECT_EQ(service->stats().crashes, 10U);
  EXPECT_EQ(service->stats().failed, 0U);
}

TEST_F(RunnerDeath, WhileItLoadsNobodyNotices) {
  LAR_REQUIRE_DATA(parrot());
  const auto client = ask(8);
  ASSERT_TRUE(until([&] { return factory.pids.size() == 1; }));
  ::kill(factory.pids.back(), SIGKILL);
  ASSERT_TRUE(until([&] { return client->last.has_value(); }));
  EXPECT_TRUE(client->answered());
  EXPECT_EQ(factory.pids.size(), 2U);
}

TEST_F(RunnerDeath, InTheMiddleOfAnAnswerEachClientIsToldAtOnce) {
  LAR_REQUIRE_DATA(parrot());
  for (int round = 0; round < 10; ++round) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(ask(100'000));
    ASSERT_TRUE(until(
        [&] { return std::ranges::all_of(clients, [](const auto& c) { return c->begun; }); }));
    ::kill(factory.pids.back(), SIGKILL);
    ASSERT_TRUE(until(
        [&] { return std::ranges::all_of(clients, [](const auto& c) { return c->failed(); }); },
        seconds(1)));
    EXPECT_NE(std::get<Error>(*clients[0]->last).message.find("unexpectedly stopped"),
              std::string::npos);
  }
  const auto next = ask(8);
  ASSERT_TRUE(until([&] { return next->last.has_value(); }));
  EXPECT_TRUE(next->answered());
}

}  // namespace
}  // namespace lar::scheduler
