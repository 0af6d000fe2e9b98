// One request on one curl handle: its options and what curl calls back. Internal to the client.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "net/http_client.h"
#include "net/url.h"

namespace lar::net {

class HttpTransfer {
 public:
  using Clock = std::chrono::steady_clock;

  // All borrowed until the end of the transfer.
  HttpTransfer(CURL* easy, const HttpRequest& request, const HttpHandlers& handlers);
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  // Sets every option of the handle, which must be freshly reset.
  Result<void> set_up(const HttpClientConfig& config);

  // The error of a deadline that has passed, or how long until the next may.
  Result<std::chrono::milliseconds> check_deadlines(Clock::time_point now) const;

  // What came of it, once curl is done with code `code`.
  Result<HttpResponse> finish(CURLcode code);

 private:
  Result<void> set_headers(const HttpClientConfig& config);
  void set_body();
  void set_callbacks();
  Result<void> set_route(const HttpClientConfig& config, const Url& url);
  Result<void> take_header(std::string_view line);
  Result<void> take_body(std::span<const std::byte> part);
  Result<void> announce_response();
  bool keep(Result<void> result);  // remembers an error; whether to go on
  std::unexpected<Error> curl_error(CURLcode code) const;

  static size_t on_header(char* data, size_t size, size_t count, void* self);
  static size_t on_body(char* data, size_t size, size_t count, void* self);
  static size_t on_read(char* data, size_t size, size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);
  static int on_connected(void* self, char* remote, char* local, int remote_port, int local_port);
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  CURL* easy_;
  const HttpRequest& request_;
  const HttpHandlers& handlers_;
  std::unique_ptr<curl_slist, FreeList> header_list_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  bool proxied_ = false;

  HttpResponse response_;
  size_t header_bytes_ = 0;
  bool headers_complete_ = false;
  bool announced_ = false;
  std::optional<Error> error_;

  const Clock::time_point begin_ = Clock::now();
  Clock::time_point progress_ = begin_;
  bool connected_ = false;
};

}  // namespace lar::net
