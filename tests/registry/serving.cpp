#include "serving.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "support/data.h"

namespace lar::registry::test {

Serving::Serving(const std::filesystem::path& folder,
                 const std::string& host,
                 const std::vector<std::string>& variables)
    : folder_(folder), http_(*net::HttpClient::create({})) {
  const std::string program = lar::test::lar_binary().string();
  std::vector<std::string> environment = {"HOME=" + folder.string(),
                                          "OLLAMA_MODELS=" + (folder / "models").string(),
                                          "OLLAMA_HOST=" + host, "PATH=/usr/bin:/bin"};
  environment.insert(environment.end(), variables.begin(), variables.end());
  std::vector<char*> pointers;
  for (auto& variable : environment) pointers.push_back(variable.data());
  pointers.push_back(nullptr);
  const auto log_path = folder / "serve.log";
  pid_ = fork();
  if (pid_ == 0) {
    const int fd = open(log_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    dup2(fd, 1);
    dup2(fd, 2);
    execle(program.c_str(), "lar", "serve", nullptr, pointers.data());
    _exit(127);
  }
  for (int i = 0; i < 400 && port_ == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
    const std::string text = log();
    const size_t listening = text.find("listening");
    const size_t end = text.find('\n', listening);
    if (listening == std::string::npos || end == std::string::npos) continue;
    const std::string line = text.substr(listening, end - listening);
    const size_t address = line.find("address");
    const size_t colon = line.find(host.substr(0, host.rfind(':')), address);
    if (address == std::string::npos || colon == std::string::npos) continue;
    port_ = std::atoi(line.c_str() + colon + host.rfind(':') + 1);
  }
}

Serving::~Serving() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  for (int i = 0; i < 400; ++i) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string Serving::log() const {
  const auto path = folder_ / "serve.log";
  return std::filesystem::exists(path) ? lar::test::read_file(path) : "";
}

Result<net::HttpResponse> Serving::post(const std::string& path,
                                        const std::string& json,
                                        const std::string& address,
                                        const net::HttpHandlers& handlers,
                                        std::stop_token stop) const {
  return http_->perform({.method = "POST",
                         .url = fmt::format("http://{}:{}{}", address, port_, path),
                         .headers = {{"Content-Type", "application/json"}},
                         .body = json},
                        handlers, std::move(stop));
}

}  // namespace lar::registry::test
