// The chunks of a streamed answer of /v1/chat/completions, without a socket.
#pragma once

#include <vector>

#include "server/inference/call_pieces.h"
#include "server/json_request.h"

namespace lar::server::openai {

// One choice of the answer: entries for the `choices` of chunks, each of which is a chunk.
class ChoiceChunks {
 public:
  explicit ChoiceChunks(uint32_t index) : index_(index) {}

  // Thought, text and tool calls come apart, in this order; the first entry has the role.
  std::vector<Json> push(const runtime::GenerateDelta& delta);
  // The entry with the reason of the end, after one with the role if there was none.
  std::vector<Json> finish(const runtime::GenerateDone& done);

 private:
  Json entry(Json delta);

  uint32_t index_;
  bool started_ = false;
  CallPieces calls_;
};

}  // namespace lar::server::openai
