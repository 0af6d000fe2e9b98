// An engine over the fake executable, with its events collected by sequence.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "fake_executable.h"

namespace lar::engine::test {

struct Collector : EventSink {
  struct Entry {
    std::vector<int32_t> tokens;
    std::vector<std::pair<uint32_t, std::vector<float>>> rows;
    std::vector<std::pair<uint32_t, uint32_t>> progress;
    uint32_t shifts = 0;
    int finishes = 0;
    Finished finished;
  };

  TokenAction on_token(const TokenEvent& event) override {
    Entry& entry = entries[event.id];
    EXPECT_EQ(entry.finishes, 0);
    entry.tokens.push_back(event.token);
    return token_hook ? token_hook(event) : TokenAction::kContinue;
  }
  void on_finished(SequenceId id, const Finished& finished) override {
    ++entries[id].finishes;
    entries[id].finished = finished;
    if (finished_hook) finished_hook(id);
  }
  void on_prompt_progress(SequenceId id, uint32_t done, uint32_t total) override {
    entries[id].progress.emplace_back(done, total);
  }
  void on_prompt_row(SequenceId id, uint32_t position, std::span<const float> row) override {
    entries[id].rows.emplace_back(position, std::vector<float>(row.begin(), row.end()));
  }
  void on_shifted(SequenceId id, uint32_t /*discarded*/) override { ++entries[id].shifts; }

  std::map<SequenceId, Entry> entries;
  std::function<TokenAction(const TokenEvent&)> token_hook;
  std::function<void(SequenceId)> finished_hook;
};

inline constexpr uint32_t kVocab = 32;

struct Harness {
  explicit Harness(EngineOptions options) {
    if (options.vocab == 0) options.vocab = kVocab;
    auto executable = std::make_unique<FakeExecutable>(options.limits, options.block_tokens,
                                                       options.blocks, options.vocab);
    fake = executable.get();
    auto created = Engine::create(std::move(executable), options);
    EXPECT_TRUE(created.has_value()) << created.error().message;
    engine = std::move(*created);
  }

  // Steps until nothing is left, with the invariants checked; false after too many steps.
  bool run(int steps_max = 100'000) {
    for (int i = 0; i < steps_max; ++i) {
      const bool more = engine->step(events);
      const std::string fault = check_invariants(engine->snapshot());
      EXPECT_EQ(fault, "");
      if (!more) return true;
      if (!fault.empty()) return false;
    }
    ADD_FAILURE() << "the engine does not come to an end";
    return false;
  }

  SequenceId submit(Request request) {
    auto id = engine->submit(std::move(request));
    EXPECT_TRUE(id.has_value()) << id.error().message;
    return id.value_or(0);
  }

  Collector::Entry& of(SequenceId id) { return events.entries[id]; }

  FakeExecutable* fake = nullptr;
  std::unique_ptr<Engine> engine;
  Collector events;
};

inline Request greedy(std::vector<int32_t> prompt, int32_t max_tokens) {
  Request request;
  request.prompt = std::move(prompt);
  request.max_tokens = max_tokens;
  request.params.temperature = 0.0F;
  return request;
}

inline std::vector<int32_t> numbered(size_t count, int32_t first = 0) {
  std::vector<int32_t> result;
  for (size_t i = 0; i < count; ++i) {
    result.push_back((first + static_cast<int32_t>(i * 7)) % static_cast<int32_t>(kVocab));
  }
  return result;
}

}  // namespace lar::engine::test
