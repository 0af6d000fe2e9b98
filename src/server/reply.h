// The forms of answers that endpoints give.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/server/exchange.h"
#include "server/errors.h"
#include "server/route.h"

namespace lar::server {

inline constexpr std::string_view kJsonType = "application/json; charset=utf-8";
inline constexpr std::string_view kNdjsonType = "application/x-ndjson";
inline constexpr std::string_view kEventStreamType = "text/event-stream";
inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";

// Whole answers. What they return says only whether the client was there to get it, which most
// callers need not care about: after an error the coroutine's next wait ends it anyway.
net::awaitable<void> send_json(Call& call, int status, std::string json);
net::awaitable<void> send_text(Call& call, int status, std::string text);
net::awaitable<void> send_empty(Call& call, int status);

// In the shape of the route's dialect.
net::awaitable<void> send_error(Call& call, HttpError error);
net::awaitable<void> send_error(Call& call, const Error& error);

// A stream of JSON lines. The head goes out with the first line, so an error before it is an answer
// with a status of its own; after it, it is one more line.
class JsonLines {
 public:
  explicit JsonLines(Call& call) : call_(call) {}

  // `json` without a newline. Errors: cancelled, deadline_exceeded: nobody reads any more.
  net::awaitable<Result<void>> send(std::string_view json);
  net::awaitable<void> fail(HttpError error);
  // Without any line the answer is empty.
  net::awaitable<void> end();

  bool begun() const { return call_.http.begun(); }

 private:
  Call& call_;
};

// A stream of server-sent events, in the same way.
class EventStream {
 public:
  explicit EventStream(Call& call) : call_(call) {}

  // `event` may be empty; each line of `data` becomes a data line.
  net::awaitable<Result<void>> send(std::string_view event, std::string_view data);
  // Before the first event: an answer with that status. After it: one more event, named "error"
  // where the dialect names its events, with the error's JSON.
  net::awaitable<void> fail(HttpError error);
  net::awaitable<void> end();

  bool begun() const { return call_.http.begun(); }

 private:
  Call& call_;
};

}  // namespace lar::server
