#include "base/cpu.h"

#include <sched.h>

#include <array>
#include <fstream>
#include <utility>

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace lar {
namespace {

constexpr std::array<std::pair<Isa, std::string_view>, 5> kNames = {{{Isa::kScalar, "scalar"},
                                                                     {Isa::kAvx2, "avx2"},
                                                                     {Isa::kAvx512, "avx512"},
                                                                     {Isa::kNeon, "neon"},
                                                                     {Isa::kI8mm, "i8mm"}}};

}  // namespace

std::string_view isa_name(Isa isa) {
  for (const auto& [value, name] : kNames) {
    if (value == isa) return name;
  }
  return "unknown";
}

IsaSet detect_isa() {
  IsaSet set;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2")) {
    set.add(Isa::kAvx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vbmi")) {
      set.add(Isa::kAvx512);
    }
  }
#elif defined(__aarch64__)
  const unsigned long caps = getauxval(AT_HWCAP);
  if ((caps & HWCAP_ASIMDDP) != 0 && (caps & HWCAP_ASIMDHP) != 0) {
    set.add(Isa::kNeon);
    if ((getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0) set.add(Isa::kI8mm);
  }
#endif
  return set;
}

Result<IsaSet> force_isa(IsaSet detected, std::string_view forced) {
  for (const auto& [isa, name] : kNames) {
    if (name != forced) continue;
    if (!detected.has(isa)) {
      return fail(Code::kUnsupported,
                  "this processor does not have the instruction set " + std::string(forced));
    }
    IsaSet set;
    set.add(isa);
    return set;
  }
  return fail(Code::kInvalidArgument, "unknown instruction set '" + std::string(forced) +
                                          "' (scalar, avx2, avx512, neon, i8mm)");
}

int available_cpus() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof(mask), &mask) != 0) return 1;
  const int count = CPU_COUNT(&mask);
  return count > 0 ? count : 1;
}

int current_cpu() {
  return ::sched_getcpu();
}

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      const auto colon = line.find(':');
      if (colon != std::string::npos) return line.substr(line.find_first_not_of(' ', colon + 1));
    }
  }
  return "unknown";
}

}  // namespace lar
