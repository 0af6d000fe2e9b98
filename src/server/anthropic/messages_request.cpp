#include "server/anthropic/messages_request.h"

#include <fmt/format.h>

#include <array>

#include "server/inference/ollama_messages.h"
#include "server/inference/request_fields.h"

namespace lar::server::anthropic {
namespace {

using runtime::Think;
using runtime::ToolChoice;

struct NumberField {
  const char* name;
  const char* option;
};
constexpr std::array<NumberField, 3> kNumbers{
    {{"temperature", "temperature"}, {"top_p", "top_p"}, {"top_k", "top_k"}}};

std::unexpected<Error> wrong(std::string text) {
  return fail(Code::kInvalidArgument, std::move(text));
}

// The first thing that is missing, in Ollama's order and words.
Result<void> check_required(Fields& fields, Purpose purpose) {
  const std::string model = fields.text("model");
  const auto tokens = fields.integer("max_tokens");
  const Json* messages = fields.array("messages");
  LAR_TRY(fields.check());
  if (model.empty()) return wrong("model is required");
  // With 0 the prompt is only read, so that it is in the cache.
  if (purpose == Purpose::kGenerate && (!tokens || *tokens < 0 || *tokens > INT32_MAX)) {
    return wrong("max_tokens is required and must be positive");
  }
  if (messages == nullptr || messages->empty()) return wrong("messages is required");
  return {};
}

Result<std::string> parse_system(const Json* value) {
  if (value == nullptr) return std::string();
  if (value->is_string()) return value->get<std::string>();
  if (!value->is_array()) return wrong("system must be a string or an array of text blocks");
  std::string text;
  for (const Json& block : *value) {
    const auto part = block.is_object() ? block.find("text") : block.end();
    if (!block.is_object() || part == block.end() || !part->is_string()) {
      return wrong("system must be a string or an array of text blocks");
    }
    text += part->get_ref<const std::string&>();
  }
  return text;
}

Result<void> read_stops(Fields& fields, MessagesRequest& to) {
  const Json* list = fields.array("stop_sequences");
  LAR_TRY(fields.check());
  if (list == nullptr || list->empty()) return {};
  for (const Json& text : *list) {
    if (!text.is_string()) return wrong("stop_sequences must be strings");
    to.stop_sequences.push_back(text.get<std::string>());
  }
  to.conversation.options["stop"] = to.stop_sequences;
  return {};
}

// Thinking is on where the model can unless it is disabled; an effort sets its strength.
Result<void> read_thinking(Fields& fields, const Json* output, Conversation& to) {
  to.think_if_able = true;
  if (const Json* thinking = fields.object("thinking")) {
    Fields nested(*thinking);
    const std::string type = nested.text("type");
    LAR_TRY(nested.check());
    if (type == "disabled") to.think = Think::kOff;
    if (type == "enabled") to.think = Think::kOn;
  }
  if (output == nullptr || to.think == Think::kOff) return fields.check();
  Fields nested(*output);
  const std::string effort = nested.text("effort");
  LAR_TRY(nested.check());
  constexpr std::array<std::pair<std::string_view, Think>, 5> kEfforts{{{"low", Think::kLow},
                                                                        {"medium", Think::kMedium},
                                                                        {"high", Think::kHigh},
                                                                        {"xhigh", Think::kHigh},
                                                                        {"max", Think::kMax}}};
  if (effort.empty()) return fields.check();
  for (const auto& [name, think] : kEfforts) {
    if (effort != name) continue;
    to.think = think;
    return fields.check();
  }
  return wrong("output_config.effort must be \"low\", \"medium\", \"high\", \"xhigh\" or \"max\"");
}

// {"type": "json_schema", "schema": {...}}, in output_config or, as earlier clients have it, alone.
Result<Json> parse_format(const Json* format) {
  if (format == nullptr) return Json();
  const auto type = format->find("type");
  const auto schema = format->find("schema");
  if (type == format->end() || *type != "json_schema" || schema == format->end() ||
      !schema->is_object()) {
    return wrong("the output format must be of type \"json_schema\" and have a schema");
  }
  return *schema;
}

Result<Json> parse_function(const Json& tool, Conversation& to) {
  if (!tool.is_object()) return wrong("tools must be objects");
  Fields fields(tool);
  const std::string type = fields.text("type", "custom");
  Json function = {{"name", fields.text("name")}};
  const std::string description = fields.text("description");
  const Json* schema = fields.object("input_schema");
  LAR_TRY(fields.check());
  if (type != "custom") {
    to.warnings.push_back(
        fmt::format("this server has no tool of type \"{}\": it was left out", type.substr(0, 64)));
    return Json();
  }
  if (function["name"] == "") return wrong("tools must have a name");
  if (!description.empty()) function["description"] = description;
  if (schema != nullptr) function["parameters"] = *schema;
  Json nested = {{"type", "function"}};
  nested["function"] = std::move(function);
  return nested;
}

Result<void> read_choice(Fields& fields, const Json& tools, Conversation& to) {
  const Json* choice = fields.object("tool_choice");
  LAR_TRY(fields.check());
  if (choice == nullptr) return {};
  Fields nested(*choice);
  const std::string type = nested.text("type", "auto");
  to.tool_choice.function = nested.text("name");
  to.tool_choice.parallel = !nested.boolean("disable_parallel_tool_use", false);
  LAR_TRY(nested.check());
  if (type == "none") to.tool_choice.kind = ToolChoice::Kind::kNone;
  if (type == "any") to.tool_choice.kind = ToolChoice::Kind::kRequired;
  if (type == "tool") to.tool_choice.kind = ToolChoice::Kind::kFunction;
  if (to.tool_choice.kind == ToolChoice::Kind::kAuto && type != "auto") {
    return wrong("tool_choice.type must be \"auto\", \"any\", \"tool\" or \"none\"");
  }
  if (type == "any" && tools.empty()) return wrong("tool_choice \"any\" needs tools");
  if (type != "tool") return {};
  for (const Json& tool : tools) {
    if (tool["function"]["name"] == to.tool_choice.function) return {};
  }
  return wrong("tool_choice.name is none of the tools");
}

Result<void> read_tools(Fields& fields, Conversation& to) {
  const Json* list = fields.array("tools");
  LAR_TRY(fields.check());
  Json tools = Json::array();
  if (list != nullptr) {
    for (const Json& tool : *list) {
      LAR_TRY(Json nested, parse_function(tool, to));
      if (!nested.is_null()) tools.push_back(std::move(nested));
    }
  }
  LAR_TRY(read_choice(fields, tools, to));
  LAR_TRY(to.tools, parse_tools(&tools));
  return {};
}

bool has_key(const Json& value, const char* key) {
  if (value.is_object() && value.contains(key) && !value[key].is_null()) return true;
  if (!value.is_structured()) return false;
  for (const Json& each : value) {
    if (has_key(each, key)) return true;
  }
  return false;
}

// Whether any part of the request is marked for a cache: only then a client counts on being told.
bool marks_caches(Fields& fields) {
  if (fields.find("cache_control") != nullptr) return true;
  for (const char* name : {"system", "messages", "tools"}) {
    const Json* value = fields.find(name);
    if (value != nullptr && has_key(*value, "cache_control")) return true;
  }
  return false;
}

}  // namespace

Result<MessagesRequest> parse_messages_request(const Json& body, Purpose purpose) {
  MessagesRequest request;
  Conversation& asked = request.conversation;
  Fields fields(body);
  LAR_TRY(check_required(fields, purpose));
  asked.model = fields.text("model");
  request.stream = fields.boolean("stream", false);
  request.marks_caches = marks_caches(fields);
  for (const NumberField& each : kNumbers) {
    if (const auto value = fields.number(each.name)) asked.options[each.option] = *value;
  }
  if (const auto tokens = fields.integer("max_tokens")) asked.options["num_predict"] = *tokens;
  const Json* output = fields.object("output_config");
  const Json* format = fields.object("output_format");
  LAR_TRY(fields.check());
  LAR_TRY(asked.keep_alive, parse_keep_alive(fields.find("keep_alive")));
  LAR_TRY(auto turns, parse_turns(*fields.array("messages")));
  asked.messages = std::move(turns.messages);
  asked.images = turns.images;
  asked.warnings = std::move(turns.warnings);
  LAR_TRY(const std::string system, parse_system(fields.find("system")));
  if (!system.empty()) {
    asked.messages.insert(asked.messages.begin(), {.role = "system", .content = system});
  }
  LAR_TRY(read_stops(fields, request));
  LAR_TRY(read_thinking(fields, output, asked));
  if (output != nullptr && format == nullptr) {
    Fields nested(*output);
    format = nested.object("format");
    LAR_TRY(nested.check());
  }
  LAR_TRY(asked.format, parse_format(format));
  LAR_TRY(read_tools(fields, asked));
  return request;
}

}  // namespace lar::server::anthropic
