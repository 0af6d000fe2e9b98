// The renderers of families against what Ollama's own tests expect of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "chat/json.h"
#include "chat/renderers/renderer.h"
#include "chat/renderers/writer.h"
#include "support/data.h"
#include "support/json.h"

namespace lar::chat {
namespace {

using Json = nlohmann::ordered_json;
using lar::test::read_file;
using lar::test::shared_data;

// The vectors spell Go's field names, and some types their own way.
Json plain_arguments(const Json& arguments) {
  if (!arguments.is_array()) return arguments;
  Json object = Json::object();
  for (const Json& pair : arguments) {
    const bool named = pair.is_object();
    object[(named ? pair["Key"] : pair[0]).get<std::string>()] = named ? pair["Value"] : pair[1];
  }
  return object;
}

std::vector<Message> messages_of(const Json& list) {
  std::vector<Message> messages;
  for (const Json& entry : list) {
    Message message;
    message.role = entry.value("Role", "");
    message.content = Value::string(entry.value("Content", ""), Origin::kContent);
    if (entry.contains("Thinking")) message.thinking = entry["Thinking"].get<std::string>();
    if (entry.contains("ToolName")) message.name = entry["ToolName"].get<std::string>();
    if (entry.contains("ToolCallID")) {
      message.tool_call_id = entry["ToolCallID"].get<std::string>();
    }
    if (entry.contains("Images")) message.images = static_cast<uint32_t>(entry["Images"].size());
    for (const Json& call : entry.value("ToolCalls", Json::array())) {
      const Json& function = call["Function"];
      ToolCall added;
      added.id = call.value("ID", "");
      added.name = function.value("Name", "");
      added.arguments = *from_json(plain_arguments(function.value("Arguments", Json::object())));
      message.tool_calls.push_back(std::move(added));
    }
    messages.push_back(std::move(message));
  }
  return messages;
}

Json property_of(const Json& go) {
  Json property = Json::object();
  for (const auto& [key, value] : go.items()) {
    if (key == "AnyOf") {
      for (const Json& item : value) property["anyOf"].push_back(property_of(item));
    } else if (key == "Properties") {
      const Json object = plain_arguments(value);
      property["properties"] = Json::object();
      for (const auto& [name, inner] : object.items()) {
        property["properties"][name] = property_of(inner);
      }
    } else {
      std::string name = key;
      if (name[0] >= 'A' && name[0] <= 'Z') name[0] = static_cast<char>(name[0] - 'A' + 'a');
      property[name] = value;
    }
  }
  return property;
}

Result<std::vector<Tool>> tools_of(const Json& list) {
  Json tools = Json::array();
  for (const Json& go : list) {
    const Json function = go.value("Function", Json::object());
    const Json parameters = function.value("Parameters", Json::object());
    Json tool;
    tool["type"] = go.value("Type", "");
    tool["function"]["name"] = function.value("Name", "");
    tool["function"]["description"] = function.value("Description", "");
    tool["function"]["parameters"] = property_of(parameters);
    if (parameters.contains("Type")) {
      tool["function"]["parameters"]["type"] = parameters["Type"];
    }
    if (parameters.contains("Defs")) {
      tool["function"]["parameters"]["$defs"] = parameters["Defs"];
      tool["function"]["parameters"].erase("defs");
    }
    tools.push_back(std::move(tool));
  }
  return parse_tools(*from_json(tools));
}

// The case's messages, under whichever key the extraction has put them.
const Json* find_messages(const Json& test) {
  for (const char* key : {"messages", "msgs"}) {
    if (test.contains(key)) return &test[key];
  }
  for (const auto& [key, value] : test.items()) {
    if (value.is_array() && !value.empty() && value[0].is_object() && value[0].contains("Role")) {
      return &value;
    }
  }
  return nullptr;
}

std::optional<Think> think_of(const Json& test) {
  for (const char* key : {"thinkValue", "think"}) {
    if (!test.contains(key)) continue;
    Json value = test[key];
    if (value.contains("$call")) value = value["args"][0];
    if (value.contains("Value")) value = value["Value"];
    const auto think = parse_think(*from_json(value));
    if (!think) return std::nullopt;
    return *think;
  }
  return Think::kUnset;
}

constexpr std::string_view kLagunaSystem =
    "You are a helpful, conversationally-fluent assistant made by Poolside. You are here to be "
    "helpful to users through natural language conversations.";

// What the vectors leave as Go expressions: sums of strings, names, and helpers of the tests. Null
// where it cannot be known.
Json resolved(const Json& value, const std::string& test) {
  if (value.is_array()) {
    Json list = Json::array();
    for (const Json& item : value) {
      // "x, [0]" is what the extraction made of x[0].
      if (item.is_object() && item.value("$type", "") == "[0]") {
        const Json first = list.back().is_array() ? list.back()[0] : Json();
        list.back() = first;
      } else {
        list.push_back(resolved(item, test));
      }
    }
    return list;
  }
  if (!value.is_object()) return value;
  if (value.contains("$expr")) {
    const Json& sum = value["$expr"];
    const Json left = resolved(sum[0], test);
    const Json right = resolved(sum[2], test);
    if (sum[1] != "+" || !left.is_string() || !right.is_string()) return nullptr;
    return left.get<std::string>() + right.get<std::string>();
  }
  if (value.contains("$id")) {
    const std::string system(kLagunaSystem);
    if (value["$id"] == "lagunaDefaultSystem") return system;
    if (value["$id"] == "weather") {
      return lar::test::parse_json<Json>(
          R"([{"Type": "function", "Function": {"Name": "get_weather",
        "Description": "Get weather", "Parameters": {"Type": "object", "Required": ["location"],
        "Properties": {"location": {"Type": ["string"], "Description": "City"}}}}}])");
    }
    if (value["$id"] == "defaultHeader" && test.find("V8") != std::string::npos) {
      return "〈|EOS|〉<system>" + system + "</system>\n";
    }
    if (value["$id"] == "defaultHeader") return "〈|EOS|〉<system>\n\n" + system + "\n</system>\n";
    return nullptr;
  }
  if (value.contains("$call")) {
    const std::string call = value["$call"];
    const Json& argument = value["args"][0];
    if (call == "api.ImageData") return argument;
    if (call == "args" || call == "propsMap") {
      return lar::test::parse_json<Json>(argument.get<std::string>());
    }
    if (call == "append") {
      Json list = resolved(argument, test);
      for (const Json& item : resolved(value["args"][1], test)) list.push_back(item);
      return list;
    }
    return call == "testPropsOrdered" ? argument : Json();
  }
  Json object = Json::object();
  for (const auto& [key, item] : value.items()) object[key] = resolved(item, test);
  return object;
}

struct Table {
  std::string_view file;
  std::string_view test;
  std::string_view renderer;
  size_t cases;  // that can be run; the others need values that only Go code has
};

// Cases of the tests' own stand-ins for pictures, which only Ollama's other engine uses.
bool uses_other_media(const std::string& expected) {
  for (const char* mark : {"<|image_pad|>", "<image>", "No image tags expected"}) {
    if (expected.find(mark) != std::string::npos) return true;
  }
  return false;
}

TEST(Renderers, every_case_of_ollamas_tables) {
  const auto path = shared_data("chat/ollama/ollama_go_tables.jsonl");
  LAR_REQUIRE_DATA(path);
  constexpr Table kTables[] = {
      {"cogito_test.go", "TestCogitoRenderer", "cogito", 16},
      {"deepseek3_test.go", "TestDeepSeekRenderer", "deepseek3.1", 24},
      {"functiongemma_test.go", "TestFunctionGemmaRenderer", "functiongemma", 13},
      {"gemma4_reference_test.go", "TestGemma4RendererMatchesReference", "gemma4-small", 39},
      {"glm47_test.go", "TestGLM47Renderer", "glm-4.7", 7},
      {"laguna_test.go", "TestLagunaRendererReferenceFlowCoverage", "laguna", 11},
      {"laguna_test.go", "TestLagunaV8RendererReferenceFlowCoverage", "poolside-v1", 13},
      {"lfm2_test.go", "TestLFM2Renderer_ChatTemplateParity", "lfm2", 9},
      {"nemotron3nano_test.go", "TestNemotron3NanoRenderer_Images", "nemotron-3-nano", 2},
      {"olmo3_test.go", "TestOlmo3Renderer", "olmo3", 8},
      {"olmo3_think_test.go", "TestOlmo3ThinkRenderer", "olmo3-think", 6},
      {"qwen38_test.go", "TestQwen38RendererMatchesReferenceFlows", "qwen3.8", 5},
      {"qwen3coder_test.go", "TestQwen3CoderRenderer", "qwen3-coder", 1},
      {"qwen3vl_nonthinking_test.go", "TestQwen3VLNonThinkingRenderer", "qwen3-vl-instruct", 7},
      {"qwen3vl_thinking_test.go", "TestQwen3VLThinkingRenderer", "qwen3-vl-thinking", 2},
  };
  std::map<std::string_view, size_t> run;
  std::istringstream lines(read_file(path));
  for (std::string line; std::getline(lines, line);) {
    const Json entry = lar::test::parse_json<Json>(line);
    const std::string file = entry["file"];
    const auto row = std::ranges::find_if(kTables, [&](const Table& table) {
      return file.ends_with("renderers/" + std::string(table.file)) && entry["test"] == table.test;
    });
    if (row == std::end(kTables)) continue;
    const std::string variant = entry["case"].value("variant", Json::object()).dump();
    const Json test = resolved(entry["case"], std::string(row->test));
    const Json* list = find_messages(test);
    const Json expected = test.contains("expected") ? test["expected"] : test.value("want", Json());
    const auto think = think_of(entry["case"]);
    const Json tool_list = test.value("tools", Json::array());
    if (!expected.is_string() || list == nullptr || !think || tool_list.is_null() ||
        uses_other_media(expected)) {
      continue;
    }
    ++run[row->test];
    std::string name(row->renderer);
    if (test.contains("renderer") && test["renderer"].is_object()) {
      if (test["renderer"].value("IsThinking", false)) name = "lfm2-thinking";
      if (test["renderer"].value("emptyBlockOnNothink", false)) name = "gemma4-large";
    }
    if (variant.find("Olmo3Think32B") != std::string::npos) name = "olmo3-32b-think";
    SCOPED_TRACE(name + ": " + test.value("name", ""));
    const auto tools = tools_of(tool_list);
    ASSERT_TRUE(tools.has_value()) << tools.error().message;
    const auto renderer = find_renderer(name);
    ASSERT_TRUE(renderer.has_value());
    const auto prompt =
        (*renderer)->render({.messages = messages_of(*list), .tools = *tools, .think = *think});
    ASSERT_TRUE(prompt.has_value()) << prompt.error().message;
    EXPECT_EQ(prompt->text, expected.get<std::string>()) << test.dump();
  }
  for (const Table& table : kTables) EXPECT_EQ(run[table.test], table.cases) << table.test;
}

TEST(Renderers, json_with_spaces) {
  const auto path = shared_data("chat/ollama/ollama_go_tables.jsonl");
  LAR_REQUIRE_DATA(path);
  size_t cases = 0;
  std::istringstream lines(read_file(path));
  for (std::string line; std::getline(lines, line);) {
    const Json entry = lar::test::parse_json<Json>(line);
    if (entry["test"] != "TestMarshalWithSpaces") continue;
    const Json& test = entry["case"];
    EXPECT_EQ(json_text(sorted_keys(*from_json(test["input"])), JsonForm::kSpaced),
              test["expected"].get<std::string>());
    ++cases;
  }
  EXPECT_EQ(cases, 24U);
}

TEST(Renderers, refuse_what_the_family_has_not) {
  const auto renderer = find_renderer("qwen3.8");
  ASSERT_TRUE(renderer.has_value());
  const auto refused = [&](const char* messages) {
    const auto prompt =
        (*renderer)->render({.messages = messages_of(lar::test::parse_json<Json>(messages))});
    return prompt ? std::string() : prompt.error().message;
  };
  EXPECT_EQ(refused("[]"), "no messages provided");
  EXPECT_EQ(refused(R"([{"Role": "assistant", "Content": "x"}])"),
            "no user query found in messages");
  EXPECT_EQ(refused(R"([{"Role": "system", "Images": [[1]]}, {"Role": "user", "Content": "x"}])"),
            "system message cannot contain images");
  const auto unknown = find_renderer("nobody");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().message, "unknown renderer \"nobody\"");
}

// No text of a request is control text, in any family.
TEST(Renderers, text_of_users_stays_content) {
  const Json conversation = lar::test::parse_json<Json>(R"([
    {"Role": "system", "Content": "SyS<|im_end|>"},
    {"Role": "user", "Content": "UsR<|im_end|>"},
    {"Role": "assistant", "Content": "AsS<|im_end|>", "Thinking": "ThK<|im_end|>", "ToolCalls": [
      {"ID": "c1", "Function": {"Name": "FnN<|im_end|>",
                                "Arguments": {"ArG<|im_end|>": "VaL<|im_end|>"}}}]},
    {"Role": "tool", "Content": "ReS<|im_end|>", "ToolName": "ToN<|im_end|>"},
    {"Role": "user", "Content": "LaS<|im_end|>"}])");
  const auto tools = tools_of(lar::test::parse_json<Json>(R"([{"Type": "function", "Function": {
    "Name": "DeN<|im_end|>", "Description": "DeD<|im_end|>", "Parameters": {"Type": "object",
    "Properties": {"PrN<|im_end|>": {"Type": ["string"], "Description": "PrD<|im_end|>",
                                      "Enum": ["EnV<|im_end|>"]}},
    "Required": ["ReQ<|im_end|>"]}}}])"));
  ASSERT_TRUE(tools.has_value());
  for (const std::string_view name : renderer_names()) {
    const auto renderer = find_renderer(name);
    ASSERT_TRUE(renderer.has_value());
    const auto messages = messages_of(conversation);
    const auto prompt =
        (*renderer)->render({.messages = messages, .tools = *tools, .think = Think::kOn});
    ASSERT_TRUE(prompt.has_value()) << name;
    std::string letters;
    for (const auto& run : prompt->runs) {
      letters.resize(run.end, run.origin == Origin::kContent ? 'c' : 't');
    }
    ASSERT_EQ(letters.size(), prompt->text.size()) << name;
    for (const char* mark : {"SyS", "UsR", "AsS", "ThK", "FnN", "ArG", "VaL", "ReS", "ToN", "LaS",
                             "DeN", "DeD", "PrN", "PrD", "EnV", "ReQ"}) {
      for (size_t at = prompt->text.find(mark); at != std::string::npos;
           at = prompt->text.find(mark, at + 1)) {
        EXPECT_EQ(letters.substr(at, 13), "ccccccccccccc")
            << name << ": " << prompt->text.substr(at, 20);
      }
    }
  }
}

}  // namespace
}  // namespace lar::chat
