// The response object of /v1/responses as it grows, and the events that tell of it. No socket: the
// same object is the answer of a request without a stream.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/errors.h"
#include "server/inference/call_pieces.h"
#include "server/json_request.h"

namespace lar::server::openai {

struct ServerEvent {
  std::string type;
  Json data;  // with the type and its number, which count up from 0 without a gap
};

class ResponseBuilder {
 public:
  // `echo` has the fields that repeat the request.
  ResponseBuilder(const std::string& model, const Json& echo);

  std::vector<ServerEvent> start();
  std::vector<ServerEvent> push(const runtime::GenerateDelta& delta);
  // A response whose tokens did not suffice is incomplete.
  std::vector<ServerEvent> finish(const runtime::GenerateDone& done,
                                  const std::vector<std::string>& warnings);
  std::vector<ServerEvent> fail(const HttpError& error);

  const Json& response() const { return response_; }

 private:
  enum class Open : uint8_t { kNothing, kReasoning, kMessage };

  void emit(const char* type, Json data);
  void emit_response(const char* type);
  size_t open_item(Json item);
  void think(const std::string& text);
  void write(const std::string& text, const std::vector<runtime::TokenLogprobs>& logprobs);
  void call(const CallPiece& piece);
  void close_text(bool complete);
  void close_call(size_t index, bool complete);
  std::vector<ServerEvent> taken();

  Json response_;
  std::vector<ServerEvent> events_;
  uint64_t number_ = 0;
  Open open_ = Open::kNothing;  // the last item, if it is one of these
  CallPieces pieces_;
  std::map<uint32_t, size_t> open_calls_;  // number of the call -> its item
};

}  // namespace lar::server::openai
