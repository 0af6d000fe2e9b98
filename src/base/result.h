// Errors as values: Error, Result<T> and the LAR_TRY macro that propagates them.
// Nothing that a file, a prompt or the network can reach may abort; it returns a Result.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace lar {

// Few and general; the server maps each to one HTTP status in one table.
enum class Code {
  kInvalidArgument,    // the caller's input is wrong, whatever the state of the system
  kNotFound,           // the named thing does not exist
  kAlreadyExists,      // the named thing exists and must not
  kUnauthenticated,    // no valid credentials were given
  kPermissionDenied,   // the credentials or the operating system do not allow it
  kResourceExhausted,  // a named limit, memory or disk space is used up
  kUnavailable,        // try again later
  kCancelled,          // the caller asked to stop
  kDeadlineExceeded,   // it took longer than allowed
  kDataCorrupt,        // stored or received bytes are not what they claim to be
  kUnsupported,        // valid, but this build does not do it
  kContextExceeded,    // the input does not fit into the model's context
  kInternal,           // our own fault
};

// "invalid_argument" etc.: stable names for logs and responses.
std::string_view code_name(Code code);

struct Error {
  Code code = Code::kInternal;
  std::string message;

  // Puts "context: " in front of the message, on the way up.
  Error with_context(std::string_view context) &&;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

template <class T>
Result<T> with_context(Result<T> result, std::string_view context) {
  if (!result) return std::unexpected<Error>(std::move(result).error().with_context(context));
  return result;
}

}  // namespace lar

#define LAR_CONCAT_INNER(a, b) a##b
#define LAR_CONCAT(a, b) LAR_CONCAT_INNER(a, b)

// LAR_TRY(expr)               returns the error of a Result<void> (or drops the value)
// LAR_TRY(auto x, expr)       declares x from a Result<T>, or returns the error
#define LAR_TRY_1(expr)                                                        \
  do {                                                                         \
    if (auto lar_try_result = (expr); !lar_try_result) {                       \
      return std::unexpected<::lar::Error>(std::move(lar_try_result).error()); \
    }                                                                          \
  } while (false)
#define LAR_TRY_2_IMPL(tmp, decl, expr)                                   \
  auto tmp = (expr);                                                      \
  if (!tmp) return std::unexpected<::lar::Error>(std::move(tmp).error()); \
  decl = std::move(tmp).value()
#define LAR_TRY_2(decl, expr) LAR_TRY_2_IMPL(LAR_CONCAT(lar_try_, __COUNTER__), decl, expr)
#define LAR_TRY_SELECT(_1, _2, name, ...) name
#define LAR_TRY(...) LAR_TRY_SELECT(__VA_ARGS__, LAR_TRY_2, LAR_TRY_1, )(__VA_ARGS__)

// The same in a coroutine that returns a Result: LAR_CO_TRY(expr), LAR_CO_TRY(auto x, expr).
#define LAR_CO_TRY_1(expr)                                                        \
  do {                                                                            \
    if (auto lar_try_result = (expr); !lar_try_result) {                          \
      co_return std::unexpected<::lar::Error>(std::move(lar_try_result).error()); \
    }                                                                             \
  } while (false)
#define LAR_CO_TRY_2_IMPL(tmp, decl, expr)                                   \
  auto tmp = (expr);                                                         \
  if (!tmp) co_return std::unexpected<::lar::Error>(std::move(tmp).error()); \
  decl = std::move(tmp).value()
#define LAR_CO_TRY_2(decl, expr) LAR_CO_TRY_2_IMPL(LAR_CONCAT(lar_try_, __COUNTER__), decl, expr)
#define LAR_CO_TRY_SELECT(_1, _2, name, ...) name
#define LAR_CO_TRY(...) LAR_CO_TRY_SELECT(__VA_ARGS__, LAR_CO_TRY_2, LAR_CO_TRY_1, )(__VA_ARGS__)
