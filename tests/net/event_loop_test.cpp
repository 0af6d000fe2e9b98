#include "net/event_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "net/blocking_pool.h"
#include "net/channel.h"

namespace lar::net {
namespace {

using namespace std::chrono_literals;

// Runs a coroutine on a loop until it is done.
void run(EventLoop& loop, std::function<awaitable<void>()> coroutine) {
  loop.spawn([&loop, coroutine]() -> awaitable<void> {
    co_await coroutine();
    loop.stop();
  });
  loop.run();
}

TEST(EventLoop, BlockingWorkRunsElsewhereAndComesBack) {
  EventLoop loop;
  const auto loop_thread = std::this_thread::get_id();
  run(loop, [&]() -> awaitable<void> {
    const auto worker = co_await loop.blocking([] { return std::this_thread::get_id(); });
    EXPECT_NE(worker, loop_thread);
    EXPECT_EQ(std::this_thread::get_id(), loop_thread);
    bool done = false;
    co_await loop.blocking([&] { done = true; });
    EXPECT_TRUE(done);
  });
}

TEST(EventLoop, ManyBlockingCallsRunAtTheSameTime) {
  EventLoop loop;
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  int finished = 0;
  for (int i = 0; i < 20; ++i) {
    loop.spawn([&]() -> awaitable<void> {
      co_await loop.blocking([&] {
        most = std::max(most.load(), ++running);
        std::this_thread::sleep_for(50ms);
        --running;
      });
      if (++finished == 20) loop.stop();
    });
  }
  loop.run();
  EXPECT_EQ(finished, 20);
  EXPECT_GT(most.load(), 4);
}

TEST(EventLoop, ChannelKeepsOrderAndEnds) {
  EventLoop loop;
  auto channel = std::make_shared<Channel<int>>(loop, 3);
  std::thread producer([channel] {
    for (int i = 0; i < 1000; ++i) channel->send(i);
    channel->close();
  });
  std::vector<int> got;
  run(loop, [&]() -> awaitable<void> {
    while (const auto value = co_await channel->receive()) got.push_back(*value);
  });
  producer.join();
  ASSERT_EQ(got.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(got[static_cast<size_t>(i)], i);
}

TEST(EventLoop, AClosedChannelBlocksNobody) {
  EventLoop loop;
  Channel<int> channel(loop, 1);
  EXPECT_TRUE(channel.try_send(1));
  EXPECT_FALSE(channel.try_send(2));
  std::thread producer([&] { EXPECT_FALSE(channel.send(3)); });
  std::this_thread::sleep_for(20ms);
  channel.close();
  producer.join();
}

TEST(BlockingPool, FinishesEverythingBeforeItEnds) {
  std::atomic<int> done{0};
  {
    BlockingPool pool(3);
    for (int i = 0; i < 100; ++i) pool.run([&] { ++done; });
  }
  EXPECT_EQ(done.load(), 100);
}

}  // namespace
}  // namespace lar::net
