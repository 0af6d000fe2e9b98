// A server that is measured: started as a process of its own, ended with this object.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lar::bench {

// A TCP port of the loopback that nobody listens on at the moment.
Result<uint16_t> free_port();

class Child {
 public:
  // Output goes to `log`. `environment` is added to this process's own.
  static Result<Child> start(const std::vector<std::string>& arguments,
                             const std::vector<std::pair<std::string, std::string>>& environment,
                             const std::string& log);
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  // Until it accepts connections and answers GET `path` with 200. Errors: deadline_exceeded, and
  // unavailable where the process has ended.
  Result<void> wait_for(uint16_t port, const std::string& path);

  // Processor time of all its threads so far, without that of its children.
  double cpu_seconds() const;

 private:
  explicit Child(pid_t pid) : pid_(pid) {}

  pid_t pid_;
};

// Runs a program to its end and returns what it wrote to stdout.
Result<std::string> output_of(const std::vector<std::string>& arguments,
                              const std::vector<std::pair<std::string, std::string>>& environment);

}  // namespace lar::bench
