// The line editor, with keys typed into a terminal.
#include "cli/terminal/line_editor.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/pseudo_terminal.h"

namespace lar::cli {
namespace {

constexpr const char* kPlaceholder = "Say something";

// A program in a terminal that reads one line after the other and prints what it got.
class Typist {
 public:
  explicit Typist(const std::string& history_file = "") {
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ != 0) return;
    ::setenv("TERM", "xterm", 1);
    LineEditor editor({.history_file = history_file, .editor = "true"});
    while (true) {
      const TypedLine line = editor.read(">>> ", kPlaceholder);
      if (line.end == TypedLine::End::kEnter) editor.add_history(line.text);
      std::printf("[%d:%s]\n", static_cast<int>(line.end), line.text.c_str());
      std::fflush(stdout);
      if (line.end == TypedLine::End::kClosed) ::_exit(0);
    }
  }
  ~Typist() {
    ::close(terminal_);
    ::waitpid(pid_, nullptr, 0);
  }
  Typist(const Typist&) = delete;
  Typist& operator=(const Typist&) = delete;

  // Types the keys at a fresh prompt; what is on the terminal until the line is told of.
  std::string type(const std::string& keys) {
    read_until(kPlaceholder);
    EXPECT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
    return read_until("]\r\n");
  }

 private:
  std::string read_until(const std::string& mark) {
    std::string text;
    while (text.find(mark) == std::string::npos) {
      pollfd ready{.fd = terminal_, .events = POLLIN, .revents = 0};
      char byte = 0;
      if (::poll(&ready, 1, 10'000) != 1 || ::read(terminal_, &byte, 1) != 1) {
        ADD_FAILURE() << "no \"" << mark << "\" in \"" << text << '"';
        break;
      }
      text += byte;
    }
    return text;
  }

  int terminal_ = -1;
  pid_t pid_ = 0;
};

std::string told(TypedLine::End end, const std::string& text) {
  return "[" + std::to_string(static_cast<int>(end)) + ":" + text + "]\r\n";
}

class LineEditorTest : public ::testing::Test {
 protected:
  void SetUp() override { LAR_REQUIRE_PSEUDO_TERMINALS(); }
};

TEST_F(LineEditorTest, EnterEndsAMessageAndCtrlJALineOfIt) {
  Typist typist;
  EXPECT_TRUE(typist.type("ab\n").ends_with(told(TypedLine::End::kContinued, "ab")));
  EXPECT_TRUE(typist.type("cd\r").ends_with(told(TypedLine::End::kEnter, "cd")));
}

TEST_F(LineEditorTest, CtrlDLeavesAnEmptyLineAndShowsNothing) {
  Typist typist;
  EXPECT_TRUE(typist.type("ac\x01\x06\x04\r").ends_with(told(TypedLine::End::kEnter, "a")))
      << "in a line it deletes";
  const std::string screen = typist.type("\x04");
  EXPECT_TRUE(screen.ends_with(told(TypedLine::End::kClosed, "")));
  EXPECT_EQ(screen.find("^D"), std::string::npos) << screen;
}

TEST_F(LineEditorTest, TheHistoryHasItsFolderMade) {
  std::string folder = testing::TempDir() + "history-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const auto file = std::filesystem::path(folder) / ".ollama" / "history";
  Typist typist(file.string());
  typist.type("first\r");
  EXPECT_TRUE(typist.type("\x10\r").ends_with(told(TypedLine::End::kEnter, "first")));
  EXPECT_TRUE(std::filesystem::exists(file));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lar::cli
