// The message of /v1/messages as it grows, and the events that tell of it. No socket: the same
// object is the answer of a request without a stream.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/anthropic/messages_request.h"
#include "server/inference/call_pieces.h"

namespace lar::server::anthropic {

// Its name is the type in its data.
using ServerEvent = Json;

class MessageBuilder {
 public:
  // `request` is borrowed.
  explicit MessageBuilder(const MessagesRequest& request);

  // Begins with the number of tokens that the prompt has.
  std::vector<ServerEvent> start(uint32_t prompt_tokens);
  std::vector<ServerEvent> push(const runtime::GenerateDelta& delta);
  std::vector<ServerEvent> finish(const runtime::GenerateDone& done,
                                  const std::vector<std::string>& warnings);

  const Json& message() const { return message_; }
  bool started() const { return started_; }

 private:
  void emit(Json event);
  void open_block(Json block);
  void close_block();
  // Appends to `field` of the last block, which is of `type`.
  void extend(const char* type, const char* field, const std::string& text);
  void call(const CallPiece& piece);
  Json usage(const runtime::GenerateDone& done) const;

  const MessagesRequest& request_;
  Json message_;
  std::vector<ServerEvent> events_;
  bool started_ = false;
  bool open_ = false;  // the last block is
  std::string input_;  // the JSON of the last block, a call
  CallPieces pieces_;
  bool called_ = false;
};

}  // namespace lar::server::anthropic
