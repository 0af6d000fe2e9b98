// Counts the allocations of decode steps: there must be none.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "harness.h"

namespace {
std::atomic<bool> counting{false};
std::atomic<int> allocations{0};

void* allocate(std::size_t size) {
  if (counting.load(std::memory_order_relaxed)) ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace lar::engine::test {
namespace {

struct CountingSink : EventSink {
  TokenAction on_token(const TokenEvent&) override {
    ++tokens;
    return TokenAction::kContinue;
  }
  void on_finished(SequenceId, const Finished&) override { ++finished; }
  int tokens = 0;
  int finished = 0;
};

int allocations_of_decode_steps(const sampling::Params& params) {
  Harness harness({.limits = {.tokens = 64, .outputs = 64, .sequences = 16},
                   .block_tokens = 8,
                   .blocks = 512,
                   .context = 256});
  for (int32_t i = 0; i < 8; ++i) {
    Request request = greedy(numbered(12, i), -1);
    request.params = params;
    harness.submit(std::move(request));
  }
  CountingSink sink;
  while (sink.tokens < 8 * 4) harness.engine->step(sink);
  allocations = 0;
  sink.tokens = 0;
  counting = true;
  for (int i = 0; i < 100; ++i) harness.engine->step(sink);
  counting = false;
  EXPECT_EQ(sink.tokens, 800);
  EXPECT_EQ(sink.finished, 0);
  return allocations;
}

TEST(Allocations, TheCounterCounts) {
  allocations = 0;
  counting = true;
  std::make_unique<int>(1);
  counting = false;
  EXPECT_GT(allocations, 0);
}

TEST(Allocations, GreedyDecodeStepsAllocateNothing) {
  EXPECT_EQ(allocations_of_decode_steps({.temperature = 0.0F}), 0);
}

TEST(Allocations, DecodeStepsWithAllStagesAllocateNothing) {
  sampling::Params params;
  params.top_k = 0;
  params.typical_p = 0.95F;
  params.min_p = 0.01F;
  params.top_n_sigma = 3.0F;
  params.repeat_penalty = 1.1F;
  params.repeat_last_n = -1;
  params.dry_multiplier = 0.8F;
  params.dry_penalty_last_n = -1;
  params.xtc_probability = 0.5F;
  params.top_logprobs = 20;
  EXPECT_EQ(allocations_of_decode_steps(params), 0);
  params.mirostat = 1;
  EXPECT_EQ(allocations_of_decode_steps(params), 0);
  params.mirostat = 2;
  EXPECT_EQ(allocations_of_decode_steps(params), 0);
}

}  // namespace
}  // namespace lar::engine::test
