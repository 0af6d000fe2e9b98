// Makes file system calls fail, for tests: LD_PRELOAD this library and say in the environment
//   LAR_FAULTS_ROOT=DIR   only calls on files below DIR count (and descriptors opened there)
//   LAR_FAULTS_AT=N       the N-th such call, from 1
//   LAR_FAULTS_DO=...     what happens to it: an errno's name (EIO, ENOSPC, EINTR, EMFILE),
//                         SHORT (a write writes half), KILL (the process dies before the call)
//   LAR_FAULTS_PERSIST=1  the same for all calls after it
//   LAR_FAULTS_LOG=FILE   appends every counted call that succeeded, one a line:
//                           open FD PATH | write FD OFFSET HEX | truncate FD SIZE | fsync FD |
//                           close FD | rename FROM TO | mkdir PATH | unlink PATH | rmdir PATH |
//                           mark TEXT (from lar_faults_mark)
// Paths of tests have no spaces.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>

namespace {

constexpr int kFdMax = 4096;

struct Plan {
  std::string root;
  long at = 0;
  std::string action;
  bool persist = false;
  int log = -1;
};

template <class F>
F real(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

const Plan& plan() {
  static const Plan value = [] {
    Plan p;
    const auto env = [](const char* name) {
      const char* text = std::getenv(name);
      return std::string(text == nullptr ? "" : text);
    };
    p.root = env("LAR_FAULTS_ROOT");
    p.at = std::atol(env("LAR_FAULTS_AT").c_str());
    p.action = env("LAR_FAULTS_DO");
    p.persist = !env("LAR_FAULTS_PERSIST").empty();
    if (const auto path = env("LAR_FAULTS_LOG"); !path.empty()) {
      p.log = real<int (*)(const char*, int, ...)>("open")(path.c_str(),
                                                           O_WRONLY | O_CREAT | O_APPEND, 0644);
    }
    return p;
  }();
  return value;
}

std::mutex mutex;
long calls = 0;
bool tracked[kFdMax];

bool counts(const char* path) {
  return !plan().root.empty() && std::strncmp(path, plan().root.c_str(), plan().root.size()) == 0;
}
bool counts(int fd) {
  return fd >= 0 && fd < kFdMax && tracked[fd];
}

int errno_of(const std::string& name) {
  if (name == "EIO") return EIO;
  if (name == "ENOSPC") return ENOSPC;
  if (name == "EINTR") return EINTR;
  if (name == "EMFILE") return EMFILE;
  return 0;
}

enum class Fate { kGoOn, kFail, kShort };

// What happens to this call; errno is set for kFail.
Fate fate() {
  const std::scoped_lock lock(mutex);
  ++calls;
  const bool hit = plan().at > 0 && (calls == plan().at || (plan().persist && calls > plan().at));
  if (!hit) return Fate::kGoOn;
  if (plan().action == "KILL") kill(getpid(), SIGKILL);
  if (plan().action == "SHORT") return Fate::kShort;
  errno = errno_of(plan().action);
  return errno == 0 ? Fate::kGoOn : Fate::kFail;
}

void record(const std::string& line) {
  if (plan().log < 0) return;
  const std::string text = line + "\n";
  static const auto write_real = real<ssize_t (*)(int, const void*, size_t)>("write");
  if (write_real(plan().log, text.data(), text.size()) < 0) std::abort();
}

std::string hex(const void* data, size_t bytes) {
  std::string out;
  const auto* p = static_cast<const unsigned char*>(data);
  for (size_t i = 0; i < bytes; ++i) {
    out += "0123456789abcdef"[p[i] >> 4U];
    out += "0123456789abcdef"[p[i] & 15U];
  }
  return out;
}

}  // namespace

extern "C" {

void lar_faults_mark(const char* text) {
  record(std::string("mark ") + text);
}

int open(const char* path, int flags, ...) {
  va_list args;
  va_start(args, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
  va_end(args);
  static const auto call = real<int (*)(const char*, int, ...)>("open");
  if (!counts(path)) return call(path, flags, mode);
  if (fate() == Fate::kFail) return -1;
  const int fd = call(path, flags, mode);
  if (fd >= 0 && fd < kFdMax) {
    tracked[fd] = true;
    record("open " + std::to_string(fd) + " " + path);
  }
  return fd;
}

int close(int fd) {
  static const auto call = real<int (*)(int)>("close");
  if (counts(fd)) {
    tracked[fd] = false;
    record("close " + std::to_string(fd));
  }
  return call(fd);
}

ssize_t pwrite(int fd, const void* data, size_t bytes, off_t offset) {
  static const auto call = real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  if (!counts(fd)) return call(fd, data, bytes, offset);
  const Fate what = fate();
  if (what == Fate::kFail) return -1;
  if (what == Fate::kShort && bytes > 1) bytes /= 2;
  const ssize_t n = call(fd, data, bytes, offset);
  if (n > 0) {
    record("write " + std::to_string(fd) + " " + std::to_string(offset) + " " +
           hex(data, static_cast<size_t>(n)));
  }
  return n;
}

int fsync(int fd) {
  static const auto call = real<int (*)(int)>("fsync");
  if (!counts(fd)) return call(fd);
  if (fate() == Fate::kFail) return -1;
  const int result = call(fd);
  if (result == 0) record("fsync " + std::to_string(fd));
  return result;
}

int ftruncate(int fd, off_t size) noexcept {
  static const auto call = real<int (*)(int, off_t)>("ftruncate");
  if (!counts(fd)) return call(fd, size);
  if (fate() == Fate::kFail) return -1;
  const int result = call(fd, size);
  if (result == 0) record("truncate " + std::to_string(fd) + " " + std::to_string(size));
  return result;
}

int rename(const char* from, const char* to) noexcept {
  static const auto call = real<int (*)(const char*, const char*)>("rename");
  if (!counts(to)) return call(from, to);
  if (fate() == Fate::kFail) return -1;
  const int result = call(from, to);
  if (result == 0) record(std::string("rename ") + from + " " + to);
  return result;
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto call = real<int (*)(const char*, mode_t)>("mkdir");
  if (!counts(path)) return call(path, mode);
  if (fate() == Fate::kFail) return -1;
  const int result = call(path, mode);
  if (result == 0) record(std::string("mkdir ") + path);
  return result;
}

int unlink(const char* path) noexcept {
  static const auto call = real<int (*)(const char*)>("unlink");
  if (!counts(path)) return call(path);
  if (fate() == Fate::kFail) return -1;
  const int result = call(path);
  if (result == 0) record(std::string("unlink ") + path);
  return result;
}

int rmdir(const char* path) noexcept {
  static const auto call = real<int (*)(const char*)>("rmdir");
  if (!counts(path)) return call(path);
  if (fate() == Fate::kFail) return -1;
  const int result = call(path);
  if (result == 0) record(std::string("rmdir ") + path);
  return result;
}

}  // extern "C"
