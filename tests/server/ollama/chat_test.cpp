#include <gmock/gmock.h>

#include "endpoint_harness.h"

namespace lar::test {
namespace {

using runtime::GenerateRequest;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

class ChatTest : public testing::Test, protected EndpointHarness {
 protected:
  ChatTest() {
    add_model("go", {.go_template = "{{ range .Messages }}{{ .Content }}{{ end }}{{ .Tools }}",
                     .system = "Be short."});
    add_model("jinja", {.jinja_template = "{{ messages }}{{ tools }}<think></think>"});
    add_model("vectors", {.architecture = "bert", .pooling = true});
  }

  Reply chat(Json body) { return post("/api/chat", body); }
  const GenerateRequest& asked() {
    return std::get<GenerateRequest>(service.orders.back().request.value());
  }
  static Json user(std::string text) { return {{"role", "user"}, {"content", std::move(text)}}; }
  static Json tool() {
    return {{"type", "function"},
            {"function", {{"name", "weather"}, {"parameters", {{"type", "object"}}}}}};
  }
};

TEST_F(ChatTest, PutsTheSystemTextInFrontUnlessTheRequestHasOne) {
  service.scripts.assign(2, FakeService::answer("x"));
  chat({{"model", "go"}, {"messages", {user("Hi")}}});
  ASSERT_THAT(asked().messages, SizeIs(2));
  EXPECT_EQ(asked().messages[0].content, "Be short.");
  EXPECT_EQ(asked().go_template, "{{ range .Messages }}{{ .Content }}{{ end }}{{ .Tools }}");
  chat({{"model", "go"}, {"messages", {{{"role", "System"}, {"content", "Sing."}}, user("Hi")}}});
  ASSERT_THAT(asked().messages, SizeIs(2));
  EXPECT_EQ(asked().messages[0].role, "system") << "roles in lower case";
  EXPECT_EQ(asked().messages[0].content, "Sing.");
}

TEST_F(ChatTest, TheNameOfAModelDecidesWhatItsWeightsDoNotSay) {
  add_model("gemma4:e2b", {.renderer = "gemma4", .parser = "gemma4"});
  add_model("gemma4:31b", {.renderer = "gemma4", .parser = "gemma4"});
  add_model("someone/deepseek-r1:7b", {.jinja_template = "{{ messages }}"});
  service.scripts.assign(4, FakeService::answer("x"));
  chat({{"model", "gemma4:e2b"}, {"messages", {user("Hi")}}});
  EXPECT_EQ(service.orders.back().model.style.renderer, "gemma4-small");
  EXPECT_EQ(service.orders.back().model.style.parser, "gemma4");
  chat({{"model", "gemma4:31b"}, {"messages", {user("Hi")}}});
  EXPECT_EQ(service.orders.back().model.style.renderer, "gemma4-large");

  const Json talk = {user("1"),
                     {{"role", "assistant"}, {"content", "\n<think>hm</think>\n\nA"}},
                     user("2"),
                     {{"role", "assistant"}, {"content", "<think>y</think>B"}}};
  chat({{"model", "someone/deepseek-r1:7b"}, {"messages", talk}});
  ASSERT_THAT(asked().messages, SizeIs(4));
  EXPECT_EQ(asked().messages[1].content, "A");
  EXPECT_EQ(asked().messages[3].content, "<think>y</think>B") << "of this turn it stays";
  chat({{"model", "jinja"}, {"messages", talk}});
  EXPECT_EQ(asked().messages[1].content, "\n<think>hm</think>\n\nA");
}

TEST_F(ChatTest, TheVersionSaysHowFarModelsAreConfined) {
  EXPECT_EQ(call("GET", "/api/version", nullptr).json()["sandbox"], "full");
  config.sandbox = "degraded";
  config.version = "1.2.3";
  const Json version = call("GET", "/api/version", nullptr).json();
  EXPECT_EQ(version["sandbox"], "degraded");
  EXPECT_EQ(version["lar"], "1.2.3");
}

TEST_F(ChatTest, ReadsCompressedBodies) {
  // One raw block, as `zstd --no-check` writes what does not get smaller.
  const std::string zstd(
      "\x28\xb5\x2f\xfd\x00\x58\xf9\x00\x00{\"model\":\"jinja\",\"messages\":[]}", 40);
  service.scripts.push_back({.events = {}});
  const auto loaded = call_text("POST", "/api/chat", zstd, {{"Content-Encoding", "zstd"}});
  EXPECT_EQ(loaded.status, 200) << loaded.body;
  EXPECT_EQ(loaded.json()["done_reason"], "load");
  const auto damaged = call_text("POST", "/api/chat", "{}", {{"Content-Encoding", "gzip"}});
  EXPECT_EQ(damaged.status, 400);
  EXPECT_EQ(damaged.error(), "the request's body is no valid gzip");
}

TEST_F(ChatTest, ThereIsNoCloud) {
  for (const char* path :
       {"/api/me", "/api/signout", "/api/experimental/web_search", "/api/experimental/web_fetch"}) {
    const auto refused = call_text("POST", path, "{}", {});
    EXPECT_EQ(refused.status, 403) << path;
    EXPECT_EQ(refused.error(), "this server has no cloud");
  }
}

TEST_F(ChatTest, SaysOnceThatABodyIsNoJson) {
  EXPECT_EQ(call_text("POST", "/api/chat", "{", {}).error(), "invalid JSON");
}

TEST_F(ChatTest, SaysWhichCodingsItReads) {
  const auto refused = call_text("POST", "/api/chat", "x", {{"Content-Encoding", "br"}});
  EXPECT_EQ(refused.status, 415);
  EXPECT_THAT(refused.error(), HasSubstr("\"br\" are not supported"));
  EXPECT_EQ(refused.header("Accept-Encoding"), "gzip, zstd, identity");
}

TEST_F(ChatTest, TakesAllOfAMessage) {
  service.scripts.push_back(FakeService::answer("x"));
  chat({{"model", "jinja"},
        {"messages",
         {user("Hi"),
          {{"role", "assistant"},
           {"thinking", "hm"},
           {"tool_calls",
            {{{"id", "c1"},
              {"function", {{"name", "f"}, {"arguments", {{"z", 1}, {"a", {2, 3}}}}}}}}}},
          {{"role", "tool"}, {"content", "42"}, {"tool_name", "f"}, {"tool_call_id", "c1"}}}}});
  const auto& messages = asked().messages;
  ASSERT_THAT(messages, SizeIs(3));
  EXPECT_EQ(messages[1].thinking, "hm");
  EXPECT_EQ(messages[1].tool_calls[0].arguments, R"({"z":1,"a":[2,3]})") << "keys in their order";
  EXPECT_EQ(messages[2].tool_name, "f");
  EXPECT_EQ(messages[2].tool_call_id, "c1");
}

TEST_F(ChatTest, RefusesInOllamasWords) {
  const auto refused = [&](Json body) {
    const Reply reply = chat(std::move(body));
    return std::to_string(reply.status) + " " + reply.error();
  };
  EXPECT_EQ(refused({{"model", ""}}), "400 model is required");
  EXPECT_EQ(refused({{"model", "nosuch"}}), "404 model 'nosuch' not found");
  EXPECT_EQ(refused({{"model", "vectors"}, {"messages", {user("x")}}}),
            "400 \"vectors\" does not support chat");
  EXPECT_THAT(refused({{"model", "go"}, {"messages", {{{"content", {1, 2}}}}}}),
              HasSubstr("400 messages[0].content must be a string"));
  EXPECT_THAT(
      refused({{"model", "go"},
               {"messages",
                {{{"role", "assistant"},
                  {"tool_calls", {{{"function", {{"name", "f"}, {"arguments", "{}"}}}}}}}}}}),
      HasSubstr("400 messages[0].tool_calls[0].function.arguments must be an object"));
  EXPECT_THAT(refused({{"model", "go"}, {"messages", {user("x")}}, {"tools", Json::object()}}),
              HasSubstr("400 tools must be a list"));
  EXPECT_THAT(refused({{"model", "go"}, {"messages", {{{"role", "user"}, {"images", {"aGk="}}}}}}),
              HasSubstr("400 this model does not support images"));
}

TEST_F(ChatTest, AModelWithoutToolsSaysSo) {
  add_model("plain", {});
  const Reply reply = chat({{"model", "plain"}, {"messages", {user("x")}}, {"tools", {tool()}}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.error(), "registry.ollama.ai/library/plain:latest does not support tools");
}

TEST_F(ChatTest, LoadsAndUnloadsByNoMessages) {
  service.scripts.push_back({.events = {}});
  const Json loaded = chat({{"model", "go"}, {"messages", Json::array()}}).json();
  EXPECT_EQ(loaded["done_reason"], "load");
  EXPECT_EQ(loaded["message"], Json({{"role", "assistant"}, {"content", ""}}));
  EXPECT_EQ(chat({{"model", "go"}, {"keep_alive", "0s"}}).json()["done_reason"], "unload");
}

TEST_F(ChatTest, WritesToolsAsOllamaDoesButKeepsAllOfThem) {
  service.scripts.push_back(FakeService::answer("x"));
  const Json tool = Json::parse(R"({"function": {"parameters": {"properties": {
      "n": {"minimum": 1, "description": "", "type": "integer"}}, "required": [], "type": "object"},
      "name": "f"}, "type": "function"})");
  chat({{"model", "jinja"}, {"messages", {user("x")}}, {"tools", {tool}}});
  EXPECT_EQ(asked().tools,
            R"([{"type":"function","function":{"name":"f","parameters":{"type":"object",)"
            R"("properties":{"n":{"type":"integer","minimum":1}}}}}])");
}

std::vector<runtime::Event> call_events() {
  return {
      runtime::GenerateDelta{.content = "Let me see."},
      runtime::GenerateDelta{.tool_calls = {{.index = 0, .name = "weather"}}},
      runtime::GenerateDelta{.tool_calls = {{.index = 0, .arguments = R"({"city":)"}}},
      runtime::GenerateDelta{.tool_calls = {{.index = 0, .arguments = R"("Rome"})", .done = true}}},
      runtime::GenerateDone{}};
}

TEST_F(ChatTest, TellsOfToolCallsWhenTheyAreComplete) {
  service.scripts.push_back({.events = call_events()});
  const auto lines =
      chat({{"model", "go"}, {"messages", {user("x")}}, {"tools", {tool()}}}).lines();
  ASSERT_THAT(lines, SizeIs(3));
  const Json& call = lines[1]["message"]["tool_calls"][0];
  EXPECT_EQ(lines[1]["message"]["content"], "");
  EXPECT_THAT(call["id"].get<std::string>(), MatchesRegex("call_[a-z0-9]{8}"));
  EXPECT_EQ(call["function"]["name"], "weather");
  EXPECT_EQ(call["function"]["index"], 0);
  EXPECT_EQ(call["function"]["arguments"], Json({{"city", "Rome"}}));
  EXPECT_EQ(lines[2]["done_reason"], "stop");
  EXPECT_FALSE(lines[2]["message"].contains("tool_calls"));
}

TEST_F(ChatTest, TellsOfToolCallsAtTheEndForJinjaTemplates) {
  service.scripts.push_back({.events = call_events()});
  const auto lines =
      chat({{"model", "jinja"}, {"messages", {user("x")}}, {"tools", {tool()}}}).lines();
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[1]["message"]["tool_calls"][0]["function"]["name"], "weather");
}

TEST_F(ChatTest, CollectsEverythingWhereNoStreamIsWanted) {
  auto events = call_events();
  events.insert(events.begin(), runtime::GenerateDelta{.thinking = "hm"});
  service.scripts.push_back({.events = std::move(events)});
  const Json reply =
      chat({{"model", "jinja"}, {"messages", {user("x")}}, {"tools", {tool()}}, {"stream", false}})
          .json();
  EXPECT_EQ(reply["message"]["content"], "Let me see.");
  EXPECT_EQ(reply["message"]["thinking"], "hm");
  EXPECT_THAT(reply["message"]["tool_calls"], SizeIs(1));
  EXPECT_FALSE(reply.contains("context"));
}

TEST_F(ChatTest, PassesTheSchemaOnInItsOrder) {
  service.scripts.push_back(FakeService::answer("{}"));
  chat({{"model", "go"},
        {"messages", {user("x")}},
        {"format", {{"type", "object"}, {"properties", {{"b", {}}, {"a", {}}}}}}});
  EXPECT_EQ(asked().constraint.kind, runtime::Constraint::Kind::kJsonSchema);
  EXPECT_EQ(asked().constraint.text, R"({"type":"object","properties":{"b":null,"a":null}})");
}

}  // namespace
}  // namespace lar::test
