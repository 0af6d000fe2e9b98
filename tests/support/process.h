// Runs a program as a user would and keeps what it says.
#pragma once

#include <string>
#include <vector>

namespace lar::test {

struct ProcessResult {
  int code = -1;  // exit code; 128 + n where signal n ended it
  std::string out;
  std::string err;
};

ProcessResult run_process(const std::vector<std::string>& command, const std::string& input = "");

}  // namespace lar::test
