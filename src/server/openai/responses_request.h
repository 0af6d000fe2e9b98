// The body of POST /v1/responses. Nothing is stored here, so a request brings its whole
// conversation.
#pragma once

#include "server/inference/conversation.h"

namespace lar::server::openai {

struct ResponsesRequest {
  Conversation conversation;
  bool stream = false;
  Json echo;  // the fields of an answer that repeat what was asked for
};

// Errors: invalid_argument.
Result<ResponsesRequest> parse_responses_request(const Json& body);

// `input`: a text, or items (messages, calls, their results, thoughts). Sets `images` where there
// are pictures. Errors: invalid_argument.
Result<std::vector<runtime::ChatMessage>> parse_response_items(const Json* input, bool& images);

}  // namespace lar::server::openai
