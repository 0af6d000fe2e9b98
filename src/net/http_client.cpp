#include "net/http_client.h"

#include <curl/curl.h>
#include <signal.h>

#include <mutex>

#include "net/http_transfer.h"

namespace lar::net {
namespace {

constexpr size_t kIdleMax = 32;

// A curl handle and the loop that drives it, which owns the connections that are kept.
struct Line {
  CURL* easy = curl_easy_init();
  CURLM* multi = curl_multi_init();

  Line() = default;
  ~Line() {
    curl_easy_reset(easy);  // what its options point to is gone
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
};

// TLS libraries write to sockets without asking for silence: SIGPIPE is held back in this thread.
class PipeSignalBlock {
 public:
  PipeSignalBlock() {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~PipeSignalBlock() {
    if (!was_pending_) {
      constexpr timespec kNow{0, 0};
      sigtimedwait(&pipe_, nullptr, &kNow);
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  PipeSignalBlock(const PipeSignalBlock&) = delete;
  PipeSignalBlock& operator=(const PipeSignalBlock&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

// Drives the transfer to its end. The code is curl's; an error is ours: a deadline or a stop.
Result<CURLcode> drive(CURLM* multi, const HttpTransfer& transfer, const std::stop_token& stop) {
  const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
  while (true) {
    if (stop.stop_requested()) return fail(Code::kCancelled, "cancelled");
    int running = 0;
    if (curl_multi_perform(multi, &running) != CURLM_OK) {
      return fail(Code::kInternal, "the HTTP client failed");
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    LAR_TRY(const auto wait, transfer.check_deadlines(HttpTransfer::Clock::now()));
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
  }
}

}  // namespace

struct HttpClient::Pool {
  std::mutex mutex;
  std::vector<std::unique_ptr<Line>> idle;

  std::unique_ptr<Line> take() {
    const std::scoped_lock lock(mutex);
    if (idle.empty()) return std::make_unique<Line>();
    auto line = std::move(idle.back());
    idle.pop_back();
    return line;
  }
  void give_back(std::unique_ptr<Line> line) {
    curl_easy_reset(line->easy);
    const std::scoped_lock lock(mutex);
    if (idle.size() < kIdleMax) idle.push_back(std::move(line));
  }
};

HttpClient::HttpClient(HttpClientConfig config)
    : config_(std::move(config)), pool_(std::make_unique<Pool>()) {}

Result<std::unique_ptr<HttpClient>> HttpClient::create(HttpClientConfig config) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(Code::kInternal, "the HTTP library does not start");
  }
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(config)));
}

HttpClient::~HttpClient() {
  pool_.reset();
  curl_global_cleanup();
}

Result<HttpResponse> HttpClient::perform(const HttpRequest& request,
                                         const HttpHandlers& handlers,
                                         std::stop_token stop) {
  const PipeSignalBlock block;
  auto line = pool_->take();
  if (line->easy == nullptr || line->multi == nullptr) {
    return fail(Code::kResourceExhausted, "out of memory");
  }
  HttpTransfer transfer(line->easy, request, handlers);
  LAR_TRY(transfer.set_up(config_));
  if (curl_multi_add_handle(line->multi, line->easy) != CURLM_OK) {
    return fail(Code::kInternal, "the HTTP client failed");
  }
  const auto code = drive(line->multi, transfer, stop);
  curl_multi_remove_handle(line->multi, line->easy);
  if (!code) return std::unexpected(code.error());  // the line may be in the middle of anything
  auto response = transfer.finish(*code);
  pool_->give_back(std::move(line));
  return response;
}

}  // namespace lar::net
