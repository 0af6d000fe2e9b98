#include "server/openai/chat_chunks.h"

#include "server/openai/wire.h"

namespace lar::server::openai {
namespace {

Json piece_json(const CallPiece& piece) {
  Json json;
  json["index"] = piece.index;
  if (piece.first) {
    json["id"] = piece.id;
    json["type"] = "function";
    json["function"]["name"] = piece.name;
  }
  json["function"]["arguments"] = piece.arguments;
  return json;
}

}  // namespace

Json ChoiceChunks::entry(Json delta) {
  if (!started_) delta["role"] = "assistant";
  started_ = true;
  Json json;
  json["index"] = index_;
  json["delta"] = std::move(delta);
  json["finish_reason"] = nullptr;
  return json;
}

std::vector<Json> ChoiceChunks::push(const runtime::GenerateDelta& delta) {
  std::vector<Json> entries;
  if (!delta.thinking.empty()) {
    entries.push_back(entry({{"content", ""}, {"reasoning", delta.thinking}}));
  }
  if (!delta.content.empty()) entries.push_back(entry({{"content", delta.content}}));
  const auto pieces = calls_.push(delta.tool_calls);
  if (!pieces.empty()) {
    Json changes = Json::object();
    if (pieces.front().first) changes["content"] = "";
    for (const CallPiece& piece : pieces) changes["tool_calls"].push_back(piece_json(piece));
    entries.push_back(entry(std::move(changes)));
  }
  if (!delta.logprobs.empty()) {
    if (entries.empty()) entries.push_back(entry({{"content", ""}}));
    entries.back()["logprobs"] = logprobs_json(delta.logprobs);
  }
  return entries;
}

std::vector<Json> ChoiceChunks::finish(const runtime::GenerateDone& done) {
  std::vector<Json> entries;
  if (!started_) entries.push_back(entry({{"content", ""}}));
  entries.push_back(entry(Json::object()));
  entries.back()["finish_reason"] = finish_reason(done, calls_.any());
  return entries;
}

}  // namespace lar::server::openai
