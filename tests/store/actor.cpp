#include "actor.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace lar::store::test {

pid_t start_actor(const std::filesystem::path& root,
                  const std::vector<std::string>& words,
                  const Faults& faults) {
  std::vector<std::string> args = {LAR_STORE_ACTOR, root.string()};
  args.insert(args.end(), words.begin(), words.end());
  std::vector<std::string> environment;
  if (faults.wanted()) {
    environment = {"LD_PRELOAD=" LAR_FAULTS_LIBRARY, "LAR_FAULTS_ROOT=" + root.string(),
                   "LAR_FAULTS_AT=" + std::to_string(faults.at), "LAR_FAULTS_DO=" + faults.action,
                   "LAR_FAULTS_LOG=" + faults.log.string(),
                   // A sanitizer's run time wants to be the first library otherwise.
                   "ASAN_OPTIONS=verify_asan_link_order=0"};
    if (faults.persist) environment.emplace_back("LAR_FAULTS_PERSIST=1");
  }
  std::vector<char*> argv;
  for (auto& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (auto& variable : environment) envp.push_back(variable.data());
  envp.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    if (faults.at > 0) {  // its complaint is expected
      const int null = open("/dev/null", O_WRONLY);
      dup2(null, STDERR_FILENO);
    }
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace lar::store::test
