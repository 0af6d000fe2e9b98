// The messages of /v1/chat/completions.
#include <fmt/format.h>
#include <algorithm>

#include "server/openai/chat_request.h"
#include "server/openai/fields.h"

namespace lar::server::openai {
namespace {

std::unexpected<Error> wrong(std::string text) {
  return fail(Code::kInvalidArgument, std::move(text));
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// {"url": "..."} or the text itself. Only data is taken: nothing is fetched for a client.
Result<void> check_image(const Json& part) {
  const auto image = part.find("image_url");
  if (image == part.end()) return wrong("invalid message format");
  const std::string url = image->is_string()   ? image->get<std::string>()
                          : image->is_object() ? text_of(*image, "url")
                                               : std::string();
  if (url.starts_with("http://") || url.starts_with("https://")) {
    return wrong("image URLs are not currently supported, please use base64 encoded data instead");
  }
  if (!url.starts_with("data:")) return wrong("invalid image input");
  return {};
}

Result<std::string> parse_parts(const Json& parts, bool& images) {
  std::string text;
  bool first = true;
  for (const Json& part : parts) {
    if (!part.is_object()) return wrong("invalid message format");
    const std::string type = text_of(part, "type");
    if (type == "text" || type == "refusal") {
      const auto content = part.find(type);
      if (content == part.end() || !content->is_string()) return wrong("invalid message format");
      if (!first) text += "\n\n";
      text += content->get_ref<const std::string&>();
      first = false;
    } else if (type == "image_url") {
      LAR_TRY(check_image(part));
      images = true;
    } else if (type == "input_audio") {
      images = true;
    } else {
      return wrong(
          fmt::format("content parts of type \"{}\" are not supported", type.substr(0, 64)));
    }
  }
  return text;
}

Result<runtime::CalledTool> parse_call(const Json& call) {
  const auto function = call.is_object() ? call.find("function") : call.end();
  if (!call.is_object() || function == call.end() || !function->is_object()) {
    return wrong("invalid tool call");
  }
  runtime::CalledTool parsed{
      .id = text_of(call, "id"), .name = text_of(*function, "name"), .arguments = "{}"};
  const auto arguments = function->find("arguments");
  if (arguments == function->end() || arguments->is_null() || *arguments == "") return parsed;
  if (!arguments->is_string()) return wrong("invalid tool call arguments");
  const auto& text = arguments->get_ref<const std::string&>();
  const auto object = store::parse_json(text, kRequestDepthMax);
  if (!object || !object->is_object()) return wrong("invalid tool call arguments");
  parsed.arguments = text;
  return parsed;
}

Result<void> add_calls(const Json& message, runtime::ChatMessage& to) {
  const auto calls = message.find("tool_calls");
  if (calls == message.end() || calls->is_null()) return {};
  if (!calls->is_array()) return wrong("invalid tool calls");
  for (const Json& call : *calls) {
    LAR_TRY(auto parsed, parse_call(call));
    to.tool_calls.push_back(std::move(parsed));
  }
  return {};
}

// The name of the function that an earlier call with this id named.
std::string name_of_call(const std::vector<runtime::ChatMessage>& earlier, const std::string& id) {
  for (auto message = earlier.rbegin(); message != earlier.rend(); ++message) {
    for (const runtime::CalledTool& call : message->tool_calls) {
      if (call.id == id) return call.name;
    }
  }
  return {};
}

Result<runtime::ChatMessage> parse_message(const Json& message, bool& images) {
  if (!message.is_object()) return wrong("messages must be objects");
  runtime::ChatMessage parsed{.role = text_of(message, "role")};
  std::ranges::transform(parsed.role, parsed.role.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  LAR_TRY(add_calls(message, parsed));
  parsed.thinking = text_of(message, "reasoning");
  if (parsed.thinking.empty()) parsed.thinking = text_of(message, "reasoning_content");
  const auto content = message.find("content");
  const Json none;
  const Json& value = content == message.end() ? none : *content;
  if (value.is_string()) {
    parsed.content = value.get<std::string>();
  } else if (value.is_array()) {
    LAR_TRY(parsed.content, parse_parts(value, images));
  } else if (!value.is_null() || parsed.tool_calls.empty()) {
    return wrong(fmt::format("invalid message content type: {}", go_type(value)));
  }
  return parsed;
}

}  // namespace

Result<std::vector<runtime::ChatMessage>> parse_chat_messages(const Json& list, bool& images) {
  std::vector<runtime::ChatMessage> messages;
  for (const Json& each : list) {
    LAR_TRY(auto message, parse_message(each, images));
    if (message.role == "tool") {
      message.tool_call_id = text_of(each, "tool_call_id");
      message.tool_name = text_of(each, "name");
      if (message.tool_name.empty()) {
        message.tool_name = name_of_call(messages, message.tool_call_id);
      }
    }
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace lar::server::openai
