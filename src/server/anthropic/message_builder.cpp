#include "server/anthropic/message_builder.h"

#include <algorithm>
#include <utility>

#include "server/inference/answer.h"
#include "server/inference/random_id.h"

namespace lar::server::anthropic {

MessageBuilder::MessageBuilder(const MessagesRequest& request) : request_(request) {
  message_["id"] = random_id("msg_");
  message_["type"] = "message";
  message_["role"] = "assistant";
  message_["model"] = request.conversation.model;
  message_["content"] = Json::array();
  message_["stop_reason"] = nullptr;
  message_["stop_sequence"] = nullptr;
}

void MessageBuilder::emit(Json event) {
  events_.push_back(std::move(event));
}

// Ollama counts all of a prompt as input; Anthropic's clients that mark caches add up both parts.
Json MessageBuilder::usage(const runtime::GenerateDone& done) const {
  const uint32_t cached = request_.marks_caches ? done.cached_tokens : 0;
  return {{"input_tokens", done.prompt_tokens - cached},
          {"cache_creation_input_tokens", 0},
          {"cache_read_input_tokens", cached},
          {"output_tokens", done.generated_tokens}};
}

std::vector<ServerEvent> MessageBuilder::start(uint32_t prompt_tokens) {
  started_ = true;
  Json message = message_;
  message["usage"] = usage({.prompt_tokens = prompt_tokens});
  emit({{"type", "message_start"}, {"message", std::move(message)}});
  return std::exchange(events_, {});
}

void MessageBuilder::open_block(Json block) {
  close_block();
  open_ = true;
  emit({{"type", "content_block_start"},
        {"index", message_["content"].size()},
        {"content_block", block}});
  message_["content"].push_back(std::move(block));
}

void MessageBuilder::close_block() {
  if (!open_) return;
  open_ = false;
  Json& block = message_["content"].back();
  if (block["type"] == "tool_use") {
    auto input = store::parse_json(std::exchange(input_, {}), kRequestDepthMax);
    block["input"] = input ? std::move(*input) : Json::object();
  }
  emit({{"type", "content_block_stop"}, {"index", message_["content"].size() - 1}});
}

void MessageBuilder::extend(const char* type, const char* field, const std::string& text) {
  if (!open_ || message_["content"].back()["type"] != type) {
    open_block({{"type", type}, {field, ""}});
  }
  message_["content"].back()[field].get_ref<std::string&>() += text;
  emit({{"type", "content_block_delta"},
        {"index", message_["content"].size() - 1},
        {"delta", {{"type", std::string(type) + "_delta"}, {field, text}}}});
}

// Calls come one after the other: pieces of an earlier one do not follow the first of the next.
void MessageBuilder::call(const CallPiece& piece) {
  if (piece.first) {
    called_ = true;
    open_block({{"type", "tool_use"},
                {"id", random_id("toolu_")},
                {"name", piece.name},
                {"input", Json::object()}});
  }
  if (!open_ || message_["content"].back()["type"] != "tool_use") return;
  if (!piece.arguments.empty()) {
    input_ += piece.arguments;
    emit({{"type", "content_block_delta"},
          {"index", message_["content"].size() - 1},
          {"delta", {{"type", "input_json_delta"}, {"partial_json", piece.arguments}}}});
  }
  if (piece.done) close_block();
}

std::vector<ServerEvent> MessageBuilder::push(const runtime::GenerateDelta& delta) {
  if (!delta.thinking.empty()) extend("thinking", "thinking", delta.thinking);
  if (!delta.content.empty()) extend("text", "text", delta.content);
  for (const CallPiece& piece : pieces_.push(delta.tool_calls)) call(piece);
  return std::exchange(events_, {});
}

std::vector<ServerEvent> MessageBuilder::finish(const runtime::GenerateDone& done,
                                                const std::vector<std::string>& warnings) {
  close_block();
  const auto& stops = request_.stop_sequences;
  // Stop strings of the model itself are the end of a turn.
  const bool stopped = std::ranges::find(stops, done.stop) != stops.end() && !done.stop.empty();
  const char* reason = done.reason == runtime::DoneReason::kLength ? "max_tokens"
                       : called_                                   ? "tool_use"
                       : stopped                                   ? "stop_sequence"
                                                                   : "end_turn";
  message_["stop_reason"] = reason;
  if (stopped) message_["stop_sequence"] = done.stop;
  message_["usage"] = usage(done);
  if (!warnings.empty()) message_["warnings"] = warnings;
  Json last = {{"type", "message_delta"},
               {"delta", {{"stop_reason", reason}, {"stop_sequence", message_["stop_sequence"]}}},
               {"usage", message_["usage"]}};
  if (!warnings.empty()) last["warnings"] = warnings;
  emit(std::move(last));
  emit({{"type", "message_stop"}});
  return std::exchange(events_, {});
}

}  // namespace lar::server::anthropic
