#include "server/inference/ollama_messages.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lar::server {
namespace {

using Json = nlohmann::ordered_json;

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::unexpected<Error> expected(const std::string& place, std::string_view what) {
  return fail(Code::kInvalidArgument, place + " must be " + std::string(what));
}

// The field's text, or empty where it is absent or null.
Result<std::string> text_field(const Json& object, const char* name, const std::string& place) {
  const auto it = object.find(name);
  if (it == object.end() || it->is_null()) return std::string();
  if (!it->is_string()) return expected(place + "." + name, "a string");
  return it->get<std::string>();
}

Result<runtime::CalledTool> parse_call(const Json& call, const std::string& place) {
  if (!call.is_object()) return expected(place, "an object");
  runtime::CalledTool result;
  LAR_TRY(result.id, text_field(call, "id", place));
  const auto function = call.find("function");
  if (function == call.end() || !function->is_object()) {
    return expected(place + ".function", "an object");
  }
  LAR_TRY(result.name, text_field(*function, "name", place + ".function"));
  const auto arguments = function->find("arguments");
  if (arguments == function->end() || arguments->is_null()) {
    result.arguments = "{}";
  } else if (arguments->is_object()) {
    result.arguments = json_text(*arguments);
  } else {
    return expected(place + ".function.arguments", "an object");
  }
  return result;
}

Result<runtime::ChatMessage> parse_message(const Json& message,
                                           const std::string& place,
                                           bool& images) {
  if (!message.is_object()) return expected(place, "an object");
  runtime::ChatMessage result;
  LAR_TRY(result.role, text_field(message, "role", place));
  std::ranges::transform(result.role, result.role.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  LAR_TRY(result.content, text_field(message, "content", place));
  LAR_TRY(result.thinking, text_field(message, "thinking", place));
  LAR_TRY(result.tool_name, text_field(message, "tool_name", place));
  LAR_TRY(result.tool_call_id, text_field(message, "tool_call_id", place));
  if (const auto calls = message.find("tool_calls"); calls != message.end() && !calls->is_null()) {
    if (!calls->is_array()) return expected(place + ".tool_calls", "a list");
    for (size_t i = 0; i < calls->size(); ++i) {
      LAR_TRY(auto call, parse_call((*calls)[i], place + ".tool_calls[" + std::to_string(i) + "]"));
      result.tool_calls.push_back(std::move(call));
    }
  }
  if (const auto media = message.find("images"); media != message.end() && !media->is_null()) {
    if (!media->is_array()) return expected(place + ".images", "a list");
    images = images || !media->empty();
  }
  return result;
}

}  // namespace

Result<ParsedMessages> parse_messages(const Json& list) {
  ParsedMessages parsed;
  for (size_t i = 0; i < list.size(); ++i) {
    LAR_TRY(auto message,
            parse_message(list[i], "messages[" + std::to_string(i) + "]", parsed.images));
    parsed.messages.push_back(std::move(message));
  }
  return parsed;
}

Result<std::string> parse_tools(const Json* list) {
  if (list == nullptr) return std::string();
  if (!list->is_array()) return expected("tools", "a list");
  for (size_t i = 0; i < list->size(); ++i) {
    const Json& tool = (*list)[i];
    const std::string place = "tools[" + std::to_string(i) + "]";
    if (!tool.is_object()) return expected(place, "an object");
    const auto function = tool.find("function");
    if (function == tool.end() || function->is_null()) continue;
    if (!function->is_object()) return expected(place + ".function", "an object");
    LAR_TRY(text_field(*function, "name", place + ".function"));
    LAR_TRY(text_field(*function, "description", place + ".function"));
  }
  return list->empty() ? std::string() : json_text(*list);
}

}  // namespace lar::server
