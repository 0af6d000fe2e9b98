#include "cli/interrupt.h"

#include <chrono>
#include <csignal>
#include <cstdlib>

namespace lar::cli {
namespace {

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t interrupts =
    0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void on_interrupt(int) {
  if (interrupts > 0) std::_Exit(130);
  interrupts = interrupts + 1;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupts = 0;
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
}

InterruptGuard::~InterruptGuard() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  ::sigaction(SIGINT, &action, nullptr);
}

bool InterruptGuard::interrupted() const {
  return interrupts > 0;
}
void InterruptGuard::reset() {
  interrupts = 0;
}

InterruptStop::InterruptStop()
    : watcher_([this](const std::stop_token& end) {
        while (!end.stop_requested() && !guard_.interrupted()) {
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        if (guard_.interrupted()) source_.request_stop();
      }) {}

}  // namespace lar::cli
