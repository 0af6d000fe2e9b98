// The trained chat model: what it writes, cut in any way, gives the recorded content, thinking and
// calls, byte for byte.
#include <gtest/gtest.h>

#include "chat/json.h"
#include "chat/parsers/detect.h"
#include "chat/parsers/pieces.h"
#include "support/data.h"
#include "support/json.h"

namespace lar::chat {
namespace {

using Json = nlohmann::ordered_json;
using lar::test::read_file;
using lar::test::shared_data;

TEST(Parrot, every_completion_parses_to_the_recorded_answer) {
  const auto path = shared_data("parrot/parrot-qwen3.expected.json");
  LAR_REQUIRE_DATA(path);
  const Json cases = lar::test::parse_json<Json>(read_file(path));
  const std::string source =
      read_file(shared_data("chat/llama.cpp-templates/Qwen-Qwen3-0.6B.jinja"));
  const auto chat_template = ChatTemplate::create(source, {});
  ASSERT_TRUE(chat_template);
  const OutputFormat format = detect_output_format(**chat_template, source);
  EXPECT_EQ(format.family, "hermes");
  size_t done = 0;
  for (const Json& entry : cases) {
    if (entry["messages"].is_null()) continue;  // of /api/generate with raw: nothing is parsed
    SCOPED_TRACE(entry["id"].get<std::string>());
    std::optional<bool> think;
    if (entry["think"].is_boolean()) think = entry["think"].get<bool>();
    const auto tools = from_json(entry["tools"]);
    ASSERT_TRUE(tools);
    const OutputOptions options =
        options_for_prompt(format, entry["raw_prompt"].get<std::string>(), *tools, think);
    const std::string completion = entry["raw_completion"];
    const std::string_view text = without_end_of_turn(completion);
    const test::Parsed parsed = done % 8 == 0 ? test::parse_every_way(format, options, text, 2)
                                              : test::parse_pieces(format, options, {text});
    EXPECT_EQ(parsed.error, "");
    EXPECT_EQ(parsed.output.content, entry["content"].get<std::string>());
    EXPECT_EQ(parsed.output.thinking,
              entry["thinking"].is_null() ? "" : entry["thinking"].get<std::string>());
    const Json calls = entry["tool_calls"].is_null() ? Json::array() : entry["tool_calls"];
    ASSERT_EQ(parsed.output.calls.size(), calls.size());
    for (size_t i = 0; i < calls.size(); ++i) {
      EXPECT_EQ(parsed.output.calls[i].name, calls[i]["name"].get<std::string>());
      EXPECT_EQ(test::arguments_of(parsed.output.calls[i]), nlohmann::json(calls[i]["arguments"]));
    }
    ++done;
  }
  EXPECT_GT(done, 0U);
}

}  // namespace
}  // namespace lar::chat
