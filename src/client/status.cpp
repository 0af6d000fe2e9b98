#include "client/status.h"

#include <algorithm>
#include <array>

namespace lar::client {
namespace {

struct Status {
  int number;
  std::string_view name;
  Code code;
};

constexpr std::array kStatuses = {
    Status{400, "Bad Request", Code::kInvalidArgument},
    Status{401, "Unauthorized", Code::kUnauthenticated},
    Status{403, "Forbidden", Code::kPermissionDenied},
    Status{404, "Not Found", Code::kNotFound},
    Status{405, "Method Not Allowed", Code::kInvalidArgument},
    Status{409, "Conflict", Code::kAlreadyExists},
    Status{413, "Request Entity Too Large", Code::kResourceExhausted},
    Status{415, "Unsupported Media Type", Code::kInvalidArgument},
    Status{429, "Too Many Requests", Code::kResourceExhausted},
    Status{500, "Internal Server Error", Code::kInternal},
    Status{501, "Not Implemented", Code::kUnsupported},
    Status{503, "Service Unavailable", Code::kResourceExhausted},
    Status{507, "Insufficient Storage", Code::kResourceExhausted},
};

const Status* find(int status) {
  const auto* found = std::ranges::find(kStatuses, status, &Status::number);
  return found == kStatuses.end() ? nullptr : found;
}

}  // namespace

Code code_of_status(int status) {
  const Status* known = find(status);
  if (known != nullptr) return known->code;
  return status >= 500 ? Code::kInternal : Code::kInvalidArgument;
}

std::string status_line(int status) {
  const Status* known = find(status);
  std::string line = std::to_string(status);
  return known == nullptr ? line : line + " " + std::string(known->name);
}

}  // namespace lar::client
