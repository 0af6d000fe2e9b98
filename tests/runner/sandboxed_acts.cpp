// Enters the sandbox and then tries what a runner that was taken over would try. Prints a line an
// act: its name and the error it got, or "done". First of all it does what a runner must be able to
// do, and leaves with 2 if that fails.
#include <fcntl.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "runner/sandbox.h"

namespace {

template <class... Argument>
long call(long number, Argument... arguments) {
  return ::syscall(number, arguments...);
}

const sockaddr_in kAddress = {.sin_family = AF_INET, .sin_port = 0x5000, .sin_addr = {0x0100007f}};
const auto* const kInet = reinterpret_cast<const sockaddr*>(&kAddress);

// The first version of the kernel's sched_attr.
struct Turns {
  uint32_t size = 48;
  uint32_t policy = SCHED_OTHER;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime = 20'000'000;
  uint64_t deadline = 0;
  uint64_t period = 0;
};

struct Act {
  const char* name;
  long (*attempt)();
};

int parent = 0;
int pair_end = -1;
char page[4096];

const Act kActs[] = {
    // Files.
    {"open /etc/passwd", [] { return call(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY); }},
    {"open a home", [] { return call(SYS_openat, AT_FDCWD, "/root/.ssh", O_RDONLY); }},
    {"open a folder", [] { return call(SYS_openat, AT_FDCWD, ".", O_RDONLY | O_DIRECTORY); }},
    {"open by path alone", [] { return call(SYS_openat, AT_FDCWD, "/etc/passwd", O_PATH); }},
    {"create a file", [] { return call(SYS_openat, AT_FDCWD, "/tmp/x", O_CREAT | O_RDWR, 0600); }},
    {"openat2", [] { return call(437, AT_FDCWD, "/etc/passwd", page, 24); }},
    {"make a folder", [] { return call(SYS_mkdirat, AT_FDCWD, "/tmp/lar-x", 0700); }},
    {"unlink", [] { return call(SYS_unlinkat, AT_FDCWD, "/tmp/nothing", 0); }},
    {"rename", [] { return call(SYS_renameat2, AT_FDCWD, "/tmp/a", AT_FDCWD, "/tmp/b", 0); }},
    {"symlink", [] { return call(SYS_symlinkat, "/etc/passwd", AT_FDCWD, "/tmp/lar-x"); }},
    {"chmod", [] { return call(SYS_fchmodat, AT_FDCWD, "/tmp", 0777); }},
    {"stat a path", [] { return call(SYS_newfstatat, AT_FDCWD, "/etc/passwd", page, 0); }},
    {"statx a path", [] { return call(SYS_statx, AT_FDCWD, "/etc/passwd", 0, 0x7ff, page); }},
    {"access", [] { return call(SYS_faccessat, AT_FDCWD, "/etc/passwd", R_OK); }},
    {"readlink", [] { return call(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", page, 4096); }},
    {"chdir", [] { return call(SYS_chdir, "/"); }},
    {"open by handle", [] { return call(SYS_open_by_handle_at, 0, page, O_RDONLY); }},
    {"watch files", [] { return call(SYS_inotify_init1, 0); }},
    {"memfd", [] { return call(SYS_memfd_create, "x", 0); }},
    // Network.
    {"a TCP socket", [] { return call(SYS_socket, AF_INET, SOCK_STREAM, 0); }},
    {"a UDP socket", [] { return call(SYS_socket, AF_INET, SOCK_DGRAM, 0); }},
    {"a Unix socket", [] { return call(SYS_socket, AF_UNIX, SOCK_STREAM, 0); }},
    {"a netlink socket", [] { return call(SYS_socket, AF_NETLINK, SOCK_RAW, 0); }},
    {"a packet socket", [] { return call(SYS_socket, AF_PACKET, SOCK_RAW, 0); }},
    {"a socket pair", [] { return call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, page); }},
    {"bind", [] { return call(SYS_bind, pair_end, kInet, sizeof(kAddress)); }},
    {"connect", [] { return call(SYS_connect, pair_end, kInet, sizeof(kAddress)); }},
    {"listen", [] { return call(SYS_listen, pair_end, 1); }},
    {"accept", [] { return call(SYS_accept4, pair_end, nullptr, nullptr, 0); }},
    {"send to an address",
     [] { return call(SYS_sendto, pair_end, page, 1, 0, kInet, sizeof(kAddress)); }},
    {"send descriptors", [] { return call(SYS_sendmsg, pair_end, page, 0); }},
    // Other programs and processes.
    {"execve", [] { return call(SYS_execve, "/bin/true", nullptr, nullptr); }},
    {"execveat", [] { return call(SYS_execveat, 0, "", nullptr, nullptr, AT_EMPTY_PATH); }},
    {"clone a process", [] { return call(SYS_clone, SIGCHLD, 0, 0, 0, 0); }},
    {"clone3", [] { return call(SYS_clone3, page, 64); }},
    {"ptrace the parent", [] { return call(SYS_ptrace, PTRACE_ATTACH, parent, 0, 0); }},
    {"ptrace itself", [] { return call(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0); }},
    {"read the parent's memory",
     [] {
       iovec here = {page, 8};
       iovec there = {page, 8};
       return call(SYS_process_vm_readv, parent, &here, 1, &there, 1, 0);
     }},
    {"kill the parent", [] { return call(SYS_kill, parent, 0); }},
    {"signal the parent's thread", [] { return call(SYS_tgkill, parent, parent, 0); }},
    {"a descriptor of the parent", [] { return call(SYS_pidfd_open, parent, 0); }},
    {"limits of the parent", [] { return call(SYS_prlimit64, parent, RLIMIT_CPU, page, 0); }},
    {"priority of the parent", [] { return call(SYS_setpriority, PRIO_PROCESS, parent, 19); }},
    {"turns of the parent",
     [] {
       const Turns wanted;
       return call(SYS_sched_setattr, parent, &wanted, 0);
     }},
    {"a real-time priority",
     [] {
       const Turns wanted{.policy = SCHED_FIFO, .priority = 1};
       return call(SYS_sched_setattr, 0, &wanted, 0);
     }},
    {"owner of a descriptor", [] { return call(SYS_fcntl, pair_end, F_SETOWN, parent); }},
    // The kernel.
    {"mount", [] { return call(SYS_mount, "none", "/tmp", "tmpfs", 0, nullptr); }},
    {"unshare", [] { return call(SYS_unshare, CLONE_NEWUSER); }},
    {"setns", [] { return call(SYS_setns, 0, 0); }},
    {"chroot", [] { return call(SYS_chroot, "/"); }},
    {"bpf", [] { return call(SYS_bpf, 0, page, 64); }},
    {"perf", [] { return call(SYS_perf_event_open, page, 0, -1, -1, 0); }},
    {"io_uring", [] { return call(SYS_io_uring_setup, 1, page); }},
    {"userfaultfd", [] { return call(SYS_userfaultfd, 0); }},
    {"keys", [] { return call(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 1); }},
    {"load a kernel module", [] { return call(SYS_init_module, page, 0, ""); }},
    {"reboot", [] { return call(SYS_reboot, 0, 0, 0, 0); }},
    {"shared memory", [] { return call(SYS_shmget, IPC_PRIVATE, 4096, 0600); }},
    {"ioctl", [] { return call(SYS_ioctl, 0, 0x5412, page); }},
    // Privileges and memory to run.
    {"setuid", [] { return call(SYS_setuid, 0); }},
    {"prctl", [] { return call(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }},
    {"executable memory",
     [] {
       return call(SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                   0);
     }},
    {"make memory executable", [] { return call(SYS_mprotect, page, 4096, PROT_EXEC); }},
    {"raise a limit",
     [] {
       rlimit64 wanted = {1, 1};
       return call(SYS_prlimit64, 0, RLIMIT_CORE, &wanted, nullptr);
     }},
};

// What a runner does all the time.
bool usual_work() {
  bool ran = false;
  std::thread([&] { ran = true; }).join();
  void* memory = ::malloc(64U << 20);
  const bool allocated = memory != nullptr;
  ::free(memory);
  const Turns own{.nice = ::getpriority(PRIO_PROCESS, 0)};
  const bool turns = call(SYS_sched_setattr, 0, &own, 0) == 0;
  return ran && allocated && turns && ::send(pair_end, "x", 1, MSG_NOSIGNAL) == 1;
}

}  // namespace

int main() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  pair_end = ends[0];
  parent = ::getppid();
  const auto sandbox = lar::runner::enter_sandbox(lar::runner::SandboxMode::kBestEffort);
  if (!sandbox) return 1;
  for (const std::string& lack : sandbox->lacks) std::printf("lacks: %s\n", lack.c_str());
  if (!usual_work()) return 2;
  for (const Act& act : kActs) {
    errno = 0;
    const long result = act.attempt();
    std::printf("%s: %s\n", act.name, result < 0 ? ::strerrorname_np(errno) : "done");
    std::fflush(stdout);
  }
  ::_exit(0);  // nothing more: a leak check at the exit could not run here
}
