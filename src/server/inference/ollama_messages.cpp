#include "server/inference/ollama_messages.h"

#include <algorithm>
#include <array>
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

// The order in which Ollama writes the parts of a tool again, which models' prompts then have.
constexpr std::array<std::string_view, 3> kToolKeys = {"type", "items", "function"};
constexpr std::array<std::string_view, 3> kFunctionKeys = {"name", "description", "parameters"};
constexpr std::array<std::string_view, 5> kParametersKeys = {"type", "$defs", "items", "required",
                                                             "properties"};
constexpr std::array<std::string_view, 7> kPropertyKeys = {
    "anyOf", "type", "items", "description", "enum", "properties", "required"};

bool says_nothing(const Json& value) {
  return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty()) ||
         (value.is_array() && value.empty());
}

// Known keys in their order and without those that say nothing, then all others as they are.
template <class Keys>
Json ordered(const Json& object, const Keys& keys) {
  Json result = Json::object();
  for (const std::string_view key : keys) {
    const auto it = object.find(key);
    if (it != object.end() && !says_nothing(*it)) result[std::string(key)] = *it;
  }
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(keys, key) == keys.end()) result[key] = value;
  }
  return result;
}

void normalize_properties(Json& owner);

Json normal_property(const Json& property) {
  if (!property.is_object()) return property;
  Json result = ordered(property, kPropertyKeys);
  normalize_properties(result);
  return result;
}

void normalize_properties(Json& owner) {
  const auto properties = owner.find("properties");
  if (properties == owner.end() || !properties->is_object()) return;
  for (auto& [name, property] : properties->items()) property = normal_property(property);
}

Json normal_tool(const Json& tool) {
  Json result = ordered(tool, kToolKeys);
  const auto function = result.find("function");
  if (function == result.end()) return result;
  *function = ordered(*function, kFunctionKeys);
  const auto parameters = function->find("parameters");
  if (parameters != function->end() && parameters->is_object()) {
    *parameters = ordered(*parameters, kParametersKeys);
    normalize_properties(*parameters);
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
  Json tools = Json::array();
  for (size_t i = 0; i < list->size(); ++i) {
    const Json& tool = (*list)[i];
    const std::string place = "tools[" + std::to_string(i) + "]";
    if (!tool.is_object()) return expected(place, "an object");
    const auto function = tool.find("function");
    if (function != tool.end() && !function->is_null()) {
      if (!function->is_object()) return expected(place + ".function", "an object");
      LAR_TRY(text_field(*function, "name", place + ".function"));
      LAR_TRY(text_field(*function, "description", place + ".function"));
    }
    tools.push_back(normal_tool(tool));
  }
  return tools.empty() ? std::string() : json_text(tools);
}

}  // namespace lar::server
