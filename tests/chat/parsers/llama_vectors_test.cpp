// Outputs of real models and what llama.cpp's server makes of them, over the models' own templates:
// the template decides which format is read.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "chat/json.h"
#include "chat/parsers/detect.h"
#include "chat/parsers/pieces.h"
#include "chat/parsers/white_space.h"
#include "support/data.h"
#include "support/json.h"

namespace lar::chat {
namespace {

using Json = nlohmann::ordered_json;
using lar::test::read_file;
using lar::test::shared_data;

// Vectors that do not apply to us, with the reason.
std::string exception_of(const Json& vector) {
  const std::string format = vector.value("reasoning_format", "COMMON_REASONING_FORMAT_NONE");
  const std::string output = vector.at("model_output");
  const bool unsplit = vector.at("expected").value("content", "").contains("I'm\nthinking");
  if (format == "COMMON_REASONING_FORMAT_NONE" && unsplit && output.contains("thinking")) {
    return "leaves thoughts in the content, which no request of ours can ask for";
  }
  if (vector.contains("json_schema") && output.starts_with("```json")) {
    return "a fence around the document of a schema: our grammar lets no fence pass";
  }
  return {};
}

Json tools_of(const Json& vector) {
  Json tools = Json::array();
  if (!vector.at("tools").is_array()) return tools;
  for (const Json& tool : vector["tools"]) {
    const bool list = tool.is_array();
    Json function;
    function["name"] = list ? tool[0] : tool["name"];
    function["parameters"] =
        lar::test::try_parse_json<Json>((list ? tool[2] : tool["parameters"]).get<std::string>());
    tools.push_back({{"type", "function"}, {"function", function}});
  }
  return tools;
}

struct Detected {
  std::unique_ptr<ChatTemplate> chat_template;
  OutputFormat format;
};

Result<Detected> detect(const std::string& name) {
  const auto path = shared_data("chat/llama.cpp-templates/" + name);
  const std::string source = read_file(path);
  SpecialTokens tokens{"<s>", "</s>", {}};
  Detected detected;
  LAR_TRY(detected.chat_template, ChatTemplate::create(source, tokens));
  detected.format = detect_output_format(*detected.chat_template, source);
  return detected;
}

std::string template_file(const Json& vector) {
  if (!vector["template"].is_string()) return "Qwen-Qwen2.5-7B-Instruct.jinja";
  std::string name = vector["template"];
  name = name.substr(name.rfind('/') + 1);
  return name.substr(0, name.find(".jinja")) + ".jinja";
}

TEST(LlamaVectors, outputs_of_real_models_parse_as_in_llama_server) {
  const auto path = shared_data("chat/llama.cpp/llamacpp_chat_parse.json");
  LAR_REQUIRE_DATA(path);
  const Json vectors = lar::test::parse_json<Json>(read_file(path));
  std::map<std::string, Detected> templates;
  std::map<std::string, size_t> exceptions;
  size_t passed = 0;
  for (size_t i = 0; i < vectors.size(); ++i) {
    const Json& vector = vectors[i];
    SCOPED_TRACE("vector " + std::to_string(i) + " " + vector.at("model_output").dump());
    if (const std::string reason = exception_of(vector); !reason.empty()) {
      ++exceptions[reason];
      continue;
    }
    const std::string file = template_file(vector);
    if (!templates.contains(file)) {
      auto detected = detect(file);
      ASSERT_TRUE(detected) << file << ": " << detected.error().message;
      templates[file] = std::move(*detected);
    }
    const Detected& detected = templates[file];
    SCOPED_TRACE(file + " is " + detected.format.family);

    const auto tools = from_json(tools_of(vector));
    ASSERT_TRUE(tools);
    std::optional<bool> think;
    if (vector.contains("enable_thinking")) think = vector["enable_thinking"].get<bool>();
    OutputOptions options = options_for_prompt(
        detected.format, generation_prompt(*detected.chat_template, *tools, think), *tools, think);
    std::string content = vector["expected"]["content"];
    std::string thinking = vector["expected"].value("reasoning_content", "");
    // The caller's own begin of the answer is none of what the model writes.
    if (vector.contains("continue_final_message")) {
      const Json last = vector["messages"].back();
      const std::string begun = last.value("content", "");
      const std::string thought = last.value("reasoning_content", "");
      options.in_thinking = begun.empty();
      if (content.starts_with(begun)) content.erase(0, begun.size());
      if (thinking.starts_with(thought)) thinking.erase(0, thought.size());
    }
    const bool partial = vector.value("is_partial", false);
    const std::string output = vector["model_output"];
    const test::Parsed parsed = partial
                                    ? test::parse_pieces(detected.format, options, {output}, false)
                                    : test::parse_every_way(detected.format, options, output, 4);
    EXPECT_EQ(parsed.error, "");
    // The vectors were compared without white space at the ends: number 94 puts the line end behind
    // a thought into it, 199 has one fewer than real servers give.
    EXPECT_EQ(trim(parsed.output.content), trim(content));
    EXPECT_EQ(trim(parsed.output.thinking), trim(thinking));
    const Json& calls = vector["expected"]["tool_calls"];
    EXPECT_EQ(parsed.output.calls.size(), calls.size());
    for (size_t j = 0; j < std::min(calls.size(), parsed.output.calls.size()); ++j) {
      const ParsedCall& call = parsed.output.calls[j];
      EXPECT_EQ(call.name, calls[j]["name"].get<std::string>());
      EXPECT_EQ(call.id, calls[j]["id"].get<std::string>());
      if (partial) {
        std::string expected = calls[j]["arguments"];
        std::string ours = call.arguments;
        std::erase(expected, ' ');
        std::erase(ours, ' ');
        EXPECT_EQ(ours, expected);
      } else {
        EXPECT_EQ(test::arguments_of(call),
                  lar::test::parse_json<nlohmann::json>(calls[j]["arguments"].get<std::string>()));
      }
    }
    ++passed;
  }
  for (const auto& [reason, count] : exceptions) {
    std::cout << count << " vectors left out: " << reason << "\n";
  }
  EXPECT_GT(passed, vectors.size() - 8);
}

}  // namespace
}  // namespace lar::chat
