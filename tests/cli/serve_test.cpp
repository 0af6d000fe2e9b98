// `lar serve` as a process.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <thread>

#include "support/data.h"
#include "support/process.h"
#include "support/raw_client.h"

namespace lar {
namespace {

using namespace std::chrono_literals;

class Serving {
 public:
  explicit Serving(const std::string& host) {
    const auto log = (dir_.path() / "log").string();
    pid_ = ::fork();
    if (pid_ == 0) {
      if (std::freopen(log.c_str(), "w", stderr) == nullptr) _exit(126);
      ::setenv("HOME", dir_.path().c_str(), 1);
      ::setenv("OLLAMA_MODELS", (dir_.path() / "models").c_str(), 1);
      ::setenv("OLLAMA_HOST", host.c_str(), 1);
      const auto program = test::lar_binary().string();
      ::execl(program.c_str(), "lar", "serve", nullptr);
      _exit(127);
    }
    for (int i = 0; i < 400 && !log_says("msg=listening") && !log_says("Error:"); ++i) {
      std::this_thread::sleep_for(25ms);
    }
  }
  ~Serving() {
    if (pid_ > 0) end(SIGKILL);
  }

  const std::filesystem::path& dir() const { return dir_.path(); }
  std::string log() const { return test::read_file(dir_.path() / "log"); }
  bool log_says(const char* text) const { return log().find(text) != std::string::npos; }

  uint16_t port() const {
    std::smatch match;
    const std::string text = log();
    const std::regex address("address=127\\.0\\.0\\.1:(\\d+)");
    return std::regex_search(text, match, address)
               ? static_cast<uint16_t>(std::stoi(match[1].str()))
               : uint16_t{0};
  }

  // The exit code; 128 + n where signal n ended it.
  int end(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WEXITSTATUS(status);
  }

  // TCP sockets that the process listens on, as /proc knows them.
  int listening_sockets() const {
    std::string inodes;
    const auto fds = "/proc/" + std::to_string(pid_) + "/fd";
    for (const auto& entry : std::filesystem::directory_iterator(fds)) {
      std::error_code error;
      inodes += std::filesystem::read_symlink(entry, error).string() + " ";
    }
    int count = 0;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
      std::ifstream lines(table);
      std::string line;
      while (std::getline(lines, line)) {
        std::smatch match;
        const std::regex row(R"(^\s*\d+: \S+ \S+ 0A \S+ \S+ \S+\s+\d+\s+\d+ (\d+))");
        if (!std::regex_search(line, match, row)) continue;
        if (inodes.find("socket:[" + match[1].str() + "]") != std::string::npos) ++count;
      }
    }
    return count;
  }

 private:
  test::TempDir dir_;
  pid_t pid_ = -1;
};

TEST(Serve, AnswersUntilItIsTold) {
  Serving serving("127.0.0.1:0");
  ASSERT_NE(serving.port(), 0) << serving.log();
  EXPECT_EQ(test::ask(serving.port(), test::request_text("GET", "/")).body, "Ollama is running");
  EXPECT_EQ(serving.listening_sockets(), 1);

  Serving second("127.0.0.1:" + std::to_string(serving.port()));
  EXPECT_EQ(second.wait(), 1);
  EXPECT_TRUE(second.log_says("bind: address already in use")) << second.log();

  EXPECT_EQ(serving.end(SIGTERM), 0);
}

TEST(Serve, AClientOfTheSameVersionHasNothingToWarnOf) {
  Serving serving("127.0.0.1:0");
  const std::string host = "OLLAMA_HOST=127.0.0.1:" + std::to_string(serving.port());
  const auto as_ollama = serving.dir() / "ollama";
  std::filesystem::create_symlink(test::lar_binary(), as_ollama);
  const auto version = [](const std::string& variable, const std::filesystem::path& program) {
    return test::run_process({"/usr/bin/env", variable, program.string(), "--version"}).out;
  };
  for (const auto& program : {test::lar_binary(), as_ollama}) {
    const std::string said = version(host, program);
    EXPECT_NE(said.find(" version is "), std::string::npos) << said;
    EXPECT_EQ(said.find("Warning"), std::string::npos) << said;
  }
  EXPECT_NE(version("OLLAMA_HOST=127.0.0.1:1", as_ollama)
                .find("could not connect to a running Ollama instance\n"),
            std::string::npos);
}

// A16: what it makes is for its user alone.
TEST(Serve, FilesAreForTheUserAlone) {
  Serving serving("127.0.0.1:0");
  ASSERT_NE(serving.port(), 0) << serving.log();
  // SHA-256 of "abc".
  const std::string digest =
      "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const auto stored =
      test::ask(serving.port(), test::request_text("POST", "/api/blobs/" + digest, "abc"));
  EXPECT_EQ(stored.status, 201);
  struct stat info{};
  ASSERT_EQ(::stat((serving.dir() / "models").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

// A08: what people write, and what they prove who they are with, is in no line of the log.
TEST(Serve, TheLogTellsNoSecrets) {
  Serving serving("127.0.0.1:0");
  ASSERT_NE(serving.port(), 0) << serving.log();
  const std::string canary = "canary-8c1f";
  const std::string secret = "Authorization: Bearer " + canary + "\r\nCookie: " + canary + "\r\n";
  const std::string chat = R"({"model":"nosuch","messages":[{"role":"user","content":")" + canary +
                           R"("}],"prompt":")" + canary + R"(","max_tokens":1})";
  int tried = 0;
  for (const char* path : {"/api/generate", "/api/chat", "/api/embed", "/v1/chat/completions",
                           "/v1/messages", "/v1/responses", "/api/show", "/nowhere"}) {
    for (const std::string& body : {chat, chat + "{", canary}) {
      const auto target = std::string(path) + "?key=" + canary;
      const auto answer =
          test::ask(serving.port(), test::request_text("POST", target, body, secret));
      EXPECT_GE(answer.status, 400) << path;
      ++tried;
    }
  }
  EXPECT_EQ(serving.end(SIGTERM), 0);
  const std::string log = serving.log();
  EXPECT_GE(std::ranges::count(log, '\n'), tried);
  EXPECT_EQ(log.find(canary), std::string::npos) << log;
}

// A03: TCP can be left out.
TEST(Serve, OnlyAUnixSocket) {
  const test::TempDir dir;
  const std::string path = dir.path() / "lar.sock";
  Serving serving("unix://" + path);
  ASSERT_TRUE(serving.log_says("msg=listening")) << serving.log();
  EXPECT_EQ(serving.listening_sockets(), 0);
  auto client = test::RawClient::unix_socket(path);
  client.send(test::request_text("GET", "/api/version"));
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_EQ(serving.end(SIGINT), 0);
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace lar
