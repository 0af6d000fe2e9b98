// The ids of tool calls that are passed on piece by piece.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/inference.h"

namespace lar::server {

// A piece as a client gets it.
struct CallPiece {
  uint32_t index = 0;
  bool first = false;
  std::string id;         // of the call
  std::string name;       // of the first piece
  std::string arguments;  // what is new of the text
  bool done = false;
};

// Takes the white space between the tokens of JSON out of text that comes in pieces.
class JsonCompactor {
 public:
  std::string push(std::string_view piece);

 private:
  bool in_string_ = false;
  bool escaped_ = false;
};

// Joins pieces of the same call that came together, gives each call an id, and sees to it that the
// arguments of a finished call are compact JSON. One for each answer.
class CallPieces {
 public:
  std::vector<CallPiece> push(const std::vector<runtime::ToolCallDelta>& deltas);

  bool any() const { return !open_.empty(); }

 private:
  struct Call {
    std::string id;
    bool has_arguments = false;
    JsonCompactor compactor;
  };
  std::map<uint32_t, Call> open_;
};

}  // namespace lar::server
