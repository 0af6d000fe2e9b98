#include "runner/runner_main.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <thread>

#include "runner/protocol/frame.h"
#include "runner/worker.h"

namespace lar::runner {
namespace {

constexpr size_t kReadBytes = 64U << 10;

// Before anything is known of the model: what the machine has.
uint64_t all_memory() {
  struct sysinfo info = {};
  if (::sysinfo(&info) != 0) return UINT64_MAX;
  return uint64_t{info.totalram} * info.mem_unit;
}

// Reads messages from the socket. Its end is the end of the process: the server has gone.
class MessageReader {
 public:
  ServerMessage next() {
    while (true) {
      const auto frame = frames_.next();
      if (!frame) ::_exit(kExitProtocol);
      if (*frame) {
        auto message = parse_server_message(**frame);
        if (!message) ::_exit(kExitProtocol);
        return std::move(*message);
      }
      read();
    }
  }

 private:
  // Waits in poll: a thread that sleeps in recv is also woken whenever the server has taken what
  // was sent to it, and takes the core from the server in the moment in which that passes a token
  // on.
  void read() {
    buffer_.resize(kReadBytes);
    pollfd readable = {.fd = kSocketFd, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, -1) < 0) return;
    const ssize_t n = ::recv(kSocketFd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (n <= 0) ::_exit(0);
    frames_.append(std::span(buffer_).first(static_cast<size_t>(n)));
  }

  FrameReader frames_{kServerFrameBytesMax};
  std::vector<uint8_t> buffer_;
};

}  // namespace

int run_runner() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, "lar-runner");
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C is the server's business
  MessageReader reader;
  Outbox outbox(kSocketFd);
  ServerMessage first = reader.next();
  auto* load = std::get_if<LoadMessage>(&first);
  if (load == nullptr) return kExitProtocol;
  keep_descriptors_up_to(kFirstModelFd + static_cast<int>(load->model_files) - 1);
  const uint64_t memory = all_memory();
  const auto sandbox = enter_sandbox(load->sandbox);
  if (!sandbox) {
    outbox.send(LoadFailedMessage{.error = sandbox.error()});
    return kExitSandbox;
  }
  if (sandbox->state != SandboxState::kOff) limit_memory(memory);

  Inbox inbox;
  Worker worker(std::move(*load), *sandbox, inbox, outbox);
  std::thread([&] {
    worker.run();
    ::_exit(0);
  }).detach();
  while (true) {
    ServerMessage message = reader.next();
    if (const auto* ping = std::get_if<PingMessage>(&message)) {
      PongMessage pong = worker.pulse();
      pong.number = ping->number;
      outbox.send(pong);
    } else {
      inbox.put(std::move(message));
    }
  }
}

}  // namespace lar::runner
