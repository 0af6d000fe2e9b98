// What comes out of a stream of events, put together for those who do not pass it on piece by
// piece, and tool calls for everybody.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/server/exchange.h"
#include "runtime/inference.h"
#include "scheduler/service.h"
#include "server/errors.h"

namespace lar::server {

// A finished call with its place among the calls of the answer.
struct FinishedCall {
  uint32_t index = 0;
  runtime::CalledTool call;  // with an id; arguments are a JSON object
};

// Joins the pieces of tool calls. One for each answer.
class ToolCallAssembler {
 public:
  // The calls that these pieces complete.
  std::vector<FinishedCall> push(const std::vector<runtime::ToolCallDelta>& pieces);

 private:
  std::map<uint32_t, runtime::CalledTool> open_;
};

// "call_" and eight letters or digits.
std::string new_call_id();

struct Answer {
  std::string rendered;  // of a request that only renders
  std::string content;
  std::string thinking;
  std::vector<FinishedCall> calls;
  std::vector<runtime::TokenLogprobs> logprobs;
  runtime::GenerateDone done;
};

// Reads a generation to its end. Errors: the stream's.
net::awaitable<Result<Answer>> collect(scheduler::Stream& stream);

// The one event of a request without generation.
template <class T>
net::awaitable<Result<T>> single_result(scheduler::Stream& stream) {
  runtime::Event event = co_await stream.next();
  if (auto* value = std::get_if<T>(&event)) co_return std::move(*value);
  if (auto* error = std::get_if<Error>(&event)) co_return std::unexpected(std::move(*error));
  co_return fail(Code::kInternal, "the runner gave another answer than was asked for");
}

// The answer to a request that the service refused or broke off, with Retry-After where it knows.
HttpError service_error(const scheduler::Stream& stream, const Error& error);

}  // namespace lar::server
