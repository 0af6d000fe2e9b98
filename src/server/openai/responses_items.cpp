// The input of /v1/responses as messages.
#include <fmt/format.h>

#include "server/openai/fields.h"
#include "server/openai/responses_request.h"

namespace lar::server::openai {
namespace {

using runtime::ChatMessage;

std::unexpected<Error> wrong(std::string text) {
  return fail(Code::kInvalidArgument, std::move(text));
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_text_part(const std::string& type) {
  return type == "input_text" || type == "output_text" || type == "text" ||
         type == "summary_text" || type == "reasoning_text";
}

// A text, or parts whose texts are joined as they are.
Result<std::string> parse_content(const Json& item, const char* name, bool& images) {
  const auto content = item.find(name);
  if (content == item.end() || content->is_null()) return std::string();
  if (content->is_string()) return content->get<std::string>();
  if (!content->is_array()) return wrong(fmt::format("{} must be a string or an array", name));
  std::string text;
  for (const Json& part : *content) {
    if (!part.is_object()) return wrong("content parts must be objects");
    const std::string type = text_of(part, "type");
    if (is_text_part(type)) {
      text += text_of(part, "text");
    } else if (type == "refusal") {
      text += text_of(part, "refusal");
    } else if (type == "input_image") {
      images = true;
    } else {
      return wrong(
          fmt::format("content parts of type \"{}\" are not supported", type.substr(0, 64)));
    }
  }
  return text;
}

// Puts one item after another into messages: what the model said and called in one turn is one.
class ItemReader {
 public:
  explicit ItemReader(bool& images) : images_(images) {}

  Result<void> read(const Json& item) {
    if (!item.is_object()) return wrong("input items must be objects");
    const std::string type = text_of(item, "type");
    if (type == "message" || (type.empty() && item.contains("role"))) return read_message(item);
    if (type == "function_call") return read_call(item);
    if (type == "function_call_output") return read_result(item);
    if (type == "reasoning") return read_thought(item);
    if (type == "web_search_call") return {};
    return wrong(fmt::format("unknown input item type: \"{}\"", type.substr(0, 64)));
  }

  std::vector<ChatMessage> messages;

 private:
  Result<void> read_message(const Json& item) {
    ChatMessage message{.role = text_of(item, "role")};
    LAR_TRY(message.content, parse_content(item, "content", images_));
    if (message.role == "assistant") message.thinking = std::exchange(thought_, {});
    messages.push_back(std::move(message));
    return {};
  }

  Result<void> read_call(const Json& item) {
    if (messages.empty() || messages.back().role != "assistant" || !thought_.empty()) {
      messages.push_back({.role = "assistant", .thinking = std::exchange(thought_, {})});
    }
    runtime::CalledTool call{.id = text_of(item, "call_id"),
                             .name = text_of(item, "name"),
                             .arguments = text_of(item, "arguments")};
    if (call.arguments.empty()) call.arguments = "{}";
    const auto object = store::parse_json(call.arguments, kRequestDepthMax);
    if (!object || !object->is_object()) return wrong("invalid function call arguments");
    messages.back().tool_calls.push_back(std::move(call));
    return {};
  }

  Result<void> read_result(const Json& item) {
    ChatMessage message{.role = "tool", .tool_call_id = text_of(item, "call_id")};
    LAR_TRY(message.content, parse_content(item, "output", images_));
    message.tool_name = name_of_call(message.tool_call_id);
    messages.push_back(std::move(message));
    return {};
  }

  // The content that was given out as encrypted is the thought itself.
  Result<void> read_thought(const Json& item) {
    std::string thought = text_of(item, "encrypted_content");
    bool images = false;
    if (thought.empty()) {
      LAR_TRY(thought, parse_content(item, "content", images));
    }
    if (thought.empty()) {
      LAR_TRY(thought, parse_content(item, "summary", images));
    }
    thought_ += thought;
    return {};
  }

  std::string name_of_call(const std::string& id) const {
    for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
      for (const runtime::CalledTool& call : message->tool_calls) {
        if (call.id == id) return call.name;
      }
    }
    return {};
  }

  bool& images_;
  std::string thought_;  // of the assistant's next message
};

}  // namespace

Result<std::vector<ChatMessage>> parse_response_items(const Json* input, bool& images) {
  if (input == nullptr) return wrong("input is required");
  if (input->is_string()) {
    return std::vector<ChatMessage>{{.role = "user", .content = input->get<std::string>()}};
  }
  if (!input->is_array()) return wrong("input must be a string or array");
  ItemReader reader(images);
  for (const Json& item : *input) LAR_TRY(reader.read(item));
  return std::move(reader.messages);
}

}  // namespace lar::server::openai
