#include "client/client.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "client/status.h"
#include "net/http_client.h"

namespace lar::client {
namespace {

// Loading a model or preparing a large one takes minutes in which nothing is sent.
constexpr std::chrono::milliseconds kConnectDeadline{5'000};
constexpr size_t kAnswerBytesMax = size_t{256} << 20U;
constexpr size_t kLineBytesMax = size_t{64} << 20U;

Json parse(std::string_view text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

// The message of an error answer: its "error" (text, or an object with a "message"), else its body.
std::string error_message(std::string_view body) {
  const Json json = parse(body);
  if (json.is_object()) {
    const auto error = json.find("error");
    if (error != json.end() && error->is_string()) return error->get<std::string>();
    if (error != json.end() && error->is_object() && error->contains("message") &&
        (*error)["message"].is_string()) {
      return (*error)["message"].get<std::string>();
    }
  }
  return std::string(body);
}

// Cuts a body into lines and hands out each as JSON.
class LineReader {
 public:
  explicit LineReader(const OnEvent& on_event) : on_event_(on_event) {}

  Result<void> push(std::string_view part) {
    held_ += part;
    size_t begin = 0;
    for (size_t end = held_.find('\n'); end != std::string::npos; end = held_.find('\n', begin)) {
      LAR_TRY(line(std::string_view(held_).substr(begin, end - begin)));
      begin = end + 1;
    }
    held_.erase(0, begin);
    if (held_.size() > kLineBytesMax) {
      return fail(Code::kResourceExhausted, "the server sends a line without an end");
    }
    return {};
  }
  Result<void> finish() { return line(held_); }

 private:
  Result<void> line(std::string_view text) {
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) return {};
    const Json event = parse(text);
    if (!event.is_object()) {
      return fail(Code::kDataCorrupt, "the server sent something that is no JSON object");
    }
    if (const auto error = event.find("error"); error != event.end()) {
      return fail(Code::kInternal, error->is_string() ? error->get<std::string>() : error->dump());
    }
    if (on_event_(event) == StreamAction::kStop) return fail(Code::kCancelled, "stopped");
    return {};
  }

  const OnEvent& on_event_;
  std::string held_;
};

// A file as the body of a request.
class FileBody final : public net::HttpBodySource {
 public:
  FileBody(int fd, uint64_t bytes, const std::function<void(uint64_t, uint64_t)>& progress)
      : fd_(fd), bytes_(bytes), progress_(progress) {}
  ~FileBody() override { ::close(fd_); }

  Result<size_t> read(std::span<std::byte> out) override {
    const ssize_t count = ::read(fd_, out.data(), out.size());
    if (count < 0) return fail(Code::kUnavailable, std::string("read: ") + std::strerror(errno));
    sent_ += static_cast<uint64_t>(count);
    if (progress_) progress_(sent_, bytes_);
    return static_cast<size_t>(count);
  }
  bool rewind() override {
    sent_ = 0;
    return ::lseek(fd_, 0, SEEK_SET) == 0;
  }
  std::optional<uint64_t> bytes() const override { return bytes_; }

 private:
  int fd_;
  uint64_t bytes_;
  uint64_t sent_ = 0;
  const std::function<void(uint64_t, uint64_t)>& progress_;
};

}  // namespace

struct Client::Impl {
  std::unique_ptr<net::HttpClient> http;
  std::optional<Error> broken;  // why there is no client

  Result<net::HttpResponse> perform(const net::HttpRequest& request,
                                    const net::HttpHandlers& handlers = {},
                                    std::stop_token stop = {}) {
    if (broken) return std::unexpected<Error>(*broken);
    return http->perform(request, handlers, std::move(stop));
  }
};

Client::Client(ClientOptions options)
    : options_(std::move(options)), impl_(std::make_unique<Impl>()) {
  auto http =
      net::HttpClient::create({.proxy = {}, .ca_file = {}, .user_agent = options_.user_agent});
  if (http) {
    impl_->http = std::move(*http);
  } else {
    impl_->broken = http.error();
  }
}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

namespace {

net::HttpRequest request_to(const ClientOptions& options,
                            std::string_view method,
                            std::string_view path) {
  net::HttpRequest request;
  request.method = method;
  request.url = options.url + std::string(path);
  request.unix_socket = options.unix_socket;
  if (!options.api_key.empty()) {
    request.headers.push_back({"Authorization", "Bearer " + options.api_key});
  }
  request.deadlines = {.connect = kConnectDeadline, .stall = {}, .total = {}};
  request.body_bytes_max = kAnswerBytesMax;
  return request;
}

void set_json(net::HttpRequest& request, const Json& body) {
  request.headers.push_back({"Content-Type", "application/json"});
  request.headers.push_back({"Accept", "application/x-ndjson, application/json"});
  request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> json_answer(const net::HttpResponse& response) {
  if (response.status >= 400) {
    return fail(code_of_status(response.status), error_message(response.body));
  }
  if (response.body.empty()) return Json::object();
  Json json = parse(response.body);
  if (json.is_discarded()) return fail(Code::kDataCorrupt, "the server's answer is no JSON");
  return json;
}

}  // namespace

Result<void> Client::ping() {
  LAR_TRY(impl_->perform(request_to(options_, "HEAD", "/")));
  return {};
}

Result<Json> Client::get(std::string_view path) {
  LAR_TRY(const auto response, impl_->perform(request_to(options_, "GET", path)));
  return json_answer(response);
}

Result<Json> Client::post(std::string_view path, const Json& body) {
  net::HttpRequest request = request_to(options_, "POST", path);
  set_json(request, body);
  LAR_TRY(const auto response, impl_->perform(request));
  return json_answer(response);
}

Result<void> Client::remove(std::string_view path, const Json& body) {
  net::HttpRequest request = request_to(options_, "DELETE", path);
  set_json(request, body);
  LAR_TRY(const auto response, impl_->perform(request));
  LAR_TRY(json_answer(response));
  return {};
}

Result<void> Client::stream(std::string_view path,
                            const Json& body,
                            const OnEvent& on_event,
                            std::stop_token stop) {
  net::HttpRequest request = request_to(options_, "POST", path);
  set_json(request, body);
  int status = 0;
  std::string refused;
  LineReader reader(on_event);
  net::HttpHandlers handlers;
  handlers.on_response = [&](const net::HttpResponse& response) -> Result<void> {
    status = response.status;
    return {};
  };
  handlers.on_body = [&](std::span<const std::byte> part) -> Result<void> {
    const std::string_view text(reinterpret_cast<const char*>(part.data()), part.size());
    if (status < 400) return reader.push(text);
    if (refused.size() < kLineBytesMax) refused += text;
    return {};
  };
  LAR_TRY(impl_->perform(request, handlers, std::move(stop)));
  if (status >= 400) {
    return fail(code_of_status(status), status_line(status) + ": " + error_message(refused));
  }
  return reader.finish();
}

Result<bool> Client::has_blob(std::string_view digest) {
  const std::string path = "/api/blobs/" + std::string(digest);
  LAR_TRY(const auto response, impl_->perform(request_to(options_, "HEAD", path)));
  if (response.status == 404) return false;
  if (response.status >= 400) {
    return fail(code_of_status(response.status), status_line(response.status));
  }
  return true;
}

Result<void> Client::upload_blob(std::string_view digest,
                                 const std::filesystem::path& file,
                                 const std::function<void(uint64_t, uint64_t)>& progress) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info{};
  if (fd < 0 || ::fstat(fd, &info) != 0) {
    if (fd >= 0) ::close(fd);
    return fail(Code::kNotFound, "open " + file.string() + ": " + std::strerror(errno));
  }
  FileBody body(fd, static_cast<uint64_t>(info.st_size), progress);
  net::HttpRequest request = request_to(options_, "POST", "/api/blobs/" + std::string(digest));
  request.headers.push_back({"Content-Type", "application/octet-stream"});
  request.body_source = &body;
  LAR_TRY(const auto response, impl_->perform(request));
  if (response.status >= 400) {
    return fail(code_of_status(response.status), error_message(response.body));
  }
  return {};
}

}  // namespace lar::client
