// LAR_CHECK: a programmer's promise, always on. Never reachable from a file, a prompt or the
// network; those get a Result.
#pragma once

namespace lar {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}

#define LAR_CHECK(condition)                               \
  do {                                                     \
    if (!(condition)) [[unlikely]]                         \
      ::lar::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
