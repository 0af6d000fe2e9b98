#include "chat/parsers/model_format.h"

#include <gtest/gtest.h>

#include "chat/json.h"
#include "chat/parsers/pieces.h"

namespace lar::chat {
namespace {

constexpr std::string_view kHermes =
    "{%- if tools %}<tools>{{ tools | tojson }}</tools> Answer with "
    "<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>{% "
    "endif %}"
    "{%- for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant\n";
constexpr std::string_view kCall =
    "<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>";

test::Parsed parse(const ModelFacts& facts, bool offered) {
  const auto renderer = PromptRenderer::create(facts, {});
  EXPECT_TRUE(renderer) << renderer.error().message;
  const auto format = model_output_format(facts, *renderer);
  EXPECT_TRUE(format) << format.error().message;
  OutputOptions options;
  if (offered) {
    options.tools =
        *parse_json(R"([{"type": "function", "function": {"name": "f", "parameters": {}}}])");
  }
  return test::parse_every_way(*format, options, kCall, 2);
}

TEST(ModelFormat, ATemplatesTagsAreTextWhereNoToolsAreOffered) {
  ModelFacts facts;
  facts.jinja_template = kHermes;
  EXPECT_EQ(parse(facts, true).output.calls.size(), 1U);
  const test::Parsed parsed = parse(facts, false);
  EXPECT_EQ(parsed.output.content, kCall);
  EXPECT_TRUE(parsed.output.calls.empty());
}

TEST(ModelFormat, ANamedParserReadsCallsInAnyCase) {
  ModelFacts facts;
  facts.jinja_template = kHermes;
  facts.parser = "qwen3";
  EXPECT_EQ(parse(facts, false).output.calls.size(), 1U);
}

}  // namespace
}  // namespace lar::chat
