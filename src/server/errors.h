// Errors as clients get them: a status and one sentence, in the shape of the route's dialect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http_header.h"
#include "server/route.h"

namespace lar::server {

struct HttpError {
  int status = 500;
  std::string message;
  std::vector<net::HttpHeader> headers;  // Retry-After
};

// The one table from codes to statuses.
int status_of(Code code);

// The status by the code, the message as it is.
HttpError http_error(const Error& error);

// The body of an error: {"error": ...} and its like; compact JSON without a newline.
std::string error_json(Dialect dialect, const HttpError& error);

}  // namespace lar::server
