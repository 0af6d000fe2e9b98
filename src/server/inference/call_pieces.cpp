#include "server/inference/call_pieces.h"

#include <algorithm>

#include "server/inference/answer.h"

namespace lar::server {

std::string JsonCompactor::push(std::string_view piece) {
  std::string compact;
  for (const char c : piece) {
    if (in_string_) {
      if (c == '"' && !escaped_) in_string_ = false;
      escaped_ = c == '\\' && !escaped_;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      continue;
    } else if (c == '"') {
      in_string_ = true;
    }
    compact += c;
  }
  return compact;
}

std::vector<CallPiece> CallPieces::push(const std::vector<runtime::ToolCallDelta>& deltas) {
  std::vector<CallPiece> pieces;
  for (const runtime::ToolCallDelta& delta : deltas) {
    const auto [open, is_new] = open_.try_emplace(delta.index);
    Call& call = open->second;
    if (is_new) call.id = delta.id.empty() ? new_call_id() : delta.id;
    auto piece = std::ranges::find(pieces, delta.index, &CallPiece::index);
    if (piece == pieces.end()) {
      pieces.push_back({.index = delta.index, .first = is_new, .id = call.id});
      piece = pieces.end() - 1;
    }
    piece->name += delta.name;
    piece->arguments += call.compactor.push(delta.arguments);
    call.has_arguments = call.has_arguments || !delta.arguments.empty();
    if (!delta.done) continue;
    piece->done = true;
    if (!call.has_arguments) piece->arguments = "{}";
    call.has_arguments = true;
  }
  return pieces;
}

}  // namespace lar::server
