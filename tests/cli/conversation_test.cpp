// The conversation at a terminal, with keys typed into it.
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "cli/chat/conversation_loop.h"
#include "cli/pseudo_terminal.h"
#include "support/data.h"

namespace lar::cli {
namespace {

// Types the keys and waits until the terminal shows `mark`.
bool converse(const std::string& home, const std::string& keys, const std::string& mark) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    ::setenv("TERM", "xterm", 1);
    Environment environment;
    environment.home = home;
    client::Client client(
        {.url = "http://127.0.0.1:1", .unix_socket = {}, .user_agent = {}, .api_key = {}});
    ChatSession session(client, {}, environment);
    ::_exit(run_conversation(session, environment) ? 0 : 1);
  }
  if (child < 0) return false;
  std::string text;
  bool typed = false;
  char byte = 0;
  pollfd ready{.fd = terminal, .events = POLLIN, .revents = 0};
  while (text.find(mark) == std::string::npos && ::poll(&ready, 1, 10'000) == 1 &&
         ::read(terminal, &byte, 1) == 1) {
    text += byte;
    if (typed || text.find("Send a message") == std::string::npos) continue;
    typed = ::write(terminal, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size());
  }
  ::close(terminal);
  ::waitpid(child, nullptr, 0);
  EXPECT_NE(text.find(mark), std::string::npos) << text;
  return typed;
}

TEST(Conversation, TheHistoryKeepsTheWholeOfWhatCtrlJTook) {
  LAR_REQUIRE_PSEUDO_TERMINALS();
  const test::TempDir home;
  ASSERT_TRUE(converse(home.path().string(), "/first\nsecond\r", "Unknown command '/first'"));
  EXPECT_EQ(test::read_file(home.path() / ".ollama" / "history"), "/first\nsecond\n");
}

}  // namespace
}  // namespace lar::cli
