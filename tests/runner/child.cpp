#include "child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace lar::runner::test {

Child::Child(const std::string& program, const std::vector<std::string>& arguments) {
  const auto path = (std::filesystem::path(LAR_TEST_BINARY_DIR) / program).string();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return;
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  out_ = ::fdopen(ends[0], "r");
}

Child::~Child() {
  kill();
  wait();
  if (out_ != nullptr) std::fclose(out_);
}

std::optional<std::string> Child::read_line() {
  char line[4096];
  if (out_ == nullptr || std::fgets(line, sizeof(line), out_) == nullptr) return std::nullopt;
  std::string text(line);
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

void Child::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

int Child::wait() {
  if (pid_ <= 0) return -1;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace lar::runner::test
