// Runs store_actor in a process of its own, with the fault library preloaded or not.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lar::store::test {

struct Faults {
  int at = 0;  // 0: none
  std::string action;
  bool persist = false;
  std::filesystem::path log;  // empty: none

  bool wanted() const { return at > 0 || !log.empty(); }
};

pid_t start_actor(const std::filesystem::path& root,
                  const std::vector<std::string>& words,
                  const Faults& faults);

// The exit status, or 128 + the signal that ended it.
int wait_for(pid_t pid);

inline int run_actor(const std::filesystem::path& root,
                     const std::vector<std::string>& words,
                     const Faults& faults = {}) {
  return wait_for(start_actor(root, words, faults));
}

}  // namespace lar::store::test
