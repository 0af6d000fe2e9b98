#include "server/reply.h"

namespace lar::server {
namespace {

net::Response response_of(int status, std::string_view type, std::string body) {
  net::Response response;
  response.status = status;
  response.content_type = type;
  response.body = std::move(body);
  return response;
}

net::awaitable<Result<void>> begin_stream(Call& call, std::string_view type) {
  if (call.http.begun()) co_return Result<void>{};
  net::Response head = response_of(200, type, {});
  // Proxies must not hold a stream back.
  head.headers.push_back({"Cache-Control", "no-cache"});
  head.headers.push_back({"X-Accel-Buffering", "no"});
  co_return co_await call.http.begin(std::move(head));
}

}  // namespace

net::awaitable<void> send_json(Call& call, int status, std::string json) {
  co_await call.http.respond(response_of(status, kJsonType, std::move(json)));
}

net::awaitable<void> send_text(Call& call, int status, std::string text) {
  co_await call.http.respond(response_of(status, kTextType, std::move(text)));
}

net::awaitable<void> send_empty(Call& call, int status) {
  co_await call.http.respond(response_of(status, {}, {}));
}

net::awaitable<void> send_error(Call& call, HttpError error) {
  net::Response response =
      response_of(error.status, kJsonType, error_json(call.route.dialect, error));
  response.headers = std::move(error.headers);
  co_await call.http.respond(std::move(response));
}

net::awaitable<void> send_error(Call& call, const Error& error) {
  co_await send_error(call, http_error(error));
}

net::awaitable<Result<void>> JsonLines::send(std::string_view json) {
  LAR_CO_TRY(co_await begin_stream(call_, kNdjsonType));
  std::string line(json);
  line += '\n';
  co_return co_await call_.http.write(line);
}

net::awaitable<void> JsonLines::fail(HttpError error) {
  if (!begun()) {
    co_await send_error(call_, std::move(error));
    co_return;
  }
  co_await send(error_json(call_.route.dialect, error));
  co_await end();
}

net::awaitable<void> JsonLines::end() {
  const Result<void> begun = co_await begin_stream(call_, kNdjsonType);
  if (!begun) co_return;
  const Result<void> ended = co_await call_.http.end();
  if (!ended) co_return;  // gcc 12 wants the value named
}

net::awaitable<Result<void>> EventStream::send(std::string_view event, std::string_view data) {
  LAR_CO_TRY(co_await begin_stream(call_, kEventStreamType));
  std::string text;
  if (!event.empty()) text.append("event: ").append(event).append("\n");
  for (;;) {
    const auto newline = data.find('\n');
    text.append("data: ").append(data.substr(0, newline)).append("\n");
    if (newline == std::string_view::npos) break;
    data.remove_prefix(newline + 1);
  }
  text += '\n';
  co_return co_await call_.http.write(text);
}

net::awaitable<void> EventStream::fail(HttpError error) {
  if (!begun()) {
    co_await send_error(call_, std::move(error));
    co_return;
  }
  const bool named = call_.route.dialect == Dialect::kAnthropic;
  co_await send(named ? "error" : "", error_json(call_.route.dialect, error));
  co_await end();
}

net::awaitable<void> EventStream::end() {
  const Result<void> begun = co_await begin_stream(call_, kEventStreamType);
  if (!begun) co_return;
  const Result<void> ended = co_await call_.http.end();
  if (!ended) co_return;  // gcc 12 wants the value named
}

}  // namespace lar::server
