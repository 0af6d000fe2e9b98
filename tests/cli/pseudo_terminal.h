// For tests that type into a terminal: a container without /dev/pts has none to give.
#pragma once

#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

namespace lar::test {

inline bool has_pseudo_terminals() {
  int terminal = -1;
  int program = -1;
  if (::openpty(&terminal, &program, nullptr, nullptr, nullptr) != 0) return false;
  ::close(terminal);
  ::close(program);
  return true;
}

}  // namespace lar::test

#define LAR_REQUIRE_PSEUDO_TERMINALS()                                 \
  if (!lar::test::has_pseudo_terminals()) {                            \
    GTEST_SKIP() << "no pseudo-terminals here (is /dev/pts mounted?)"; \
  }
