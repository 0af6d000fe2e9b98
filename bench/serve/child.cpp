#include "child.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/fd.h"
#include "exchange.h"

namespace lar::bench {
namespace {

using Environment = std::vector<std::pair<std::string, std::string>>;

constexpr std::chrono::seconds kStartDeadline{120};

[[noreturn]] void execute(const std::vector<std::string>& arguments,
                          const Environment& environment) {
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace

Result<uint16_t> free_port() {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return fail(Code::kUnavailable, "no free port");
  }
  return ntohs(address.sin_port);
}

Result<Child> Child::start(const std::vector<std::string>& arguments,
                           const Environment& environment,
                           const std::string& log) {
  const pid_t pid = ::fork();
  if (pid < 0) return fail(Code::kUnavailable, "cannot start " + arguments[0]);
  if (pid == 0) {
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    execute(arguments, environment);
  }
  return Child(pid);
}

Child::~Child() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

Result<void> Child::wait_for(uint16_t port, const std::string& path) {
  const auto deadline = std::chrono::steady_clock::now() + kStartDeadline;
  while (std::chrono::steady_clock::now() < deadline) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return fail(Code::kUnavailable, "the server has ended; see its log");
    }
    const auto answers = exchange(port, {{.path = path, .body = {}}});
    if (answers && answers->front().status == 200) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return fail(Code::kDeadlineExceeded, "the server does not answer; see its log");
}

double Child::cpu_seconds() const {
  double nanoseconds = 0;
  std::error_code ignored;
  const auto tasks = fmt::format("/proc/{}/task", pid_);
  for (const auto& task : std::filesystem::directory_iterator(tasks, ignored)) {
    double running = 0;
    if (std::ifstream(task.path() / "schedstat") >> running) nanoseconds += running;
  }
  return nanoseconds / 1e9;
}

Result<std::string> output_of(const std::vector<std::string>& arguments,
                              const Environment& environment) {
  int ends[2] = {};
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Code::kUnavailable, "no pipe");
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return fail(Code::kUnavailable, "cannot start " + arguments[0]);
  if (pid == 0) {
    ::dup2(write_end.get(), STDOUT_FILENO);
    execute(arguments, environment);
  }
  write_end = Fd();
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(read_end.get(), buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<size_t>(n));
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return fail(Code::kUnavailable, fmt::format("{} has failed", fmt::join(arguments, " ")));
  }
  return text;
}

}  // namespace lar::bench
