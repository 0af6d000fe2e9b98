#include "server/openai/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "modelfile/show.h"
#include "server/inference/request_fields.h"

namespace lar::server::openai {
namespace {

using runtime::ToolChoice;

constexpr double kBiasMax = 100.0;  // OpenAI's bound: it forbids a token, or forces it
constexpr size_t kBiasedTokensMax = 4096;

struct NumberField {
  const char* theirs;
  const char* ours;
};
constexpr std::array<NumberField, 7> kNumbers{{{"temperature", "temperature"},
                                               {"top_p", "top_p"},
                                               {"frequency_penalty", "frequency_penalty"},
                                               {"presence_penalty", "presence_penalty"},
                                               {"top_k", "top_k"},
                                               {"min_p", "min_p"},
                                               {"repeat_penalty", "repeat_penalty"}}};

std::unexpected<Error> wrong(std::string text) {
  return fail(Code::kInvalidArgument, std::move(text));
}

// The name of a function tool, in the form of either API.
std::string_view tool_name(const Json& tool) {
  const Json* owner = &tool;
  if (const auto function = tool.find("function"); function != tool.end()) owner = &*function;
  if (!owner->is_object()) return {};
  const auto name = owner->find("name");
  if (name == owner->end() || !name->is_string()) return {};
  return name->get_ref<const std::string&>();
}

bool has_tool(const Json& tools, std::string_view name) {
  return std::ranges::any_of(tools, [&](const Json& tool) { return tool_name(tool) == name; });
}

Result<void> choose_mode(const std::string& mode, const Json& tools, Conversation& to) {
  if (mode == "auto") return {};
  if (mode == "none") {
    to.tool_choice.kind = ToolChoice::Kind::kNone;
    return {};
  }
  if (mode != "required" && mode != "any") {
    return wrong("tool_choice must be \"none\", \"auto\", \"required\" or name a function");
  }
  if (tools.empty()) return wrong("tool_choice \"required\" needs tools");
  to.tool_choice.kind = ToolChoice::Kind::kRequired;
  return {};
}

// Only some of the tools may be called: the others are not shown to the model.
Result<void> allow_tools(const Json& choice, Json& tools, Conversation& to) {
  const auto nested = choice.find("allowed_tools");
  const Json& allowed = nested != choice.end() && nested->is_object() ? *nested : choice;
  const auto list = allowed.find("tools");
  if (list == allowed.end() || !list->is_array()) {
    return wrong("tool_choice.allowed_tools.tools must be an array");
  }
  Json kept = Json::array();
  for (const Json& tool : tools) {
    if (has_tool(*list, tool_name(tool))) kept.push_back(tool);
  }
  tools = std::move(kept);
  const auto mode = allowed.find("mode");
  return choose_mode(mode != allowed.end() && mode->is_string() ? mode->get<std::string>() : "auto",
                     tools, to);
}

}  // namespace

Result<void> read_sampling(Fields& fields, Conversation& to) {
  for (const NumberField& each : kNumbers) {
    if (const auto value = fields.number(each.theirs)) to.options[each.ours] = *value;
  }
  if (const auto seed = fields.integer("seed")) to.options["seed"] = *seed;
  const auto older = fields.integer("max_tokens");
  const auto newer = fields.integer("max_completion_tokens");
  if (const auto tokens = older ? older : newer) {
    if (*tokens > INT32_MAX) return wrong("max_tokens is too large");
    to.options["num_predict"] = *tokens;
  }
  LAR_TRY(fields.check());
  LAR_TRY(to.keep_alive, parse_keep_alive(fields.find("keep_alive")));
  return {};
}

void read_stop(const Json* value, Conversation& to) {
  if (value == nullptr) return;
  Json list = Json::array();
  bool odd = false;
  if (value->is_string()) {
    list.push_back(*value);
  } else if (value->is_array()) {
    for (const Json& text : *value) {
      if (text.is_string()) list.push_back(text);
      odd = odd || !text.is_string();
    }
  } else {
    odd = true;
  }
  if (odd) to.warnings.emplace_back("stop: only a string or a list of strings is taken");
  if (!list.empty()) to.options["stop"] = std::move(list);
}

Result<void> read_logit_bias(const Json* value, Conversation& to) {
  if (value == nullptr) return {};
  if (!value->is_object()) return wrong("logit_bias must be an object from token ids to numbers");
  if (value->size() > kBiasedTokensMax) {
    return wrong(fmt::format("logit_bias may name {} tokens at most", kBiasedTokensMax));
  }
  for (const auto& [name, bias] : value->items()) {
    sampling::LogitBias entry;
    const char* end = name.data() + name.size();
    const auto [stopped, error] = std::from_chars(name.data(), end, entry.token);
    if (error != std::errc() || stopped != end || entry.token < 0) {
      return wrong("logit_bias: " + modelfile::go_quoted(name.substr(0, 64)) + " is no token id");
    }
    if (!bias.is_number() || !(std::abs(bias.get<double>()) <= kBiasMax)) {
      return wrong("logit_bias: values must be numbers from -100 to 100");
    }
    entry.bias = bias.get<float>();
    to.bias.push_back(entry);
  }
  return {};
}

Result<void> read_tool_choice(const Json* value,
                              const Json* parallel,
                              Json& tools,
                              Conversation& to) {
  if (parallel != nullptr) {
    if (!parallel->is_boolean()) return wrong("parallel_tool_calls must be a boolean");
    to.tool_choice.parallel = parallel->get<bool>();
  }
  if (value == nullptr) return {};
  if (value->is_string()) return choose_mode(value->get<std::string>(), tools, to);
  if (!value->is_object()) return wrong("tool_choice must be a string or an object");
  const auto type = value->find("type");
  if (type != value->end() && *type == "allowed_tools") return allow_tools(*value, tools, to);
  const std::string_view name = tool_name(*value);
  if (name.empty()) return wrong("tool_choice must name a function");
  if (!has_tool(tools, name)) {
    return wrong("tool_choice: " + modelfile::go_quoted(std::string(name.substr(0, 128))) +
                 " is none of the tools");
  }
  to.tool_choice.kind = ToolChoice::Kind::kFunction;
  to.tool_choice.function = name;
  return {};
}

Result<runtime::Think> parse_effort(const std::string& effort) {
  using runtime::Think;
  constexpr std::array<std::pair<std::string_view, Think>, 9> kEfforts{{{"", Think::kDefault},
                                                                        {"none", Think::kOff},
                                                                        {"minimal", Think::kLow},
                                                                        {"low", Think::kLow},
                                                                        {"medium", Think::kMedium},
                                                                        {"high", Think::kHigh},
                                                                        {"xhigh", Think::kMax},
                                                                        {"ultra", Think::kMax},
                                                                        {"max", Think::kMax}}};
  const auto found =
      std::ranges::find(kEfforts, effort, &std::pair<std::string_view, Think>::first);
  if (found != kEfforts.end()) return found->second;
  return wrong("invalid reasoning value: " + modelfile::go_quoted(effort.substr(0, 64)) +
               " (must be \"minimal\", \"low\", \"medium\", \"high\", \"xhigh\", \"ultra\", "
               "\"max\", or \"none\")");
}

Result<Json> parse_response_format(const Json* value) {
  if (value == nullptr) return Json();
  if (!value->is_object()) return wrong("response_format must be an object");
  const auto type = value->find("type");
  if (type == value->end() || type->is_null() || *type == "text" || *type == "") return Json();
  if (*type == "json_object") return Json("json");
  if (*type != "json_schema") {
    return wrong("response_format.type must be \"text\", \"json_object\" or \"json_schema\"");
  }
  const auto nested = value->find("json_schema");
  const Json& owner = nested != value->end() && nested->is_object() ? *nested : *value;
  const auto schema = owner.find("schema");
  if (schema == owner.end() || !schema->is_object()) {
    return wrong("response_format of type \"json_schema\" needs a schema object");
  }
  return *schema;
}

std::string_view go_type(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null: return "<nil>";
    case Json::value_t::object: return "map[string]interface {}";
    case Json::value_t::array: return "[]interface {}";
    case Json::value_t::string: return "string";
    case Json::value_t::boolean: return "bool";
    default: return "float64";
  }
}

void warn_of(const Json& body, std::span<const std::string_view> names, Conversation& to) {
  for (const std::string_view name : names) {
    const auto found = body.find(name);
    if (found != body.end() && !found->is_null()) {
      to.warnings.push_back(fmt::format("\"{}\" is not supported and was not used", name));
    }
  }
}

}  // namespace lar::server::openai
