// One runner's process and socket, and the requests that are open on it. Kept alive by its own
// pending operations, so that a Runner may go at any moment.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "runner/circuit_breaker.h"
#include "runner/protocol/frame.h"
#include "runner/protocol/messages.h"
#include "runner/supervisor.h"

namespace lar::runner {

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::any_io_executor executor,
          SupervisorOptions options,
          RunnerCallbacks callbacks,
          std::shared_ptr<CircuitBreaker> breaker);

  void start(LoadSpec spec);
  void submit(RequestId id, runtime::Request request, EventSink sink);
  void cancel(RequestId id);
  void stop();
  // Kills the process; nothing is called any more.
  void abandon();

  const RunnerStats& stats() const { return stats_; }
  int pid() const { return reaped_ ? -1 : pid_; }

 private:
  enum class Phase : uint8_t { kLoading, kReady, kEnding, kEnded };

  struct OpenRequest {
    EventSink sink;
    std::optional<runtime::Request> waiting;  // until the model is loaded
  };

  Result<void> spawn(LoadSpec spec);
  void end_later(Ended ended);

  void send(const ServerMessage& message);
  void write_more();
  void read_more();
  void take_bytes(size_t count);
  void take(Loaded& loaded);
  void take(ProgressMessage& progress);
  void take(LoadFailedMessage& failed);
  void take(EventMessage& event);
  void take(PongMessage& pong);
  void send_waiting();
  void answer(RequestId id, runtime::Event&& event);

  void beat();
  void check_pulse();
  void end(Ended::Cause cause, Error error);
  void kill_process();
  void reap(int tries);
  void finish();

  boost::asio::any_io_executor executor_;
  SupervisorOptions options_;
  RunnerCallbacks callbacks_;
  std::shared_ptr<CircuitBreaker> breaker_;
  std::string name_;
  std::string key_;

  Phase phase_ = Phase::kLoading;
  bool abandoned_ = false;
  int pid_ = -1;
  bool reaped_ = true;
  int exit_status_ = 0;
  std::optional<Ended> ended_;

  boost::asio::local::stream_protocol::socket socket_;
  boost::asio::steady_timer heartbeat_;
  boost::asio::steady_timer reaper_;
  std::array<uint8_t, 64U << 10> read_buffer_{};
  FrameReader frames_{kRunnerFrameBytesMax};
  std::deque<std::vector<uint8_t>> unsent_;
  size_t unsent_bytes_ = 0;

  std::map<RequestId, OpenRequest> requests_;
  RunnerStats stats_;
  using Time = std::chrono::steady_clock::time_point;
  Time beat_at_{};     // when the next heartbeat was due
  Time heard_at_{};    // of the last bytes
  Time step_since_{};  // since when the engine is in the same step
  uint64_t last_step_ = 0;
};

}  // namespace lar::runner
