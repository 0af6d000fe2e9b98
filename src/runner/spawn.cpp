#include "runner/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "runner/runner_main.h"

extern char** environ;

namespace lar::runner {
namespace {

std::unexpected<Error> spawn_error(int error, const char* what) {
  const Code code = error == ENOENT ? Code::kNotFound
                    : error == EMFILE || error == ENFILE || error == ENOMEM
                        ? Code::kResourceExhausted
                        : Code::kUnavailable;
  return fail(code, std::string(what) + ": " + std::strerror(error));
}

// posix_spawn's two objects, destroyed at the end of the scope.
struct SpawnPlan {
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

// A copy above all places that the child gives a meaning to, so that no copy overwrites another.
Result<Fd> out_of_the_way(int fd, size_t places) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, kFirstModelFd + static_cast<int>(places));
  if (copy < 0) return spawn_error(errno, "copying a descriptor for a runner");
  return Fd(copy);
}

void set_attributes(SpawnPlan& plan) {
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setpgroup(&plan.attributes, 0);
  posix_spawnattr_setflags(&plan.attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

}  // namespace

Result<SpawnedRunner> spawn_runner(const std::string& program,
                                   const std::vector<std::string>& arguments,
                                   std::span<const Fd> files) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return spawn_error(errno, "a socket for a runner");
  }
  SpawnedRunner spawned{.socket = Fd(ends[0])};
  const Fd theirs(ends[1]);
  ::fcntl(spawned.socket.get(), F_SETFL, O_NONBLOCK);

  SpawnPlan plan;
  std::vector<Fd> copies;
  const auto place = [&](int fd, int at) -> Result<void> {
    LAR_TRY(copies.emplace_back(), out_of_the_way(fd, files.size()));
    posix_spawn_file_actions_adddup2(&plan.actions, copies.back().get(), at);
    return {};
  };
  posix_spawn_file_actions_addopen(&plan.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&plan.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  LAR_TRY(place(theirs.get(), kSocketFd));
  for (size_t i = 0; i < files.size(); ++i) {
    LAR_TRY(place(files[i].get(), kFirstModelFd + static_cast<int>(i)));
  }
  set_attributes(plan);

  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int error = ::posix_spawn(&spawned.pid, program.c_str(), &plan.actions, &plan.attributes,
                                  argv.data(), environ);
  if (error != 0) return spawn_error(error, "starting a runner");
  return spawned;
}

}  // namespace lar::runner
