#include "runner/session.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <utility>

#include "runner/exit_reason.h"
#include "runner/spawn.h"

namespace lar::runner {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Starting the program and entering the sandbox may take this long on a slow machine.
constexpr milliseconds kFirstWordDeadline{15'000};
constexpr milliseconds kReapInterval{2};
// After the socket's end a process has this long to be gone by itself.
constexpr milliseconds kExitGrace{200};

Error gone(std::string_view name) {
  return {Code::kUnavailable, fmt::format("the runner of {} has ended", name)};
}

// Resident pages of its own of another process.
uint64_t private_resident_bytes(int pid) {
  std::ifstream file(fmt::format("/proc/{}/statm", pid));
  uint64_t size = 0;
  uint64_t resident = 0;
  uint64_t shared = 0;
  file >> size >> resident >> shared;
  if (!file || resident < shared) return 0;
  return (resident - shared) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Session::Session(boost::asio::any_io_executor executor,
                 SupervisorOptions options,
                 RunnerCallbacks callbacks,
                 std::shared_ptr<CircuitBreaker> breaker)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      callbacks_(std::move(callbacks)),
      breaker_(std::move(breaker)),
      socket_(executor_),
      heartbeat_(executor_),
      reaper_(executor_) {}

void Session::start(LoadSpec spec) {
  name_ = spec.name;
  key_ = spec.key;
  if (const auto allowed = breaker_->allow(key_, Clock::now()); !allowed) {
    end_later({.cause = Ended::Cause::kRefused, .error = allowed.error()});
    return;
  }
  if (const auto spawned = spawn(std::move(spec)); !spawned) {
    end_later({.cause = Ended::Cause::kSpawnFailed, .error = spawned.error()});
  }
}

Result<void> Session::spawn(LoadSpec spec) {
  if (!spec.projectors.empty()) {
    return fail(Code::kUnsupported, "vision and audio projectors are not supported yet");
  }
  if (!spec.adapters.empty()) {
    return fail(Code::kUnsupported, "LoRA adapters are not supported yet");
  }
  LAR_TRY(SpawnedRunner spawned,
          spawn_runner(options_.program, options_.arguments, spec.model_files));
  pid_ = spawned.pid;
  reaped_ = false;
  boost::system::error_code error;
  socket_.assign(boost::asio::local::stream_protocol(), spawned.socket.release(), error);
  if (error) {
    kill_process();
    return fail(Code::kUnavailable, "the runner's socket: " + error.message());
  }
  heard_at_ = step_since_ = Clock::now() + kFirstWordDeadline - options_.silence_max;
  send(LoadMessage{.name = spec.name,
                   .model_files = static_cast<uint32_t>(spec.model_files.size()),
                   .style = std::move(spec.style),
                   .options = spec.options,
                   .sandbox = options_.sandbox});
  read_more();
  beat_at_ = Clock::now();
  beat();
  return {};
}

// For an end that is known within the call that starts the runner.
void Session::end_later(Ended ended) {
  phase_ = Phase::kEnding;
  ended_ = std::move(ended);
  boost::asio::post(executor_, [self = shared_from_this()] { self->reap(0); });
}

void Session::submit(RequestId id, runtime::Request request, EventSink sink) {
  const auto refuse = [&](Error error) {
    boost::asio::post(executor_, [self = shared_from_this(), sink = std::move(sink),
                                  error = std::move(error)]() mutable {
      if (!self->abandoned_) sink(runtime::Event(std::move(error)));
    });
  };
  if (phase_ == Phase::kEnded) return refuse(ended_ ? ended_->error : gone(name_));
  if (requests_.contains(id)) {
    return refuse({Code::kInternal, fmt::format("request {} is open already", id)});
  }
  if (phase_ == Phase::kEnding) {  // it is told why, with the others
    requests_.emplace(id, OpenRequest{.sink = std::move(sink), .waiting = std::move(request)});
    return;
  }
  if (unsent_bytes_ > kUnsentBytesMax) {
    return refuse({Code::kResourceExhausted, "too many requests wait to be sent to the runner"});
  }
  if (phase_ == Phase::kLoading) {
    requests_.emplace(id, OpenRequest{.sink = std::move(sink), .waiting = std::move(request)});
    return;
  }
  std::vector<uint8_t> frame;
  const ServerMessage message = SubmitMessage{.id = id, .request = std::move(request)};
  if (const auto framed = append_frame(message, frame); !framed) return refuse(framed.error());
  requests_.emplace(id, OpenRequest{.sink = std::move(sink), .waiting = std::nullopt});
  unsent_bytes_ += frame.size();
  unsent_.push_back(std::move(frame));
  if (unsent_.size() == 1) write_more();
}

void Session::cancel(RequestId id) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  if (!found->second.waiting) {
    send(CancelMessage{.id = id});
    return;
  }
  boost::asio::post(executor_, [self = shared_from_this(), id] {
    self->answer(id, Error{Code::kCancelled, "the request was cancelled"});
  });
}

void Session::stop() {
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->end(Ended::Cause::kStopped, gone(self->name_));
  });
}

void Session::abandon() {
  abandoned_ = true;
  requests_.clear();
  end(Ended::Cause::kStopped, gone(name_));
}

// --- the socket -------------------------------------------------------------------------------

void Session::send(const ServerMessage& message) {
  if (phase_ >= Phase::kEnding) return;
  std::vector<uint8_t> frame;
  if (!append_frame(message, frame)) return;  // requests alone can be too long
  unsent_bytes_ += frame.size();
  unsent_.push_back(std::move(frame));
  if (unsent_.size() == 1) write_more();
}

void Session::write_more() {
  boost::asio::async_write(
      socket_, boost::asio::buffer(unsent_.front()),
      [self = shared_from_this()](const boost::system::error_code& error, size_t) {
        if (error || self->phase_ >= Phase::kEnding) return;  // the reader notices the end
        self->unsent_bytes_ -= self->unsent_.front().size();
        self->unsent_.pop_front();
        if (!self->unsent_.empty()) self->write_more();
      });
}

void Session::read_more() {
  socket_.async_read_some(
      boost::asio::buffer(read_buffer_),
      [self = shared_from_this()](const boost::system::error_code& error, size_t count) {
        if (self->phase_ >= Phase::kEnding) return;
        if (error) {
          self->end(Ended::Cause::kCrashed, {});
          return;
        }
        self->take_bytes(count);
        if (self->phase_ < Phase::kEnding) self->read_more();
      });
}

void Session::take_bytes(size_t count) {
  heard_at_ = Clock::now();
  frames_.append(std::span(read_buffer_).first(count));
  while (phase_ < Phase::kEnding) {
    const auto frame = frames_.next();
    if (frame && !*frame) return;
    auto message = frame ? parse_runner_message(**frame)
                         : Result<RunnerMessage>(std::unexpected(frame.error()));
    if (!message) {
      end(Ended::Cause::kProtocol,
          {Code::kInternal, "the model runner broke the protocol: " + message.error().message});
      return;
    }
    std::visit([this](auto& kind) { take(kind); }, *message);
  }
}

void Session::take(ProgressMessage& progress) {
  if (phase_ != Phase::kLoading || !callbacks_.on_progress) return;
  callbacks_.on_progress(progress.done_bytes, progress.total_bytes);
}

void Session::take(Loaded& loaded) {
  if (phase_ != Phase::kLoading) return;
  phase_ = Phase::kReady;
  heard_at_ = step_since_ = Clock::now();
  send_waiting();
  if (callbacks_.on_loaded) callbacks_.on_loaded(loaded);
}

void Session::take(LoadFailedMessage& failed) {
  end(Ended::Cause::kLoadFailed, std::move(failed.error));
}

void Session::take(EventMessage& event) {
  if (std::holds_alternative<runtime::GenerateDone>(event.event) ||
      std::holds_alternative<runtime::EmbedResult>(event.event)) {
    breaker_->record_success(key_);
  }
  answer(event.id, std::move(event.event));
}

void Session::take(PongMessage& pong) {
  stats_ = pong.stats;
  stats_.resident_bytes = private_resident_bytes(pid_);
  if (!pong.working || pong.steps != last_step_) step_since_ = Clock::now();
  last_step_ = pong.steps;
}

void Session::send_waiting() {
  for (auto& [id, open] : requests_) {
    if (!open.waiting) continue;
    std::vector<uint8_t> frame;
    const ServerMessage message = SubmitMessage{.id = id, .request = std::move(*open.waiting)};
    open.waiting.reset();
    if (const auto framed = append_frame(message, frame); !framed) {
      boost::asio::post(executor_, [self = shared_from_this(), request = id,
                                    reason = framed.error()] { self->answer(request, reason); });
      continue;
    }
    unsent_bytes_ += frame.size();
    unsent_.push_back(std::move(frame));
    if (unsent_.size() == 1) write_more();
  }
}

void Session::answer(RequestId id, runtime::Event&& event) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  if (!runtime::is_final(event)) {
    // A copy: the sink may cancel or destroy what it belongs to.
    const EventSink sink = found->second.sink;
    sink(std::move(event));
    return;
  }
  const EventSink sink = std::move(found->second.sink);
  requests_.erase(found);
  sink(std::move(event));
}

// --- life and death ---------------------------------------------------------------------------

void Session::beat() {
  heartbeat_.expires_after(options_.heartbeat);
  heartbeat_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || self->phase_ >= Phase::kEnding) return;
    self->check_pulse();
    if (self->phase_ >= Phase::kEnding) return;
    self->send(PingMessage{});
    self->beat();
  });
}

void Session::check_pulse() {
  const auto now = Clock::now();
  // A beat that comes late was late on our side (a busy or suspended machine): start anew.
  if (now - beat_at_ > options_.heartbeat * 3) heard_at_ = step_since_ = std::max(heard_at_, now);
  beat_at_ = now;
  const auto hung = [&](const char* what) {
    end(Ended::Cause::kHung,
        {Code::kInternal, fmt::format("the model runner hung ({}) and was ended", what)});
  };
  if (now - heard_at_ > options_.silence_max) return hung("no heartbeat");
  if (now - step_since_ > options_.step_max) return hung("a step that does not end");
}

void Session::end(Ended::Cause cause, Error error) {
  if (phase_ >= Phase::kEnding) return;
  phase_ = Phase::kEnding;
  ended_ = Ended{.cause = cause, .error = std::move(error)};
  heartbeat_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (cause != Ended::Cause::kCrashed) kill_process();
  reap(0);
}

void Session::kill_process() {
  if (!reaped_) ::kill(pid_, SIGKILL);
}

// Waits for the process to be gone, a few milliseconds at a time; the cause of a crash is known
// then.
void Session::reap(int tries) {
  if (!reaped_) {
    const int got = ::waitpid(pid_, &exit_status_, WNOHANG);
    if (got == pid_ || (got < 0 && errno == ECHILD)) reaped_ = true;
  }
  const auto waited = kReapInterval * tries;
  if (reaped_ || (waited > kStopDeadline && phase_ == Phase::kEnding)) finish();
  if (reaped_) return;
  if (waited == kExitGrace) kill_process();
  reaper_.expires_after(kReapInterval * (phase_ == Phase::kEnded ? 100 : 1));
  reaper_.async_wait([self = shared_from_this(), tries](const boost::system::error_code&) {
    self->reap(tries + 1);
  });
}

void Session::finish() {
  if (phase_ == Phase::kEnded) return;
  phase_ = Phase::kEnded;
  Ended ended = ended_.value_or(Ended{.cause = Ended::Cause::kStopped, .error = gone(name_)});
  if (ended.cause == Ended::Cause::kCrashed) {
    const std::string reason = reaped_ ? exit_reason(exit_status_) : "no exit status";
    ended.error = {reason == "memory_limit" ? Code::kResourceExhausted : Code::kInternal,
                   fmt::format("model runner has unexpectedly stopped ({}), this may be due to "
                               "resource limitations or an internal error",
                               reason)};
  }
  ended_ = ended;
  // A SIGKILL is somebody's decision and says nothing about the model.
  const bool killed = WIFSIGNALED(exit_status_) && WTERMSIG(exit_status_) == SIGKILL;
  if ((ended.cause == Ended::Cause::kCrashed && !killed) || ended.cause == Ended::Cause::kHung ||
      ended.cause == Ended::Cause::kProtocol) {
    breaker_->record_crash(key_, Clock::now());
  }
  if (abandoned_) return;
  const auto self = shared_from_this();
  auto open = std::exchange(requests_, {});
  for (auto& [id, request] : open) {
    if (!abandoned_) request.sink(runtime::Event(Error(ended.error)));
  }
  if (!abandoned_ && callbacks_.on_ended) callbacks_.on_ended(ended);
}

}  // namespace lar::runner
