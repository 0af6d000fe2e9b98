#include "support/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "support/data.h"

namespace lar::test {

ProcessResult run_process(const std::vector<std::string>& command, const std::string& input) {
  const TempDir dir;
  const auto in = dir.path() / "in";
  const auto out = dir.path() / "out";
  const auto err = dir.path() / "err";
  std::ofstream(in, std::ios::binary) << input;
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
      arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    if (std::freopen(in.c_str(), "rb", stdin) != nullptr &&
        std::freopen(out.c_str(), "wb", stdout) != nullptr &&
        std::freopen(err.c_str(), "wb", stderr) != nullptr) {
      execv(arguments[0], arguments.data());
    }
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = read_file(out),
          .err = read_file(err)};
}

}  // namespace lar::test
