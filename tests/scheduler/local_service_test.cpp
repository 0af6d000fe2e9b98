#include "scheduler/local_service.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "fake_runner.h"

namespace lar::scheduler {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A request as an endpoint makes it: what it got, until the end.
struct Client {
  std::unique_ptr<Stream> stream;
  std::optional<Result<Ready>> ready;
  std::vector<runtime::Event> events;

  std::string text() const {
    std::string all;
    for (const auto& event : events) {
      if (const auto* delta = std::get_if<runtime::GenerateDelta>(&event)) all += delta->content;
    }
    return all;
  }
  bool ended() const { return !events.empty() && runtime::is_final(events.back()); }
};

// These keep the client: a test may end while they still wait.
asio::awaitable<void> read_ready(std::shared_ptr<Client> client) {
  client->ready = co_await client->stream->ready();
}

asio::awaitable<void> read_all(std::shared_ptr<Client> client) {
  if (!client->stream) co_return;
  co_await read_ready(client);
  if (!*client->ready) co_return;
  while (client->stream && !client->ended()) {
    client->events.push_back(co_await client->stream->next());
  }
}

class LocalServiceTest : public testing::Test {
 protected:
  LocalServiceTest() { make({}); }

  void make(Limits limits) {
    service.reset();
    io.restart();
    io.poll();
    service = std::make_unique<LocalService>(
        io.get_executor(), files, factory,
        ServiceOptions{.limits = limits, .load = {}, .notes = notes, .available_bytes = [this] {
                         return memory;
                       }});
  }
  ~LocalServiceTest() override {
    service.reset();
    io.restart();
    io.poll();
  }

  static Order order(const std::string& name, Order more = {}) {
    more.model.name = name;
    more.model.style.parser = name;  // a key of its own
    if (!more.request) more.request = runtime::GenerateRequest{};
    return more;
  }

  std::shared_ptr<Client> ask(const std::string& name, Order more = {}) {
    return send(order(name, std::move(more)));
  }
  std::shared_ptr<Client> send(Order what) {
    auto client = std::make_shared<Client>();
    client->stream = service->submit(std::move(what));
    asio::co_spawn(io, read_all(client), asio::detached);
    return client;
  }

  // Runs until `condition` holds; worker threads may have to do their part first.
  template <class Condition>
  bool until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      io.restart();
      io.run_one_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  FakeRunner& load(size_t index = 0) {
    EXPECT_TRUE(until([&] { return factory.alive.size() > index; }));
    factory.alive.at(index)->loaded();
    return *factory.alive.at(index);
  }

  asio::io_context io;
  FakeFactory factory{io};
  FakeModelFiles files;
  uint64_t memory = 1'000'000;
  std::vector<std::string> notes;
  std::unique_ptr<LocalService> service;
};

TEST_F(LocalServiceTest, AnswersARequestAfterLoadingItsModel) {
  const auto client = ask("a");
  ASSERT_TRUE(until([&] { return factory.alive.size() == 1; }));
  EXPECT_FALSE(client->ready);
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return client->ready && runner.sinks.size() == 1; }));
  EXPECT_EQ((*client->ready)->context, 4096U);
  runner.say(1, "Hel");
  runner.say(1, "lo");
  runner.done(1);
  ASSERT_TRUE(until([&] { return client->ended(); }));
  EXPECT_EQ(client->text(), "Hello");
  const auto& request = std::get<runtime::GenerateRequest>(runner.requests.at(1));
  EXPECT_EQ(request.options.num_ctx, 4096U) << "the runner is told what the request may have";
}

TEST_F(LocalServiceTest, InputsAreCutToLessThanARunnerHas) {
  Order wants = order("a");
  wants.options.num_ctx = 4;
  wants.request = runtime::EmbedRequest{.inputs = {"x"}, .num_ctx = 3};
  const auto client = send(std::move(wants));
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.requests.size() == 1; }));
  EXPECT_EQ(std::get<runtime::EmbedRequest>(runner.requests.at(1)).num_ctx, 3U);
  runner.end(1, runtime::EmbedResult{});
  EXPECT_TRUE(until([&] { return client->ended(); }));
}

TEST_F(LocalServiceTest, ShowsLoadingModelsWithProgressAndLoadedOnesWithTheirEnd) {
  const auto client = ask("a", {.keep_alive = seconds(100)});
  ASSERT_TRUE(until([&] { return factory.alive.size() == 1; }));
  factory.alive[0]->progress(25, 100);
  ASSERT_THAT(service->models(), SizeIs(1));
  EXPECT_EQ(service->models()[0].state, LoadedModel::State::kLoading);
  EXPECT_DOUBLE_EQ(service->models()[0].progress, 0.25);
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  runner.done(1);
  ASSERT_TRUE(until([&] { return service->models()[0].active == 0; }));
  const LoadedModel model = service->models()[0];
  EXPECT_EQ(model.state, LoadedModel::State::kReady);
  EXPECT_EQ(model.context, 4096U);
  ASSERT_TRUE(model.expires_at);
  EXPECT_GT(*model.expires_at, std::chrono::system_clock::now() + seconds(95));
}

TEST_F(LocalServiceTest, LoadsOnlyWhereNothingElseIsAsked) {
  Order only = order("a");
  only.request.reset();
  const auto client = std::make_shared<Client>();
  client->stream = service->submit(std::move(only));
  asio::co_spawn(io, read_ready(client), asio::detached);
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return client->ready.has_value(); }));
  EXPECT_TRUE(client->ready->has_value());
  EXPECT_THAT(runner.requests, IsEmpty());
}

TEST_F(LocalServiceTest, TwoModelsLoadAndAnswerAtTheSameTime) {
  const auto a = ask("a");
  const auto b = ask("b");
  FakeRunner& first = load(0);
  FakeRunner& second = load(1);
  ASSERT_TRUE(until([&] { return first.sinks.size() == 1 && second.sinks.size() == 1; }));
  first.done(first.sinks.begin()->first);
  second.done(second.sinks.begin()->first);
  EXPECT_TRUE(until([&] { return a->ended() && b->ended(); }));
}

TEST_F(LocalServiceTest, CancelsWhileQueuedLoadingAndRunning) {
  make({.running_max = 1});
  const auto loading = ask("a");
  ASSERT_TRUE(until([&] { return factory.alive.size() == 1; }));
  loading->stream.reset();
  EXPECT_TRUE(until([&] { return factory.alive.empty(); })) << "its load is given up";

  const auto running = ask("a");
  FakeRunner& runner = load();
  const auto queued = ask("a");
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1 && service->stats().waiting == 1; }));
  queued->stream.reset();
  ASSERT_TRUE(until([&] { return service->stats().waiting == 0; }));
  EXPECT_THAT(runner.requests, SizeIs(1)) << "it never came to the runner";
  running->stream.reset();
  ASSERT_TRUE(until([&] { return runner.cancelled.size() == 1; }));
  EXPECT_TRUE(until([&] { return service->stats().running == 0; })) << "the slot is free";
}

TEST_F(LocalServiceTest, ACrashIsToldAtOnceAndTheQueueGoesOnWithANewRunner) {
  make({.running_max = 1});
  const auto first = ask("a");
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  const auto second = ask("a");
  ASSERT_TRUE(until([&] { return service->stats().waiting == 1; }));
  runner.say(runner.sinks.begin()->first, "Hal");
  runner.crash();
  ASSERT_TRUE(until([&] { return first->ended(); }));
  EXPECT_EQ(first->text(), "Hal");
  EXPECT_EQ(std::get<Error>(first->events.back()).message, "the runner crashed");
  ASSERT_TRUE(until([&] { return factory.starts == 2; }));
  FakeRunner& next = load();
  ASSERT_TRUE(until([&] { return next.sinks.size() == 1; })) << "it was not lost with the first";
  next.done(next.sinks.begin()->first);
  EXPECT_TRUE(until([&] { return second->ended(); }));
  EXPECT_EQ(service->stats().crashes, 1U);
}

TEST_F(LocalServiceTest, ARequestWithoutAnAnswerGoesToTheNextRunnerOnce) {
  const auto client = ask("a");
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  const auto id = runner.sinks.begin()->first;
  runner.sinks.at(id)(runtime::PromptInfo{.tokens = 3});
  runner.crash();
  ASSERT_TRUE(until([&] { return factory.starts == 2; }));
  FakeRunner& next = load();
  ASSERT_TRUE(until([&] { return next.sinks.size() == 1; }));
  EXPECT_EQ(std::get<runtime::GenerateRequest>(next.requests.at(id)).options.num_ctx, 4096U);
  next.sinks.at(id)(runtime::PromptInfo{.tokens = 3});
  next.say(id, "Hello");
  next.done(id);
  ASSERT_TRUE(until([&] { return client->ended(); }));
  EXPECT_EQ(client->text(), "Hello");
  EXPECT_THAT(client->events, SizeIs(3)) << "the prompt is told once";
  EXPECT_EQ(service->stats().failed, 0U);
  EXPECT_EQ(service->stats().accepted, 1U);

  const auto poison = ask("a");
  ASSERT_TRUE(until([&] { return next.sinks.size() == 1; }));
  next.crash();
  ASSERT_TRUE(until([&] { return factory.starts == 3; }));
  FakeRunner& third = load();
  ASSERT_TRUE(until([&] { return third.sinks.size() == 1; }));
  third.crash();
  ASSERT_TRUE(until([&] { return poison->ended(); })) << "not for ever";
  EXPECT_EQ(std::get<Error>(poison->events.back()).message, "the runner crashed");
  EXPECT_EQ(factory.starts, 3);
}

TEST_F(LocalServiceTest, ACrashWhileLoadingIsTriedAgainOnce) {
  const auto client = ask("a");
  ASSERT_TRUE(until([&] { return factory.alive.size() == 1; }));
  factory.alive[0]->crash();
  ASSERT_TRUE(until([&] { return factory.starts == 2 && factory.alive.size() == 1; }));
  factory.alive[0]->crash();
  ASSERT_TRUE(until([&] { return client->ready.has_value(); }));
  EXPECT_EQ(client->ready->error().message, "the runner crashed");
  EXPECT_EQ(factory.starts, 2);
}

TEST_F(LocalServiceTest, ARequestThatNobodyWaitsForIsNotTriedAgain) {
  const auto client = ask("a");
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  client->stream.reset();
  ASSERT_TRUE(until([&] { return runner.cancelled.size() == 1; }));
  runner.crash();
  EXPECT_TRUE(until([&] { return factory.alive.empty() && service->models().empty(); }));
  EXPECT_EQ(factory.starts, 1);
}

TEST_F(LocalServiceTest, ARunnersOwnErrorIsNoReasonToTryAgain) {
  const auto client = ask("a");
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  runner.end(1, Error{Code::kInvalidArgument, "no such grammar"});
  ASSERT_TRUE(until([&] { return client->ended(); }));
  EXPECT_EQ(std::get<Error>(client->events.back()).message, "no such grammar");
  EXPECT_EQ(factory.starts, 1);
  EXPECT_TRUE(until([&] { return service->stats().running == 0; }));
}

TEST_F(LocalServiceTest, SaysWhatIsWrongWithAModel) {
  const auto unplanned = ask("bad");
  const auto missing = ask("gone");
  const auto broken = ask("a");
  ASSERT_TRUE(until([&] { return unplanned->ready && missing->ready; }));
  EXPECT_EQ(unplanned->ready->error().message, "bad: not a GGUF file");
  EXPECT_EQ(missing->ready->error().code, Code::kNotFound);
  ASSERT_TRUE(until([&] { return factory.alive.size() == 1; }));
  factory.alive[0]->gone(runner::Ended::Cause::kLoadFailed, {Code::kDataCorrupt, "bad tensor"});
  ASSERT_TRUE(until([&] { return broken->ready.has_value(); }));
  EXPECT_EQ(broken->ready->error().message, "bad tensor");
}

TEST_F(LocalServiceTest, RefusesBeyondTheQueueWithRetryAfter) {
  make({.running_max = 1, .waiting_max = 1});
  const auto running = ask("a");
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  const auto queued = ask("a");
  const auto refused = ask("a");
  ASSERT_TRUE(until([&] { return refused->ready.has_value(); }));
  EXPECT_EQ(refused->ready->error().code, Code::kUnavailable);
  EXPECT_TRUE(refused->stream->retry_after());
  EXPECT_FALSE(queued->ready);
}

TEST_F(LocalServiceTest, AReaderThatIsBehindGetsJoinedDeltas) {
  const auto client = std::make_shared<Client>();
  client->stream = service->submit(order("a"));
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  for (int i = 0; i < 1000; ++i) runner.say(1, "x");
  runner.done(1);
  asio::co_spawn(io, read_all(client), asio::detached);
  ASSERT_TRUE(until([&] { return client->ended(); }));
  EXPECT_EQ(client->text(), std::string(1000, 'x'));
  EXPECT_LT(client->events.size(), 100U);
}

TEST_F(LocalServiceTest, AReaderThatNeverReadsIsCutOff) {
  const auto stream = service->submit(order("a"));
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  const std::string much(1U << 20U, 'x');
  for (int i = 0; i < 9 && runner.sinks.contains(1); ++i) runner.say(1, much);
  EXPECT_TRUE(until([&] { return runner.cancelled.size() == 1; }));
}

TEST_F(LocalServiceTest, SaysWhatIsNotAsItWasAskedFor) {
  Order wants = order("a");
  wants.options.num_ctx = 100'000;
  wants.options.num_gpu = 33;
  const auto client = send(std::move(wants));
  load();
  ASSERT_TRUE(until([&] { return client->ready.has_value(); }));
  EXPECT_EQ((*client->ready)->context, 8192U);
  EXPECT_THAT((*client->ready)->warnings,
              ElementsAre(HasSubstr("num_gpu"), HasSubstr("trained for 8192")));
}

TEST_F(LocalServiceTest, SaysWhatNoModelCanBeGiven) {
  notes = {"OLLAMA_KV_CACHE_TYPE: no"};
  make({});
  const auto client = ask("a");
  load();
  ASSERT_TRUE(until([&] { return client->ready.has_value(); }));
  EXPECT_THAT((*client->ready)->warnings, ElementsAre("OLLAMA_KV_CACHE_TYPE: no"));
}

TEST_F(LocalServiceTest, UnloadsWhenTheWorkIsDone) {
  const auto client = ask("a");
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  service->unload(order("a").model);
  ASSERT_TRUE(until([&] { return !service->models().empty() && service->models()[0].expires_at; }));
  runner.done(1);
  EXPECT_TRUE(until([&] { return factory.alive.empty() && service->models().empty(); }));
}

TEST_F(LocalServiceTest, ARunnerThatDoesNotEndIsKilled) {
  make({.stop_timeout = std::chrono::milliseconds(50)});
  const auto client = ask("a", {.keep_alive = seconds(0)});
  FakeRunner& runner = load();
  runner.ignores_stop = true;
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  runner.done(runner.sinks.begin()->first);
  EXPECT_TRUE(until([&] { return factory.alive.empty(); }));
}

TEST_F(LocalServiceTest, ShutsDownAfterItsRequestsAndTakesNoNewOnes) {
  const auto running = ask("a");
  FakeRunner& runner = load();
  ASSERT_TRUE(until([&] { return runner.sinks.size() == 1; }));
  bool down = false;
  service->shut_down(seconds(60), [&] { down = true; });
  const auto late = ask("a");
  ASSERT_TRUE(until([&] { return late->ready.has_value(); }));
  EXPECT_EQ(late->ready->error().code, Code::kUnavailable);
  EXPECT_FALSE(down);
  runner.done(1);
  EXPECT_TRUE(until([&] { return down; }));
  EXPECT_TRUE(running->ended());
  EXPECT_THAT(factory.alive, IsEmpty());
}

TEST_F(LocalServiceTest, OpenStreamsEndWithTheService) {
  const auto running = ask("a");
  ASSERT_TRUE(until([&] { return factory.alive.size() == 1; }));
  const auto waiting = ask("b");
  load(0);
  ASSERT_TRUE(until([&] { return running->ready.has_value(); }));
  service.reset();
  ASSERT_TRUE(until([&] { return running->ended() && waiting->ready; }));
  EXPECT_FALSE(waiting->ready->has_value());
}

}  // namespace
}  // namespace lar::scheduler
