#include "cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace lar::cli {

int print_error(const std::string& message) {
  std::string line = "Error: " + message + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  return 1;
}

int print_error(const Error& error) {
  return print_error(error.message);
}

Result<void> write_stdout(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail(Code::kUnavailable,
                  std::string("cannot write the output: ") + std::strerror(errno));
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

}  // namespace lar::cli
