// Errors as clients get them: a status and one sentence, in the shape of the route's dialect.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/http_header.h"
#include "server/route.h"

namespace lar::server {

// With a constructor, since gcc 12 destroys temporary aggregates twice in co_await expressions.
struct HttpError {
  HttpError(int with_status,
            std::string with_message,
            std::vector<net::HttpHeader> with_headers = {})
      : status(with_status), message(std::move(with_message)), headers(std::move(with_headers)) {}

  int status;
  std::string message;
  std::vector<net::HttpHeader> headers;  // Retry-After
  std::string_view code = {};            // what programs tell it by, where the dialect has that
};

// The one table from codes to statuses.
int status_of(Code code);

// The status by the code, the message as it is.
HttpError http_error(const Error& error);

// The body of an error: {"error": ...} and its like; compact JSON without a newline.
std::string error_json(Dialect dialect, const HttpError& error);

}  // namespace lar::server
