#include "chat/chat_template.h"

#include <gtest/gtest.h>

#include <chrono>

#include "chat/gguf_metadata.h"
#include "chat/json.h"
#include "support/data.h"
#include "support/json.h"

namespace lar::chat {
namespace {

using Json = nlohmann::ordered_json;
using lar::test::read_file;
using lar::test::shared_data;

constexpr std::string_view kChatMl =
    "{{ bos_token }}{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + "
    "'<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% endif %}";

Message message(std::string role, std::string text) {
  Message made;
  made.role = std::move(role);
  made.content = Value::string(std::move(text), Origin::kContent);
  return made;
}

Message from_json_message(const Json& json) {
  Message made;
  made.role = json["role"];
  made.content = *from_json(json["content"]);
  for (const auto& [key, value] : json.items()) {
    if (key == "role" || key == "content") continue;
    if (key == "tool_calls") {
      for (const Json& call : value) {
        made.tool_calls.push_back({call.value("id", ""), call["function"]["name"],
                                   *from_json(call["function"]["arguments"])});
      }
    } else if (key == "thinking" || key == "reasoning_content") {
      made.thinking = value.get<std::string>();
    } else {
      made.extra.set(key, *from_json(value));
    }
  }
  return made;
}

TEST(ChatTemplate, renders_messages_and_marks_control_text) {
  const auto compiled = ChatTemplate::create(kChatMl, {.bos = "<s>", .eos = "</s>"});
  ASSERT_TRUE(compiled);
  const auto prompt = (*compiled)->render({message("user", "<s>hi")}, Value(), {});
  ASSERT_TRUE(prompt) << prompt.error().message;
  EXPECT_EQ(prompt->text, "<s><|im_start|>user\n<s>hi<|im_end|>\n<|im_start|>assistant\n");
  ASSERT_EQ(prompt->runs.size(), 5U);
  EXPECT_EQ(prompt->runs[0].end, 15U);  // the bos token is control text, the user's is not
  EXPECT_EQ(prompt->runs[3].origin, Origin::kContent);
}

TEST(ChatTemplate, extra_variables_override_none_of_ours) {
  const auto compiled = ChatTemplate::create("{{ messages|length }}{{ bos_token }}{{ x }}", {});
  ASSERT_TRUE(compiled);
  ChatOptions options;
  options.extra.set("messages", Value::list({}));
  options.extra.set("bos_token", Value::string("evil", Origin::kContent));
  options.extra.set("x", Value::integer(5));
  const auto prompt = (*compiled)->render({message("user", "a")}, Value(), options);
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt->text, "15");
}

TEST(ChatTemplate, wraps_content_for_templates_that_want_parts) {
  const auto compiled = ChatTemplate::create(
      "{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endfor %}", {});
  ASSERT_TRUE(compiled);
  EXPECT_TRUE((*compiled)->traits().typed_content);
  EXPECT_EQ((*compiled)->render({message("user", "a")}, Value(), {})->text, "a");
}

TEST(ChatTemplate, an_error_of_the_template_names_line_and_column) {
  EXPECT_EQ(ChatTemplate::create("\n {% if %}", {}).error().message,
            "line 2, column 8: expected an expression, got end of statement block");
}

TEST(ChatTemplate, renders_a_context_of_json_text) {
  const auto prompt = render_json_context("{{ messages[0].content }}{{ strftime_now('%Y') }}",
                                          R"({"messages": [{"content": "x"}]})",
                                          jinja::parse_iso_8601("2030-01-01"));
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt->text, "x2030");
  EXPECT_FALSE(render_json_context("x", "{", std::nullopt));
  EXPECT_FALSE(render_json_context("x", "[]", std::nullopt));
}

TEST(ChatTemplate, the_parrots_prompts_are_those_it_was_trained_on) {
  const auto model = shared_data("parrot/parrot-qwen3.q8_0.gguf");
  LAR_REQUIRE_DATA(model);
  const std::string file = read_file(model);
  test::GgufStrings metadata(file);
  const auto compiled = ChatTemplate::create(metadata["tokenizer.chat_template"], {});
  ASSERT_TRUE(compiled) << compiled.error().message;
  EXPECT_TRUE((*compiled)->traits().tools);
  EXPECT_TRUE((*compiled)->traits().tool_calls);
  EXPECT_TRUE((*compiled)->traits().thinking);
  EXPECT_TRUE((*compiled)->traits().system_role);
  EXPECT_FALSE((*compiled)->traits().typed_content);
  size_t cases = 0;
  for (const Json& entry :
       lar::test::parse_json<Json>(read_file(shared_data("parrot/parrot-qwen3.expected.json")))) {
    if (entry["messages"].is_null()) continue;
    std::vector<Message> messages;
    for (const Json& json : entry["messages"]) messages.push_back(from_json_message(json));
    ChatOptions options;
    if (!entry["think"].is_null()) options.enable_thinking = entry["think"].get<bool>();
    const auto prompt = (*compiled)->render(messages, *from_json(entry["tools"]), options);
    ASSERT_TRUE(prompt) << entry["id"] << prompt.error().message;
    EXPECT_EQ(prompt->text, entry["raw_prompt"].get<std::string>()) << entry["id"];
    ++cases;
  }
  EXPECT_GT(cases, 1000U);
}

// 50 messages and 20 tools: a rendering is to take less than 2 ms.
TEST(ChatTemplate, a_long_conversation_renders_quickly) {
  const auto model = shared_data("parrot/parrot-qwen3.q8_0.gguf");
  LAR_REQUIRE_DATA(model);
  const std::string file = read_file(model);
  test::GgufStrings metadata(file);
  const auto compiled = ChatTemplate::create(metadata["tokenizer.chat_template"], {});
  ASSERT_TRUE(compiled);
  std::vector<Message> messages;
  for (int i = 0; i < 50; ++i) {
    messages.push_back(message(i % 2 == 0 ? "user" : "assistant", std::string(500, 'a')));
  }
  Json tools = Json::array();
  for (int i = 0; i < 20; ++i) {
    Json properties;
    for (int j = 0; j < 8; ++j) {
      properties["parameter" + std::to_string(j)] = {{"type", "string"}, {"description", "what"}};
    }
    tools.push_back({{"type", "function"},
                     {"function",
                      {{"name", "tool" + std::to_string(i)},
                       {"description", "does something"},
                       {"parameters", {{"type", "object"}, {"properties", properties}}}}}});
  }
  const Value tools_value = *from_json(tools);
  double best_ms = 1e9;
  for (int i = 0; i < 20; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE((*compiled)->render(messages, tools_value, {}));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    best_ms = std::min(best_ms, took.count());
  }
  RecordProperty("best_ms", std::to_string(best_ms));
#ifdef NDEBUG
  EXPECT_LT(best_ms, 2.0);
#endif
}

}  // namespace
}  // namespace lar::chat
