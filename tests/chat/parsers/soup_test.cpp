// Any text in any order of tags: no crash, the same result for every way of cutting it, time that
// grows with the text and not faster.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "chat/json.h"
#include "chat/parsers/pieces.h"
#include "chat/parsers/registry.h"
#include "support/json.h"

namespace lar::chat {
namespace {

const char* const kTools = R"([
  {"name": "f", "parameters": {"type": "object", "properties": {"k": {"type": "string"},
    "n": {"type": "integer"}, "o": {"type": "object"}}, "required": ["k"]}},
  {"name": "get_weather", "parameters": {"type": "object"}}])";

// What the family's parsers look for, and what stands around it.
std::vector<std::string> words_of(const OutputFormat& format) {
  std::vector<std::string> words = {"f",
                                    "get_weather",
                                    "unknown",
                                    "{",
                                    "}",
                                    "[",
                                    "]",
                                    "\"",
                                    "\"name\": \"f\"",
                                    ", ",
                                    "\"arguments\": {\"k\": \"v\"}",
                                    "(",
                                    ")",
                                    "k=",
                                    "'x'",
                                    "\n",
                                    " ",
                                    "\\",
                                    "é",
                                    "\xF0",
                                    "\xE3\x80\x80",
                                    "```json",
                                    "\n```\n",
                                    "text ",
                                    "true",
                                    "-1.5e",
                                    "<",
                                    "|>",
                                    "call:",
                                    "{\"k\": 1}",
                                    "null",
                                    "<function=f>",
                                    "<parameter=k>",
                                    "</parameter>",
                                    "</function>",
                                    "<arg_key>k</arg_key>",
                                    "<arg_value>",
                                    "</arg_value>",
                                    "[ARGS]",
                                    "to=functions.f",
                                    "json",
                                    "assistant",
                                    "function",
                                    "<|\"|>",
                                    ">",
                                    ";",
                                    "=",
                                    ":0"};
  const auto add = [&](const std::string& word) {
    if (!word.empty()) words.push_back(word);
  };
  for (const ThinkingTags& tags : format.thinking) {
    add(tags.open);
    add(tags.close);
  }
  for (const std::string& tag : format.silent) add(tag);
  for (const std::string& tag : format.section) add(tag);
  for (const CallOpener& opener : format.calls) add(opener.tag);
  const CallSyntax& syntax = format.syntax;
  for (const std::string& word :
       {syntax.section_begin, syntax.before_name, syntax.after_name, syntax.after_arguments,
        syntax.between_calls, syntax.section_end, syntax.parameter.before_name,
        syntax.parameter.after_name, syntax.parameter.after_value}) {
    add(word);
  }
  if (format.machine != Machine::kTags) {
    for (const char* tag :
         {"<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|call|>", "<|eom|>", "<|eot|>",
          "<|return|>", "commentary", "analysis", "to=self", "<atem:function_calls>",
          "<atem:invoke name=\"f\">", "<atem:parameter name=\"k\">", "</atem:parameter>",
          "</atem:invoke>", "</atem:function_calls>"}) {
      add(tag);
    }
  }
  return words;
}

std::vector<OutputFormat> all_formats() {
  std::vector<OutputFormat> formats;
  std::string last;
  for (const FamilyRow& row : family_table()) {
    if (row.name == last) continue;
    last = row.name;
    formats.push_back(*family_format(row.name));
  }
  for (const std::string_view name : ollama_parser_names()) {
    formats.push_back(*ollama_parser_format(name));
  }
  return formats;
}

// Halves of words too: what looks like a tag and is none.
std::string soup(const std::vector<std::string>& words, std::mt19937& random) {
  std::string text;
  const size_t count = 1 + random() % 14;
  for (size_t i = 0; i < count; ++i) {
    const std::string& word = words[random() % words.size()];
    text += random() % 8 == 0 ? word.substr(0, random() % (word.size() + 1)) : word;
  }
  return text;
}

TEST(Soup, is_read_alike_however_it_is_cut) {
  const auto tools = parse_json(kTools);
  ASSERT_TRUE(tools);
  std::mt19937 random(4711);
  size_t texts = 0;
  for (const OutputFormat& format : all_formats()) {
    const std::vector<std::string> words = words_of(format);
    for (int round = 0; round < 120; ++round) {
      OutputOptions options;
      if (random() % 4 != 0) options.tools = *tools;
      options.in_thinking = random() % 4 == 0;
      options.thinking_off = random() % 2 == 0;
      options.thinking_closed = random() % 8 == 0;
      const std::string text = soup(words, random);
      SCOPED_TRACE(
          format.family + ": " +
          nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
      const std::string whole = test::describe(test::parse_pieces(format, options, {text}));
      for (int cut = 0; cut < 12; ++cut) {
        std::vector<std::string_view> pieces;
        const size_t longest = cut == 0 ? 1 : 1 + random() % 9;
        for (size_t at = 0; at < text.size();) {
          pieces.push_back(std::string_view(text).substr(at, 1 + random() % longest));
          at += pieces.back().size();
        }
        ASSERT_EQ(test::describe(test::parse_pieces(format, options, pieces)), whole);
      }
      ++texts;
    }
  }
  EXPECT_GT(texts, 5000U);
}

// The arguments that come out of a complete call are one JSON object whatever went in.
TEST(Soup, complete_calls_have_arguments_that_are_json_objects) {
  const auto tools = parse_json(kTools);
  std::mt19937 random(99);
  size_t calls = 0;
  for (const OutputFormat& format : all_formats()) {
    const std::vector<std::string> words = words_of(format);
    for (int round = 0; round < 400; ++round) {
      OutputOptions options;
      options.tools = *tools;
      const std::string text = soup(words, random) + soup(words, random);
      const test::Parsed parsed = test::parse_pieces(format, options, {text});
      for (const ParsedCall& call : parsed.output.calls) {
        if (!call.complete) continue;
        ++calls;
        ASSERT_TRUE(test::arguments_of(call).is_object())
            << format.family << " " << text << " gave " << call.arguments;
      }
    }
  }
  EXPECT_GT(calls, 100U);
}

// Texts that make a careless parser look at the same bytes again and again.
TEST(Soup, takes_time_in_proportion_to_the_text) {
  const auto tools = parse_json(kTools);
  for (const FamilyRow& row : family_table()) {
    const OutputFormat format = row.make();
    for (const std::string& word : words_of(format)) {
      if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos) continue;
      std::string text;
      const size_t bytes = size_t{20} << 10;
      for (const std::string& begin :
           {std::string(), format.calls.empty() ? std::string() : format.calls.front().tag + "f"}) {
        text = begin;
        while (text.size() < bytes) text += word;
        OutputOptions options;
        options.tools = *tools;
        const auto start = std::chrono::steady_clock::now();
        test::parse_pieces(format, options, {text});
        // Generous: a quadratic walk over 20 KiB takes a second and more.
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1))
            << row.name << " " << word;
      }
    }
  }
}

}  // namespace
}  // namespace lar::chat
