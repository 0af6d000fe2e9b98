#include "base/result.h"

namespace lar {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return "invalid_argument";
    case Code::kNotFound: return "not_found";
    case Code::kAlreadyExists: return "already_exists";
    case Code::kUnauthenticated: return "unauthenticated";
    case Code::kPermissionDenied: return "permission_denied";
    case Code::kResourceExhausted: return "resource_exhausted";
    case Code::kUnavailable: return "unavailable";
    case Code::kCancelled: return "cancelled";
    case Code::kDeadlineExceeded: return "deadline_exceeded";
    case Code::kDataCorrupt: return "data_corrupt";
    case Code::kUnsupported: return "unsupported";
    case Code::kContextExceeded: return "context_length_exceeded";
    case Code::kInternal: return "internal";
  }
  return "internal";
}

Error Error::with_context(std::string_view context) && {
  std::string text;
  text.reserve(context.size() + 2 + message.size());
  text.append(context).append(": ").append(message);
  message = std::move(text);
  return std::move(*this);
}

}  // namespace lar
