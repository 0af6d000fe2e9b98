// The formats that many models share: what they print, and how they are found.
#include "chat/known_formats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "chat/gotemplate/template.h"
#include "chat/json.h"
#include "support/data.h"
#include "support/json.h"

namespace lar::chat {
namespace {

using Json = nlohmann::ordered_json;
using lar::test::read_file;
using lar::test::shared_data;

std::string render(std::string_view source, const char* conversation) {
  const auto compiled = gotemplate::Template::compile(source);
  if (!compiled) return compiled.error().message;
  const auto messages = parse_messages(*parse_json(conversation));
  const auto prompt = (*compiled)->render({.messages = *messages});
  return prompt ? prompt->text : prompt.error().message;
}

TEST(KnownFormats, print_what_ollamas_templates_print) {
  const auto folder = shared_data("chat/ollama/template");
  LAR_REQUIRE_DATA(folder);
  EXPECT_EQ(known_formats().size(), 20U);
  for (const KnownFormat& format : known_formats()) {
    // Theirs ends the last turn twice, with a newline; ours prints what the publisher's does.
    if (format.name == "command-r") continue;
    const std::string theirs = read_file(folder / (std::string(format.name) + ".gotmpl"));
    for (const char* conversation :
         {R"([{"role": "user", "content": "U1"}])",
          R"([{"role": "user", "content": "U1"}, {"role": "assistant", "content": "A1"},
              {"role": "user", "content": "U2"}])",
          R"([{"role": "system", "content": "S"}, {"role": "user", "content": "U1"},
              {"role": "assistant", "content": "A1"}, {"role": "user", "content": "U2"}])"}) {
      std::string expected = render(theirs, conversation);
      // Theirs ends with the newline of its file, which the publisher's template has not.
      if (format.name == "gemma3-instruct" && expected.ends_with("\n\n")) expected.pop_back();
      EXPECT_EQ(render(format.go_template(), conversation), expected) << format.name;
    }
  }
}

std::string detected(const std::string& source) {
  const auto chat_template = ChatTemplate::create(source, {.bos = "<s>", .eos = "</s>"});
  if (!chat_template) return chat_template.error().message;
  const KnownFormat* format = detect_known_format(**chat_template);
  return format == nullptr ? "" : std::string(format->name);
}

TEST(KnownFormats, are_found_in_publishers_templates) {
  const auto folder = shared_data("chat/ollama/template");
  LAR_REQUIRE_DATA(folder);
  size_t cases = 0;
  for (const Json& entry : lar::test::parse_json<Json>(read_file(folder / "index.json"))) {
    EXPECT_EQ(detected(entry["template"]), entry["name"].get<std::string>());
    ++cases;
  }
  std::istringstream lines(read_file(folder / "testdata" / "templates.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const Json templates = lar::test::parse_json<Json>(line);
    for (const auto& [name, source] : templates.items()) {
      EXPECT_EQ(detected(source), name);
      ++cases;
    }
  }
  EXPECT_GT(cases, 60U);
}

TEST(KnownFormats, a_template_of_its_own_kind_is_none) {
  EXPECT_EQ(detected("{% for m in messages %}<{{ m.content }}>{% endfor %}"), "");
  EXPECT_EQ(detected("{{ raise_exception('no') }}"), "");
}

}  // namespace
}  // namespace lar::chat
