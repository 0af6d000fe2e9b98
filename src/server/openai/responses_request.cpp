#include "server/openai/responses_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "server/inference/ollama_messages.h"
#include "server/openai/fields.h"

namespace lar::server::openai {
namespace {

constexpr int64_t kTopLogprobsMax = 20;
constexpr std::array<std::string_view, 4> kUnsupported = {"previous_response_id", "conversation",
                                                          "prompt", "max_tool_calls"};
constexpr const char* kLogprobsWanted = "message.output_text.logprobs";

std::unexpected<Error> wrong(std::string text) {
  return fail(Code::kInvalidArgument, std::move(text));
}

Json value_or_null(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? Json() : *found;
}

// Tools of the request: `nested` as a model's template wants them, `echo` as answers repeat them.
struct Tools {
  Json nested = Json::array();
  Json echo = Json::array();
};

Result<void> add_function(const Json& tool, const std::string& prefix, Tools& tools) {
  const auto name = tool.find("name");
  if (name == tool.end() || !name->is_string()) return wrong("tools must have a name");
  Json function = {{"name", prefix + name->get<std::string>()}};
  for (const char* key : {"description", "parameters"}) {
    if (Json value = value_or_null(tool, key); !value.is_null()) function[key] = std::move(value);
  }
  tools.echo.push_back({{"type", "function"},
                        {"name", function["name"]},
                        {"description", value_or_null(tool, "description")},
                        {"parameters", value_or_null(tool, "parameters")},
                        {"strict", value_or_null(tool, "strict")}});
  tools.nested.push_back({{"type", "function"}, {"function", std::move(function)}});
  return {};
}

Result<void> add_tool(const Json& tool, Tools& tools, Conversation& to) {
  if (!tool.is_object()) return wrong("tools must be objects");
  const Json type = value_or_null(tool, "type");
  if (type.is_null() || type == "function") return add_function(tool, {}, tools);
  if (type == "namespace") {
    const Json name = value_or_null(tool, "name");
    const auto members = tool.find("tools");
    if (!name.is_string() || members == tool.end() || !members->is_array()) {
      return wrong("a namespace must have a name and tools");
    }
    for (const Json& member : *members) {
      if (!member.is_object()) return wrong("tools must be objects");
      LAR_TRY(add_function(member, name.get<std::string>() + ".", tools));
    }
    return {};
  }
  if (!type.is_string()) return wrong("tools must have a type");
  to.warnings.push_back(fmt::format("this server has no tool of type \"{}\": it was left out",
                                    type.get<std::string>().substr(0, 64)));
  return {};
}

Result<void> read_tools(Fields& fields, Conversation& to, Json& echo) {
  const Json* list = fields.array("tools");
  LAR_TRY(fields.check());
  Tools tools;
  if (list != nullptr) {
    for (const Json& tool : *list) LAR_TRY(add_tool(tool, tools, to));
  }
  const Json* choice = fields.find("tool_choice");
  LAR_TRY(read_tool_choice(choice, fields.find("parallel_tool_calls"), tools.nested, to));
  LAR_TRY(to.tools, parse_tools(&tools.nested));
  echo["tools"] = std::move(tools.echo);
  echo["tool_choice"] = choice == nullptr ? Json("auto") : *choice;
  echo["parallel_tool_calls"] = to.tool_choice.parallel;
  return {};
}

Result<void> read_format(Fields& fields, Conversation& to, Json& echo) {
  const Json* text = fields.object("text");
  LAR_TRY(fields.check());
  echo["text"] = text == nullptr ? Json::object() : *text;
  Json& format = echo["text"]["format"];
  if (format.is_null()) format = {{"type", "text"}};
  LAR_TRY(to.format, parse_response_format(&format));
  return {};
}

Result<void> read_reasoning(Fields& fields, Conversation& to, Json& echo) {
  const Json* reasoning = fields.object("reasoning");
  LAR_TRY(fields.check());
  echo["reasoning"] = reasoning == nullptr ? Json() : *reasoning;
  if (reasoning == nullptr) return {};
  if (!reasoning->contains("summary")) echo["reasoning"]["summary"] = nullptr;
  Fields nested(*reasoning);
  const std::string effort = nested.text("effort");
  LAR_TRY(nested.check());
  LAR_TRY(to.think, parse_effort(effort));
  return {};
}

// Numbers, and what an answer repeats of them.
Result<void> read_numbers(Fields& fields, Conversation& to, Json& echo) {
  LAR_TRY(read_sampling(fields, to));
  const auto tokens = fields.integer("max_output_tokens");
  const auto top = fields.integer("top_logprobs");
  const Json* include = fields.array("include");
  LAR_TRY(fields.check());
  if (tokens && *tokens > INT32_MAX) return wrong("max_output_tokens is too large");
  if (tokens) to.options["num_predict"] = *tokens;
  if (top && (*top < 0 || *top > kTopLogprobsMax)) {
    return wrong("top_logprobs must be between 0 and 20");
  }
  const bool wanted =
      include != nullptr && std::ranges::find(*include, Json(kLogprobsWanted)) != include->end();
  if (wanted || top.value_or(0) > 0) to.top_logprobs = static_cast<int32_t>(top.value_or(0));
  echo["max_output_tokens"] = tokens ? Json(*tokens) : Json();
  echo["top_logprobs"] = top.value_or(0);
  echo["temperature"] = value_or_null(to.options, "temperature");
  echo["top_p"] = value_or_null(to.options, "top_p");
  for (const char* penalty : {"presence_penalty", "frequency_penalty"}) {
    const Json value = value_or_null(to.options, penalty);
    echo[penalty] = value.is_null() ? Json(0) : value;
  }
  return {};
}

void echo_constants(const Json& body, Json& echo) {
  const Json metadata = value_or_null(body, "metadata");
  const Json truncation = value_or_null(body, "truncation");
  echo["metadata"] = metadata.is_object() ? metadata : Json::object();
  echo["truncation"] = truncation.is_string() ? truncation : Json("disabled");
  echo["store"] = false;
  echo["background"] = false;
  echo["service_tier"] = "default";
  for (const char* name :
       {"max_tool_calls", "previous_response_id", "prompt_cache_key", "safety_identifier"}) {
    echo[name] = nullptr;
  }
}

}  // namespace

Result<ResponsesRequest> parse_responses_request(const Json& body) {
  ResponsesRequest request;
  Conversation& asked = request.conversation;
  asked.full_distribution = true;
  Fields fields(body);
  asked.model = fields.text("model");
  request.stream = fields.boolean("stream", false);
  const std::string instructions = fields.text("instructions");
  const bool background = fields.boolean("background", false);
  LAR_TRY(fields.check());
  LAR_TRY(asked.messages, parse_response_items(fields.find("input"), asked.images));
  if (!instructions.empty()) {
    asked.messages.insert(asked.messages.begin(), {.role = "system", .content = instructions});
  }
  request.echo["instructions"] = instructions.empty() ? Json() : Json(instructions);
  echo_constants(body, request.echo);
  LAR_TRY(read_numbers(fields, asked, request.echo));
  LAR_TRY(read_format(fields, asked, request.echo));
  LAR_TRY(read_reasoning(fields, asked, request.echo));
  LAR_TRY(read_tools(fields, asked, request.echo));
  warn_of(body, kUnsupported, asked);
  if (background) asked.warnings.emplace_back("\"background\": the answer was waited for");
  return request;
}

}  // namespace lar::server::openai
