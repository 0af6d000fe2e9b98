#include "runner/circuit_breaker.h"

#include <gtest/gtest.h>

namespace lar::runner {
namespace {

using std::chrono::seconds;

constexpr CircuitBreaker::Time kStart{seconds(1000)};

void crash(CircuitBreaker& breaker, const std::string& key, size_t times, seconds apart) {
  for (size_t i = 0; i < times; ++i) {
    breaker.record_crash(key, kStart + apart * static_cast<int>(i));
  }
}

TEST(CircuitBreaker, AFewCrashesAreForgiven) {
  CircuitBreaker breaker;
  crash(breaker, "a", CircuitBreaker::kCrashesMax - 1, seconds(1));
  EXPECT_TRUE(breaker.allow("a", kStart + seconds(4)));
}

TEST(CircuitBreaker, ManyCrashesPauseThatModelAlone) {
  CircuitBreaker breaker;
  crash(breaker, "a", CircuitBreaker::kCrashesMax, seconds(1));
  const auto refused = breaker.allow("a", kStart + seconds(5));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_TRUE(breaker.allow("b", kStart + seconds(5)));
}

TEST(CircuitBreaker, AfterThePauseOneTrialIsAllowed) {
  CircuitBreaker breaker;
  crash(breaker, "a", CircuitBreaker::kCrashesMax, seconds(1));
  const auto later = kStart + seconds(4) + CircuitBreaker::kPause;
  EXPECT_TRUE(breaker.allow("a", later));
  breaker.record_crash("a", later);
  EXPECT_FALSE(breaker.allow("a", later + seconds(1)));
}

TEST(CircuitBreaker, CrashesFarApartDoNotCount) {
  CircuitBreaker breaker;
  crash(breaker, "a", 50, seconds(30));
  EXPECT_TRUE(breaker.allow("a", kStart + seconds(49 * 30)));
}

TEST(CircuitBreaker, SuccessForgetsEarlierCrashes) {
  CircuitBreaker breaker;
  crash(breaker, "a", CircuitBreaker::kCrashesMax, seconds(1));
  breaker.record_success("a");
  EXPECT_TRUE(breaker.allow("a", kStart + seconds(5)));
}

}  // namespace
}  // namespace lar::runner
