// Whatever a model says under a forced tool call, its family's parser reads a call of a tool in it
// whose arguments satisfy the tool's schema.
#include "runtime/tool_grammar.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "chat/gotemplate/template.h"
#include "chat/json.h"
#include "chat/parsers/detect.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/registry.h"
#include "constrain/check.h"
#include "constrain/matcher.h"
#include "demo_tokenizer.h"

namespace lar::runtime {
namespace {

using Json = nlohmann::ordered_json;

const char* const kTools = R"json([
  {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object",
    "required": ["city", "days"], "properties": {
      "city": {"type": "string", "description": "Where"},
      "days": {"type": "integer", "minimum": 1, "maximum": 10},
      "unit": {"enum": ["celsius", "fahrenheit"]},
      "detailed": {"type": "boolean"},
      "note": {"type": ["string", "null"], "maxLength": 40}}}}},
  {"type": "function", "function": {"name": "add_all", "parameters": {"type": "object",
    "required": ["numbers"], "properties": {
      "scale": {"type": "number"},
      "numbers": {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 4}}}}},
  {"type": "function", "function": {"name": "book", "parameters": {"type": "object",
    "$defs": {"person": {"type": "object", "required": ["name"], "properties": {
      "name": {"type": "string", "pattern": "^[A-Z][a-z]{1,8}$"}, "age": {"type": "integer"},
      "tags": {"type": "array", "items": {"type": "string"}}}}},
    "required": ["who", "code"], "properties": {
      "who": {"$ref": "#/$defs/person"},
      "also": {"anyOf": [{"$ref": "#/$defs/person"}, {"type": "null"}]},
      "code": {"type": "string", "minLength": 2, "maxLength": 12},
      "when": {"type": "string", "format": "date"},
      "count": {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 100}]}}}}},
  {"type": "function", "function": {"name": "ping", "parameters": {"type": "object"}}}])json";

class ToolGrammar : public DemoTokenizer {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(DemoTokenizer::SetUp());
    std::vector<std::string> texts;
    for (int b = 0; b < 256; ++b) texts.push_back(std::string(1, static_cast<char>(b)));
    texts.emplace_back();
    bytes_ = *constrain::Vocabulary::create(std::move(texts), {256});
    tools_ = *chat::parse_json(kTools);
    for (const Json& tool : Json::parse(kTools)) {
      const Json& function = tool["function"];
      auto checker = constrain::Grammar::from_schema(function["parameters"].dump(),
                                                     {.purpose = constrain::Purpose::kCheck});
      ASSERT_TRUE(checker) << checker.error().message;
      checkers_.emplace(function["name"], *checker);
    }
  }

  Result<std::shared_ptr<constrain::Grammar>> grammar(const chat::OutputFormat& format,
                                                      const chat::Value& tools,
                                                      const ToolChoice& choice) const {
    LAR_TRY(const GrammarSpec spec, tool_call_grammar(format, *tokenizer_, tools, choice));
    constrain::GbnfOptions options;
    options.schemas = spec.schemas;
    options.texts = spec.texts;
    options.style = spec.style;
    return with_context(constrain::Grammar::from_gbnf(spec.constraint.text, options),
                        spec.constraint.text);
  }

  // A text of the grammar: any byte that may come, now and then one that brings the end nearer.
  std::string say(const std::shared_ptr<constrain::Grammar>& grammar,
                  const std::vector<std::string>& endings,
                  std::mt19937& random) const {
    constrain::Matcher matcher(grammar, bytes_);
    std::vector<uint64_t> bits(bytes_->mask_words());
    std::string text;
    std::string plan;
    while (text.size() < 20'000) {
      const auto filled = matcher.fill_mask(bits);
      EXPECT_TRUE(filled) << filled.error().message;
      const auto may = [&](unsigned token) { return (bits[token / 64] >> (token % 64) & 1U) != 0; };
      std::vector<unsigned> allowed;
      for (unsigned byte = 0; byte < 256; ++byte) {
        if (may(byte)) allowed.push_back(byte);
      }
      if (may(256) && (allowed.empty() || random() % 2 == 0)) return text;
      if (allowed.empty()) return "a dead end after " + text;
      if (plan.empty() && random() % 3 == 0) plan = endings[random() % endings.size()];
      unsigned byte = allowed[random() % allowed.size()];
      if (!plan.empty() && may(static_cast<unsigned char>(plan[0]))) {
        byte = static_cast<unsigned char>(plan[0]);
        plan.erase(0, 1);
      } else {
        plan.clear();
      }
      const auto taken = matcher.accept(byte);
      EXPECT_TRUE(taken) << taken.error().message;
      if (!taken) return text;
      text += static_cast<char>(byte);
    }
    ADD_FAILURE() << "no end: " << text.substr(0, 500);
    return text;
  }

  void expect_calls(const chat::OutputFormat& format, unsigned rounds) {
    SCOPED_TRACE(format.family);
    const chat::CallSyntax& syntax = format.syntax;
    std::vector<std::string> endings = {"\"", "}", "]", ")", "e", syntax.after_arguments};
    for (const std::string& tag : {syntax.parameter.after_value, syntax.string_quote}) {
      if (!tag.empty()) endings.insert(endings.end(), {tag, tag, tag});
    }
    if (syntax.form == chat::ArgumentsForm::kElements) {
      endings.assign({syntax.string_quote + "</"});
    }
    std::erase(endings, "");
    std::mt19937 random(7);
    for (const char* function : {"", "get_weather", "add_all", "book", "ping"}) {
      const bool any = *function == '\0';
      const auto forced =
          grammar(format, tools_,
                  {.kind = any ? ToolChoice::Kind::kRequired : ToolChoice::Kind::kFunction,
                   .function = function});
      ASSERT_TRUE(forced) << forced.error().message;
      for (unsigned round = 0; round < rounds && !HasFailure(); ++round) {
        const std::string text = say(*forced, endings, random);
        SCOPED_TRACE(text);
        chat::OutputOptions options;
        options.tools = tools_;
        options.thinking_off = true;
        if (format.family == "functionary_v32") options.prefill = ">>>";
        if (format.family == "functionary_v2") options.prefill = "<|recipient|>";
        const auto output = chat::parse_output(format, options, text);
        ASSERT_TRUE(output) << output.error().message;
        EXPECT_EQ(output->content, "");
        ASSERT_FALSE(output->calls.empty());
        for (const chat::ParsedCall& call : output->calls) {
          ASSERT_TRUE(checkers_.contains(call.name)) << call.name;
          if (!any) {
            EXPECT_EQ(call.name, function);
          }
          const auto checked = constrain::check_text(*checkers_[call.name], call.arguments);
          ASSERT_TRUE(checked) << checked.error().message;
          EXPECT_TRUE(checked->accepted) << call.arguments << "\n" << checked->reason;
        }
      }
    }
  }

  std::string refusal(const char* family, const std::string& parameters) const {
    const auto tools = chat::parse_json(
        R"([{"type": "function", "function": {"name": "f", "parameters": )" + parameters + "}}]");
    const auto made =
        grammar(*chat::family_format(family), *tools, {.kind = ToolChoice::Kind::kRequired});
    return made ? "" : made.error().message;
  }

  std::shared_ptr<const constrain::Vocabulary> bytes_;
  chat::Value tools_;
  std::map<std::string, std::shared_ptr<constrain::Grammar>> checkers_;
};

TEST_F(ToolGrammar, EveryFamilyReadsAValidCallInWhatIsForced) {
  std::string last;
  for (const chat::FamilyRow& row : chat::family_table()) {
    if (row.name == last) continue;
    last = row.name;
    const chat::OutputFormat format = *chat::family_format(row.name);
    ASSERT_TRUE(format.syntax.known) << row.name;
    expect_calls(format, 12);
  }
}

TEST_F(ToolGrammar, EveryOllamaParserReadsAValidCallInWhatIsForced) {
  size_t families = 0;
  for (const std::string_view name : chat::ollama_parser_names()) {
    const chat::OutputFormat format = *chat::ollama_parser_format(name);
    if (!format.syntax.known) continue;
    ++families;
    expect_calls(format, 3);
  }
  EXPECT_GT(families, 25U);
}

// Go templates name no family: their calls have the form that Ollama looks for.
TEST_F(ToolGrammar, GoTemplatesReadAValidCallInWhatIsForced) {
  for (
      const char* calls :
      {R"({{ range .ToolCalls }}<tool_call>
{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}
</tool_call>{{ end }})",
       R"([TOOL_CALLS] [{{ range .ToolCalls }}{"name": "{{ .Function.Name }}"}{{ end }}])",
       R"({{ range .ToolCalls }}{"name": "{{ .Function.Name }}", "parameters": {{ .Function.Arguments }}}{{ end }})"}) {
    SCOPED_TRACE(calls);
    const auto compiled = chat::gotemplate::Template::compile(
        std::string("{{ range .Messages }}{{ .Content }}{{ if .ToolCalls }}") + calls +
        "{{ end }}{{ end }}");
    ASSERT_TRUE(compiled) << compiled.error().message;
    expect_calls(chat::detect_go_output_format(**compiled), 12);
  }
}

TEST_F(ToolGrammar, WhatAFormCannotEnforceIsNamed) {
  const std::string any_of =
      R"({"type": "object", "properties": {"a": {"type": "string"}}, "minProperties": 1})";
  for (const char* family : {"qwen3_coder", "glm", "minimax", "llama4", "gemma4", "minimax_m3"}) {
    EXPECT_TRUE(refusal(family, any_of).contains("minProperties")) << refusal(family, any_of);
  }
  EXPECT_EQ(refusal("hermes", any_of), "");
  const std::string tuple = R"({"type": "object", "properties": {"a": {"type": "array",
      "prefixItems": [{"type": "string"}]}}})";
  EXPECT_TRUE(refusal("gemma4", tuple).contains("#/properties/a/prefixItems"));
  EXPECT_EQ(refusal("qwen3_coder", tuple), "");
  const std::string odd = R"({"type": "object", "properties": {"a>b": {"type": "string"}}})";
  EXPECT_TRUE(refusal("qwen3_coder", odd).contains("a>b"));
}

}  // namespace
}  // namespace lar::runtime
