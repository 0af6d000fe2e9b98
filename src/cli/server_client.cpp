#include "cli/server_client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "cli/serve_options.h"

namespace lar::cli {
namespace {

constexpr auto kStartPatience = std::chrono::seconds(20);
constexpr auto kPollInterval = std::chrono::milliseconds(50);

client::Client make_client(const Environment& environment) {
  constexpr std::string_view kSocket = "unix://";
  const bool socket = environment.host.starts_with(kSocket);
  return client::Client({.url = server_url(socket ? std::string_view() : environment.host),
                         .unix_socket = socket ? environment.host.substr(kSocket.size()) : "",
                         .user_agent = "lar/" LAR_VERSION,
                         .api_key = environment.api_key});
}

bool is_local(std::string_view url) {
  for (const std::string_view host : {"://127.", "://localhost", "://[::1]", "://0.0.0.0"}) {
    if (url.find(host) != std::string_view::npos) return true;
  }
  return false;
}

// Starts `lar serve` as a session of its own, its output in ~/.ollama/logs/server.log.
Result<void> start_server(const Environment& environment) {
  const std::filesystem::path logs = std::filesystem::path(environment.home) / ".ollama" / "logs";
  std::error_code error;
  std::filesystem::create_directories(logs, error);
  const std::string log = (logs / "server.log").string();
  const pid_t child = ::fork();
  if (child < 0) return fail(Code::kUnavailable, "cannot start a server: no more processes");
  if (child == 0) {
    // The grandchild belongs to nobody here, so it outlives this command.
    if (::setsid() < 0 || ::fork() != 0) ::_exit(0);
    const int null = ::open("/dev/null", O_RDWR);
    int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (out < 0) out = null;
    ::dup2(null, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execl("/proc/self/exe", "lar", "serve", nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return {};
}

}  // namespace

std::string server_url(std::string_view host_variable) {
  HostAddress address = parse_host_variable(host_variable);
  if (address.host.empty()) address.host = "127.0.0.1";
  if (address.host.find(':') != std::string::npos) address.host = "[" + address.host + "]";
  std::string url = fmt::format("{}://{}:{}", address.scheme, address.host, address.port);
  if (!address.path.empty()) url += "/" + address.path;
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Result<client::Client> connect(const Environment& environment) {
  client::Client client = make_client(environment);
  if (const auto answers = client.ping(); !answers) {
    if (answers.error().code != Code::kUnavailable) return std::unexpected<Error>(answers.error());
    return fail(Code::kUnavailable,
                fmt::format("could not connect to {0} server, run '{0} serve' to start it",
                            environment.program));
  }
  return client;
}

Result<client::Client> connect_or_start(const Environment& environment) {
  auto client = connect(environment);
  if (client || client.error().code != Code::kUnavailable) return client;
  if (!is_local(server_url(environment.host))) return client;
  fmt::print(stderr,
             "No server is running at {}: starting one (its log is ~/.ollama/logs/server.log)\n",
             server_url(environment.host));
  LAR_TRY(start_server(environment));
  const auto deadline = std::chrono::steady_clock::now() + kStartPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPollInterval);
    client = connect(environment);
    if (client) return client;
  }
  return fail(Code::kUnavailable, "the server that was started does not answer; see its log");
}

}  // namespace lar::cli
