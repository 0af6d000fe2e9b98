// The messages of /v1/messages.
#include <fmt/format.h>

#include <algorithm>

#include "server/anthropic/messages_request.h"

namespace lar::server::anthropic {
namespace {

using runtime::ChatMessage;

std::unexpected<Error> wrong(std::string text) {
  return fail(Code::kInvalidArgument, std::move(text));
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

class TurnReader {
 public:
  Result<void> read(const Json& turn) {
    if (!turn.is_object()) return wrong("messages must be objects");
    ChatMessage message{.role = text_of(turn, "role")};
    const auto content = turn.find("content");
    if (content == turn.end() || content->is_null()) return wrong("messages must have a content");
    if (content->is_string()) {
      message.content = content->get<std::string>();
      parsed.messages.push_back(std::move(message));
      return {};
    }
    if (!content->is_array()) return wrong("content must be a string or an array of blocks");
    bool results = false;
    for (const Json& block : *content) {
      if (!block.is_object()) return wrong("content blocks must be objects");
      results = results || text_of(block, "type") == "tool_result";
      LAR_TRY(read_block(block, message));
    }
    const bool empty =
        message.content.empty() && message.thinking.empty() && message.tool_calls.empty();
    if (!empty || !results) parsed.messages.push_back(std::move(message));
    return {};
  }

  ParsedTurns parsed;

 private:
  Result<void> read_block(const Json& block, ChatMessage& message) {
    const std::string type = text_of(block, "type");
    if (type == "text") {
      message.content += text_of(block, "text");
    } else if (type == "thinking") {
      message.thinking += text_of(block, "thinking");
    } else if (type == "tool_use") {
      return read_call(block, message);
    } else if (type == "tool_result") {
      return read_result(block);
    } else if (type == "image") {
      return read_image(block);
    } else if (type == "document") {
      return read_document(block, message);
    } else if (type != "redacted_thinking") {
      parsed.warnings.push_back(
          fmt::format("content blocks of type \"{}\" were left out", type.substr(0, 64)));
    }
    return {};
  }

  Result<void> read_image(const Json& block) {
    const auto source = block.find("source");
    if (source == block.end() || !source->is_object() || text_of(*source, "type") != "base64") {
      return wrong("only images with a base64 source are supported");
    }
    parsed.images = true;
    return {};
  }

  // A text document is text.
  Result<void> read_document(const Json& block, ChatMessage& message) {
    const auto source = block.find("source");
    if (source == block.end() || !source->is_object() || text_of(*source, "type") != "text") {
      return wrong("only documents with a text source are supported");
    }
    message.content += text_of(*source, "data");
    return {};
  }

  Result<void> read_call(const Json& block, ChatMessage& message) {
    runtime::CalledTool call{
        .id = text_of(block, "id"), .name = text_of(block, "name"), .arguments = "{}"};
    if (call.id.empty()) return wrong("tool_use block missing required 'id' field");
    if (call.name.empty()) return wrong("tool_use block missing required 'name' field");
    const auto input = block.find("input");
    if (input != block.end() && !input->is_null()) {
      if (!input->is_object()) return wrong("the input of a tool_use block must be an object");
      call.arguments = input->dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    message.tool_calls.push_back(std::move(call));
    return {};
  }

  Result<void> read_result(const Json& block) {
    ChatMessage result{.role = "tool", .tool_call_id = text_of(block, "tool_use_id")};
    const auto content = block.find("content");
    if (content != block.end() && content->is_string()) {
      result.content = content->get<std::string>();
    } else if (content != block.end() && content->is_array()) {
      for (const Json& part : *content) {
        if (!part.is_object()) return wrong("content blocks must be objects");
        if (text_of(part, "type") == "image") {
          LAR_TRY(read_image(part));
        } else {
          result.content += text_of(part, "text");
        }
      }
    }
    result.tool_name = name_of_call(result.tool_call_id);
    parsed.messages.push_back(std::move(result));
    return {};
  }

  std::string name_of_call(const std::string& id) const {
    const auto& messages = parsed.messages;
    for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
      for (const runtime::CalledTool& call : message->tool_calls) {
        if (call.id == id) return call.name;
      }
    }
    return {};
  }
};

}  // namespace

Result<ParsedTurns> parse_turns(const Json& list) {
  TurnReader reader;
  for (const Json& turn : list) LAR_TRY(reader.read(turn));
  return std::move(reader.parsed);
}

}  // namespace lar::server::anthropic
