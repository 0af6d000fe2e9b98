// Runs work as a server's thread would meet it: on a small stack, with its time taken.
#pragma once

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

#include <functional>

namespace lar::chat::test {

inline constexpr size_t kStackBytes = size_t{512} << 10;
// GCC tells by a macro, clang by a feature that GCC cannot even spell.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LAR_TEST_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define LAR_TEST_SANITIZED 1
#endif
#if defined(LAR_TEST_SANITIZED)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// A guard against work without end, not a measure of speed: machines and builds differ.
inline constexpr double kSecondsMax = 10;

inline double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Runs in a thread whose stack is 512 KiB (more under a sanitizer, which fattens frames).
inline void on_small_stack(std::function<void()> work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kSanitized ? 8 * kStackBytes : kStackBytes);
  pthread_t thread{};
  const auto entry = [](void* argument) -> void* {
    (*static_cast<std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, entry, &work), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

}  // namespace lar::chat::test
