// A runner that says it is ready and then does what its argument names.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "runner/protocol/messages.h"
#include "runner/runner_main.h"
#include "runner/sandbox.h"

namespace {

using lar::runner::kSocketFd;

void write_all(const void* bytes, size_t count) {
  if (::send(kSocketFd, bytes, count, MSG_NOSIGNAL) < 0) ::_exit(9);
}

// Deeper than any stack, though the compiler cannot know.
int overflow(int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  if (depth < 0) return 0;
  return overflow(depth + 1) + frame[0];
}

[[noreturn]] void bus_error() {
  const int fd = static_cast<int>(::memfd_create("short", 0));
  if (fd < 0 || ::ftruncate(fd, 4096) != 0) ::_exit(9);
  auto* page = static_cast<volatile char*>(::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0));
  if (::ftruncate(fd, 0) != 0) ::_exit(9);
  const char byte = page[0];
  ::_exit(byte);
}

[[noreturn]] void eat_memory() {
  lar::runner::limit_memory(64U << 20);
  std::vector<std::vector<char>> eaten;
  while (true) eaten.emplace_back(1U << 20, 'x');
}

void act(std::string_view what) {
  if (what == "exit") ::_exit(0);
  if (what == "abort") std::abort();
  if (what == "overflow") ::_exit(overflow(0));
  if (what == "bus") bus_error();
  if (what == "memory") eat_memory();
  if (what == "garbage") write_all("\x05\x00\x00\x00hello", 9);
  if (what == "huge") write_all("\x00\x00\x00\x80", 4);
  if (what == "spin") {
    for (volatile int i = 0;; i = i + 1) {
    }
  }
  if (what == "close") ::close(kSocketFd);
  if (what == "flood") {
    const std::vector<char> bytes(1U << 20, '\x0c');
    while (true) write_all(bytes.data(), bytes.size());
  }
  // Lives on, so that only its end by the supervisor ends it.
  while (true) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 1;
  std::vector<uint8_t> frame;
  if (!append_frame(lar::runner::RunnerMessage(lar::runner::Loaded{}), frame)) return 1;
  write_all(frame.data(), frame.size());
  ::usleep(50'000);
  act(argv[1]);
}
