// What a template prints for an assistant's turn is what its model was trained to write: taken as
// output, it must give that turn back. Over every real template in the data.
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

Value text_value(std::string_view text) {
  return Value::string(std::string(text), Origin::kContent);
}

Message message_of(std::string_view role, std::string_view text) {
  Message message;
  message.role = role;
  message.content = text_value(text);
  return message;
}

std::map<std::string, std::string> all_templates() {
  std::map<std::string, std::string> templates;
  const auto inputs = shared_data("chat/goldens/golden_inputs.json");
  if (std::filesystem::exists(inputs)) {
    const Json golden = lar::test::parse_json<Json>(read_file(inputs));
    for (const Json& entry : golden["templates"]) {
      templates[entry["src"].get<std::string>() + "/" + entry["name"].get<std::string>()] =
          entry["template"];
    }
  }
  for (const char* folder : {"chat/llama.cpp-templates", "chat/ollama/renderer-jinja"}) {
    const auto path = shared_data(folder);
    if (!std::filesystem::exists(path)) continue;
    for (const auto& file : std::filesystem::directory_iterator(path)) {
      templates[file.path().filename().string()] = read_file(file.path());
    }
  }
  return templates;
}

struct Turn {
  std::string thinking;
  std::string content;
  std::vector<std::pair<std::string, std::string>> calls;  // name and arguments as JSON
};

const char* const kTools = R"([
  {"type": "function", "function": {"name": "get_weather", "description": "Weather of a city",
    "parameters": {"type": "object", "properties": {
      "city": {"type": "string", "description": "The city"},
      "days": {"type": "integer", "description": "How many"},
      "detail": {"type": "object", "description": "More", "properties": {
         "wind": {"type": "boolean", "description": "w"}}}},
    "required": ["city"]}}},
  {"type": "function", "function": {"name": "add", "description": "Adds numbers",
    "parameters": {"type": "object", "properties": {
      "numbers": {"type": "array", "description": "n", "items": {"type": "number"}}},
    "required": ["numbers"]}}}])";

class Rendering {
 public:
  Rendering(const ChatTemplate& chat_template, const Value& tools)
      : template_(chat_template), tools_(tools) {}

  std::string prompt() const { return render({message_of("user", "QUESTION")}, true); }

  // The turn as the template prints it, or nothing where it refuses to.
  std::string turn(const Turn& turn, bool text_arguments) const {
    Message answer = message_of("assistant", turn.content);
    if (!turn.thinking.empty()) answer.thinking = turn.thinking;
    for (const auto& [name, arguments] : turn.calls) {
      answer.tool_calls.push_back(
          {"abcdefghi", name, text_arguments ? text_value(arguments) : *parse_json(arguments)});
    }
    return render({message_of("user", "QUESTION"), answer}, false);
  }

 private:
  std::string render(const std::vector<Message>& messages, bool prompt) const {
    ChatOptions options;
    options.add_generation_prompt = prompt;
    options.enable_thinking = true;
    options.extra.set("thinking", Value::boolean(true));
    options.now = jinja::DateTime{2024, 7, 26, 12, 0, 0, 0};
    auto rendered = template_.render(messages, tools_, options);
    return rendered ? rendered->text : std::string();
  }

  const ChatTemplate& template_;
  const Value& tools_;
};

// The part of `full` that the model would have written after `prompt`.
std::optional<std::string> written(const std::string& full, const std::string& prompt) {
  if (full.empty() || prompt.empty()) return std::nullopt;
  if (full.starts_with(prompt)) return full.substr(prompt.size());
  return std::nullopt;
}

struct Score {
  size_t passed = 0;
  size_t refused = 0;
  std::vector<std::string> failed;
};

void check_turn(const std::string& name,
                const std::string& source,
                const Turn& turn,
                Score& score) {
  const auto chat_template = ChatTemplate::create(source, {"<s>", "</s>", {}});
  if (!chat_template) return;
  const auto tools = parse_json(kTools);
  const Value shown = turn.calls.empty() ? Value() : *tools;
  const Rendering rendering(**chat_template, shown);
  const std::string prompt = rendering.prompt();
  std::optional<std::string> output = written(rendering.turn(turn, false), prompt);
  const bool usable = output && (turn.calls.empty() || output->contains(turn.calls[0].first));
  if (!usable) output = written(rendering.turn(turn, true), prompt);
  // The turn ends where the model's would; some templates print on, or a part of the calls only.
  if (output) {
    for (const char* end :
         {"<|END_OF_TURN_TOKEN|>", "<|im_end|>", "<|eot_id|>", "<|message_sep|>\n\n<"}) {
      if (const size_t at = output->find(end); at != std::string::npos) output->resize(at);
    }
  }
  bool whole = output.has_value();
  for (const auto& [tool, arguments] : turn.calls) whole = whole && output->contains(tool);
  // Quotes as HTML entities, an answer in the analysis channel, the header of another message:
  // templates that do not print what their models write.
  for (const char* odd : {"&#34;", "<SPECIAL_11>Assistant", "<|python_end|>{",
                          "analysis<|message|>Let", "</tool_call> {"}) {
    whole = whole && !output->contains(odd);
  }
  const bool shows = whole && (turn.calls.empty() || output->contains(turn.calls[0].first)) &&
                     output->contains(turn.thinking) && output->contains(turn.content);
  if (!shows) {
    ++score.refused;
    return;
  }
  const OutputFormat format = detect_output_format(**chat_template, source);
  const OutputOptions options = options_for_prompt(format, prompt, shown, true);
  // No model answers without a thought where the prompt has opened one, and bare JSON behind text
  // is text.
  const bool bare = format.bare != nullptr && format.calls.empty();
  if ((options.in_thinking && turn.thinking.empty() && !output->contains("</")) ||
      (bare && !turn.content.empty() && !turn.calls.empty())) {
    ++score.refused;
    return;
  }
  const std::string_view text = without_end_of_turn(*output, format.end_of_turn);
  const test::Parsed parsed = test::parse_pieces(format, options, {text});
  bool same = parsed.error.empty() && trim(parsed.output.content) == turn.content &&
              trim(parsed.output.thinking) == turn.thinking &&
              parsed.output.calls.size() == turn.calls.size();
  for (size_t i = 0; same && i < turn.calls.size(); ++i) {
    same = parsed.output.calls[i].name == turn.calls[i].first &&
           test::arguments_of(parsed.output.calls[i]) ==
               lar::test::parse_json<nlohmann::json>(turn.calls[i].second) &&
           parsed.output.calls[i].complete;
  }
  if (same) {
    ++score.passed;
  } else {
    score.failed.push_back(name + " [" + format.family + "] wrote " + Json(*output).dump() +
                           "\n  gave " + test::describe(parsed));
  }
}

const std::string kWeather = R"({"city": "Paris", "days": 3, "detail": {"wind": true}})";
const std::string kAdd = R"({"numbers": [1, 2.5]})";

void check_all(const Turn& turn, size_t at_least) {
  const auto templates = all_templates();
  if (templates.empty()) GTEST_SKIP() << "no data of templates";
  Score score;
  for (const auto& [name, source] : templates) check_turn(name, source, turn, score);
  for (const std::string& failure : score.failed) ADD_FAILURE() << failure;
  std::cout << score.passed << " templates give the turn back, " << score.refused
            << " do not print such a turn\n";
  EXPECT_GE(score.passed, at_least);
}

TEST(RoundTrip, content) {
  check_all({"", "Hello, world!\nWhat's up?", {}}, 50);
}

TEST(RoundTrip, thinking_and_content) {
  check_all({"I'm\nthinking", "Hello, world!\nWhat's up?", {}}, 20);
}

TEST(RoundTrip, one_call) {
  check_all({"", "", {{"get_weather", kWeather}}}, 50);
}

TEST(RoundTrip, content_and_call) {
  check_all({"", "Let me look.", {{"get_weather", kWeather}}}, 20);
}

TEST(RoundTrip, two_calls) {
  check_all({"", "", {{"get_weather", kWeather}, {"add", kAdd}}}, 40);
}

TEST(RoundTrip, thinking_and_call) {
  check_all({"I'm\nthinking", "", {{"add", kAdd}}}, 10);
}

// The same for the Go templates of Ollama's library, read with Ollama's rule.
TEST(RoundTrip, calls_of_go_templates) {
  const auto path = shared_data("chat/ollama/ollama_library_templates.json");
  LAR_REQUIRE_DATA(path);
  const auto tools = parse_json(kTools);
  const auto definitions = parse_tools(*tools);
  ASSERT_TRUE(definitions);
  size_t passed = 0;
  size_t not_shown = 0;
  for (const Json& entry : lar::test::parse_json<Json>(read_file(path))) {
    // Phi 4 mini's template leaves out a brace of every call.
    if (entry["model"] == "library/phi4-mini:3.8b") continue;
    const std::string source = entry["ollama"].value("template", "");
    const auto compiled = gotemplate::Template::compile(source);
    if (!compiled || !(*compiled)->mentions("toolcalls")) continue;
    const OutputFormat format = detect_go_output_format(**compiled);
    Message answer = message_of("assistant", "");
    answer.tool_calls.push_back({"", "get_weather", *parse_json(kWeather)});
    answer.tool_calls.push_back({"", "add", *parse_json(kAdd)});
    Message result = message_of("tool", "RESULT");
    const std::vector<Message> messages = {message_of("user", "QUESTION"), answer, result};
    const auto prompt = (*compiled)->render({.messages = messages, .tools = &*definitions});
    ASSERT_TRUE(prompt) << prompt.error().message;
    // From the answer's header to the result is what the model would write.
    const size_t question = prompt->text.rfind("QUESTION");
    const size_t end = prompt->text.rfind("RESULT");
    const std::string tag = format.bare != nullptr ? "{"
                            : format.calls.empty() ? "no tag"
                                                   : format.calls.front().tag;
    const size_t begin =
        question == std::string::npos ? question : prompt->text.find(tag, question);
    if (begin == std::string::npos || end == std::string::npos || begin > end) {
      ++not_shown;
      continue;
    }
    std::string_view text = std::string_view(prompt->text).substr(begin, end - begin);
    OutputOptions options;
    options.tools = *tools;
    const test::Parsed parsed = test::parse_pieces(format, options, {text});
    SCOPED_TRACE(entry["model"].get<std::string>() + ": " + std::string(text));
    EXPECT_EQ(parsed.error, "");
    // A bare object ends the calls, as in Ollama.
    ASSERT_GE(parsed.output.calls.size(), format.bare != nullptr ? 1U : 2U);
    EXPECT_EQ(parsed.output.calls[0].name, "get_weather");
    EXPECT_EQ(test::arguments_of(parsed.output.calls[0]),
              lar::test::parse_json<nlohmann::json>(kWeather));
    ++passed;
  }
  std::cout << passed << " Go templates give the calls back, " << not_shown
            << " do not print them\n";
  EXPECT_GT(passed, 20U);
}

}  // namespace
}  // namespace lar::chat
