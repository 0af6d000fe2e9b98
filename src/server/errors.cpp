#include "server/errors.h"

#include <array>
#include <nlohmann/json.hpp>
#include <random>

#include "store/json.h"

namespace lar::server {
namespace {

std::string request_id() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::random_device random;
  std::string id = "req_";
  for (int i = 0; i < 3; ++i) {
    const unsigned bits = random();
    for (unsigned shift = 0; shift < 32; shift += 4) id += kHex[bits >> shift & 15U];
  }
  return id;
}

std::string_view openai_type(int status) {
  switch (status) {
    case 400: return "invalid_request_error";
    case 404: return "not_found_error";
    default: return "api_error";
  }
}

std::string_view anthropic_type(int status) {
  switch (status) {
    case 400: return "invalid_request_error";
    case 401: return "authentication_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 503:
    case 529: return "overloaded_error";
    default: return "api_error";
  }
}

}  // namespace

int status_of(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return 400;
    case Code::kNotFound: return 404;
    case Code::kAlreadyExists: return 409;
    case Code::kUnauthenticated: return 401;
    case Code::kPermissionDenied: return 403;
    case Code::kResourceExhausted: return 507;
    case Code::kUnavailable: return 503;
    case Code::kCancelled: return 499;
    case Code::kDeadlineExceeded: return 504;
    case Code::kDataCorrupt: return 500;
    case Code::kUnsupported: return 400;
    case Code::kContextExceeded: return 400;
    case Code::kInternal: return 500;
  }
  return 500;
}

HttpError http_error(const Error& error) {
  HttpError http{status_of(error.code), error.message, {}};
  if (error.code == Code::kContextExceeded) http.code = code_name(error.code);
  return http;
}

std::string error_json(Dialect dialect, const HttpError& error) {
  nlohmann::ordered_json body;
  switch (dialect) {
    case Dialect::kOllama:
      body["error"] = error.message;
      if (!error.code.empty()) body["code"] = error.code;
      break;
    case Dialect::kOpenAi:
      body["error"] = {{"message", error.message},
                       {"type", openai_type(error.status)},
                       {"param", nullptr},
                       {"code", nullptr}};
      if (!error.code.empty()) body["error"]["code"] = error.code;
      break;
    case Dialect::kAnthropic:
      body["type"] = "error";
      body["error"] = {{"type", anthropic_type(error.status)}, {"message", error.message}};
      body["request_id"] = request_id();
      break;
  }
  return store::go_json(body);
}

}  // namespace lar::server
