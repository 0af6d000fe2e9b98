#include "server/openai/response_builder.h"

#include <utility>

#include "server/inference/answer.h"
#include "server/inference/random_id.h"
#include "server/openai/wire.h"

namespace lar::server::openai {
namespace {

Json text_part(const std::string& text) {
  return {{"type", "output_text"},
          {"text", text},
          {"annotations", Json::array()},
          {"logprobs", Json::array()}};
}

Json summary_part(const std::string& text) {
  return {{"type", "summary_text"}, {"text", text}};
}

Json usage_of(const runtime::GenerateDone& done) {
  return {
      {"input_tokens", done.prompt_tokens},
      {"input_tokens_details", {{"cached_tokens", done.cached_tokens}, {"cache_write_tokens", 0}}},
      {"output_tokens", done.generated_tokens},
      {"output_tokens_details", {{"reasoning_tokens", done.reasoning_tokens}}},
      {"total_tokens", uint64_t{done.prompt_tokens} + done.generated_tokens}};
}

void append(Json& text, const std::string& more) {
  text.get_ref<std::string&>() += more;
}

}  // namespace

ResponseBuilder::ResponseBuilder(const std::string& model, const Json& echo) {
  response_["id"] = random_id("resp_", 32);
  response_["object"] = "response";
  response_["created_at"] = unix_seconds();
  response_["completed_at"] = nullptr;
  response_["status"] = "in_progress";
  response_["error"] = nullptr;
  response_["incomplete_details"] = nullptr;
  response_["model"] = model;
  response_["output"] = Json::array();
  response_["usage"] = nullptr;
  for (const auto& [name, value] : echo.items()) response_[name] = value;
}

std::vector<ServerEvent> ResponseBuilder::taken() {
  return std::exchange(events_, {});
}

void ResponseBuilder::emit(const char* type, Json data) {
  data["type"] = type;
  data["sequence_number"] = number_++;
  events_.push_back({type, std::move(data)});
}

void ResponseBuilder::emit_response(const char* type) {
  Json data;
  data["response"] = response_;
  emit(type, std::move(data));
}

std::vector<ServerEvent> ResponseBuilder::start() {
  emit_response("response.created");
  emit_response("response.in_progress");
  return taken();
}

size_t ResponseBuilder::open_item(Json item) {
  const size_t index = response_["output"].size();
  Json data;
  data["output_index"] = index;
  data["item"] = item;
  response_["output"].push_back(std::move(item));
  emit("response.output_item.added", std::move(data));
  return index;
}

void ResponseBuilder::think(const std::string& text) {
  if (open_ != Open::kReasoning) {
    close_text(true);
    open_item({{"id", random_id("rs_", 32)}, {"type", "reasoning"}, {"summary", Json::array()}});
    Json& item = response_["output"].back();
    item["summary"].push_back(summary_part({}));
    emit("response.reasoning_summary_part.added", {{"item_id", item["id"]},
                                                   {"output_index", response_["output"].size() - 1},
                                                   {"summary_index", 0},
                                                   {"part", summary_part({})}});
    open_ = Open::kReasoning;
  }
  Json& item = response_["output"].back();
  append(item["summary"][0]["text"], text);
  emit("response.reasoning_summary_text.delta", {{"item_id", item["id"]},
                                                 {"output_index", response_["output"].size() - 1},
                                                 {"summary_index", 0},
                                                 {"delta", text}});
}

void ResponseBuilder::write(const std::string& text,
                            const std::vector<runtime::TokenLogprobs>& logprobs) {
  if (open_ != Open::kMessage) {
    close_text(true);
    open_item({{"id", random_id("msg_", 32)},
               {"type", "message"},
               {"status", "in_progress"},
               {"role", "assistant"},
               {"content", Json::array()}});
    Json& item = response_["output"].back();
    item["content"].push_back(text_part({}));
    emit("response.content_part.added", {{"item_id", item["id"]},
                                         {"output_index", response_["output"].size() - 1},
                                         {"content_index", 0},
                                         {"part", text_part({})}});
    open_ = Open::kMessage;
  }
  if (text.empty() && logprobs.empty()) return;
  Json& item = response_["output"].back();
  Json& part = item["content"][0];
  append(part["text"], text);
  Json tokens = Json::array();
  for (const runtime::TokenLogprobs& token : logprobs) {
    tokens.push_back(logprob_json(token));
    part["logprobs"].push_back(tokens.back());
  }
  emit("response.output_text.delta", {{"item_id", item["id"]},
                                      {"output_index", response_["output"].size() - 1},
                                      {"content_index", 0},
                                      {"delta", text},
                                      {"logprobs", std::move(tokens)}});
}

void ResponseBuilder::call(const CallPiece& piece) {
  if (piece.first) {
    close_text(true);
    open_calls_[piece.index] = open_item({{"id", random_id("fc_", 32)},
                                          {"type", "function_call"},
                                          {"status", "in_progress"},
                                          {"call_id", piece.id},
                                          {"name", piece.name},
                                          {"arguments", ""}});
  }
  const auto found = open_calls_.find(piece.index);
  if (found == open_calls_.end()) return;  // a piece after the end of its call
  const size_t index = found->second;
  Json& item = response_["output"][index];
  if (!piece.arguments.empty()) {
    append(item["arguments"], piece.arguments);
    emit("response.function_call_arguments.delta",
         {{"item_id", item["id"]}, {"output_index", index}, {"delta", piece.arguments}});
  }
  if (!piece.done) return;
  close_call(index, true);
  open_calls_.erase(found);
}

void ResponseBuilder::close_text(bool complete) {
  if (open_ == Open::kNothing) return;
  const size_t index = response_["output"].size() - 1;
  Json& item = response_["output"].back();
  if (open_ == Open::kReasoning) {
    const Json text = item["summary"][0]["text"];
    item["encrypted_content"] = text;
    emit("response.reasoning_summary_text.done",
         {{"item_id", item["id"]}, {"output_index", index}, {"summary_index", 0}, {"text", text}});
    emit("response.reasoning_summary_part.done", {{"item_id", item["id"]},
                                                  {"output_index", index},
                                                  {"summary_index", 0},
                                                  {"part", item["summary"][0]}});
  } else {
    const Json& part = item["content"][0];
    item["status"] = complete ? "completed" : "incomplete";
    emit("response.output_text.done", {{"item_id", item["id"]},
                                       {"output_index", index},
                                       {"content_index", 0},
                                       {"text", part["text"]},
                                       {"logprobs", part["logprobs"]}});
    emit("response.content_part.done",
         {{"item_id", item["id"]}, {"output_index", index}, {"content_index", 0}, {"part", part}});
  }
  open_ = Open::kNothing;
  emit("response.output_item.done", {{"output_index", index}, {"item", item}});
}

void ResponseBuilder::close_call(size_t index, bool complete) {
  Json& item = response_["output"][index];
  item["status"] = complete ? "completed" : "incomplete";
  emit("response.function_call_arguments.done", {{"item_id", item["id"]},
                                                 {"output_index", index},
                                                 {"name", item["name"]},
                                                 {"arguments", item["arguments"]}});
  emit("response.output_item.done", {{"output_index", index}, {"item", item}});
}

std::vector<ServerEvent> ResponseBuilder::push(const runtime::GenerateDelta& delta) {
  if (!delta.thinking.empty()) think(delta.thinking);
  if (!delta.content.empty()) write(delta.content, delta.logprobs);
  for (const CallPiece& piece : pieces_.push(delta.tool_calls)) call(piece);
  return taken();
}

std::vector<ServerEvent> ResponseBuilder::finish(const runtime::GenerateDone& done,
                                                 const std::vector<std::string>& warnings) {
  const bool complete = done.reason != runtime::DoneReason::kLength;
  // An answer has a message, be it empty, unless it has calls.
  if (!pieces_.any() && open_ != Open::kMessage) write({}, {});
  close_text(complete);
  for (const auto& [number, index] : open_calls_) close_call(index, complete);
  open_calls_.clear();
  response_["status"] = complete ? "completed" : "incomplete";
  if (complete) {
    response_["completed_at"] = unix_seconds();
  } else {
    response_["incomplete_details"] = {{"reason", "max_output_tokens"}};
  }
  response_["usage"] = usage_of(done);
  if (!warnings.empty()) response_["warnings"] = warnings;
  emit_response(complete ? "response.completed" : "response.incomplete");
  return taken();
}

std::vector<ServerEvent> ResponseBuilder::fail(const HttpError& error) {
  response_["status"] = "failed";
  std::string_view code = error.status == 400 ? "invalid_prompt" : "server_error";
  if (!error.code.empty()) code = error.code;
  response_["error"] = {{"code", code}, {"message", error.message}};
  // OpenAI's document has the fields in the event, its servers have them in an object.
  Json event = response_["error"];
  event["param"] = nullptr;
  Json inner = event;
  inner["type"] = error.status == 400 ? "invalid_request_error" : "server_error";
  event["error"] = std::move(inner);
  emit("error", std::move(event));
  emit_response("response.failed");
  return taken();
}

}  // namespace lar::server::openai
