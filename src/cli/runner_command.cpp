// lar runner: the other end of a server's socket. Not for people: hidden from the list of commands.
#include "cli/command.h"
#include "runner/runner_main.h"

namespace lar::cli {

int run_runner_command(const std::vector<std::string>&, const Environment&) {
  return runner::run_runner();
}

}  // namespace lar::cli
