// A helper program of these tests, read through a pipe.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace lar::runner::test {

class Child {
 public:
  // `program`: a helper that stands beside the test.
  Child(const std::string& program, const std::vector<std::string>& arguments);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next line of its stdout, or nullopt at the end.
  std::optional<std::string> read_line();
  void kill();
  // Its exit code, 128 + n where signal n ended it.
  int wait();

 private:
  pid_t pid_ = -1;
  std::FILE* out_ = nullptr;
};

}  // namespace lar::runner::test
