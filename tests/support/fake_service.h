// A scheduler::Service for tests of endpoints: every order gets the next script, and what was asked
// of it can be looked at afterwards. One thread uses it.
#pragma once

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "scheduler/service.h"

namespace lar::test {

class FakeService final : public scheduler::Service {
 public:
  struct Script {
    Result<scheduler::Ready> ready = scheduler::Ready{.load = std::chrono::milliseconds(3)};
    std::vector<runtime::Event> events;  // the last one is final, or an Error comes after them
    std::optional<std::chrono::seconds> retry_after;
  };

  std::deque<Script> scripts;  // none left: the request is refused as unavailable
  std::vector<scheduler::Order> orders;
  std::vector<scheduler::ModelRef> unloaded;
  std::vector<scheduler::LoadedModel> loaded;
  std::shared_ptr<int> open_streams = std::make_shared<int>(0);

  // A script that answers with `text` in one piece.
  static Script answer(std::string text) {
    return {.events = {runtime::PromptInfo{.tokens = 3},
                       runtime::GenerateDelta{.content = std::move(text)},
                       runtime::GenerateDone{.prompt_tokens = 3, .generated_tokens = 2}}};
  }

  std::unique_ptr<scheduler::Stream> submit(scheduler::Order order) override {
    orders.push_back(std::move(order));
    Script script{.ready = fail(Code::kUnavailable, "no script is left"), .events = {}};
    if (!scripts.empty()) {
      script = std::move(scripts.front());
      scripts.pop_front();
    }
    return std::make_unique<ScriptedStream>(std::move(script), open_streams);
  }
  void unload(const scheduler::ModelRef& model) override { unloaded.push_back(model); }
  std::vector<scheduler::LoadedModel> models() const override { return loaded; }
  scheduler::ServiceStats stats() const override { return {.accepted = orders.size()}; }

 private:
  class ScriptedStream final : public scheduler::Stream {
   public:
    ScriptedStream(Script script, std::shared_ptr<int> open)
        : script_(std::move(script)), open_(std::move(open)) {
      ++*open_;
    }
    ~ScriptedStream() override { --*open_; }
    ScriptedStream(const ScriptedStream&) = delete;
    ScriptedStream& operator=(const ScriptedStream&) = delete;

    boost::asio::awaitable<Result<scheduler::Ready>> ready() override { co_return script_.ready; }
    boost::asio::awaitable<runtime::Event> next() override {
      if (next_ == script_.events.size()) {
        co_return Error{Code::kUnavailable, "the script has no more events"};
      }
      co_return std::move(script_.events[next_++]);
    }
    std::optional<std::chrono::seconds> retry_after() const override { return script_.retry_after; }

   private:
    Script script_;
    std::shared_ptr<int> open_;
    size_t next_ = 0;
  };
};

}  // namespace lar::test
