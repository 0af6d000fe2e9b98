// Templates that attack: each ends in an error, soon, in little memory and little stack.
#include <gtest/gtest.h>

#include "chat/chat_template.h"
#include "chat/fixtures.h"
#include "chat/small_stack.h"
#include "support/json.h"

namespace lar::chat {
namespace {

using test::kSecondsMax;
using test::on_small_stack;
using test::thread_seconds;

std::string repeated(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

void expect_refused(const std::string& source) {
  const std::string shown = source.substr(0, 200);
  on_small_stack([&] {
    const double start = thread_seconds();
    const auto outcome = test::run(source, nlohmann::ordered_json::object());
    const double seconds = thread_seconds() - start;
    EXPECT_NE(outcome.error, "") << shown;
    EXPECT_LT(seconds, kSecondsMax) << shown;
  });
}

TEST(Hostile, nesting_of_a_hundred_thousand_levels_is_an_error) {
  const size_t n = 100'000;
  expect_refused(repeated("{% if a %}", n) + repeated("{% endif %}", n));
  expect_refused(repeated("{% if a %}", n));
  expect_refused(repeated("{% for a in b %}", n));
  expect_refused("{{" + repeated("(", n) + "1" + repeated(")", n) + "}}");
  expect_refused("{{" + repeated("[", n) + repeated("]", n) + "}}");
  expect_refused("{{" + repeated("{1:", n) + "1" + repeated("}", n) + "}}");
  expect_refused("{{ a" + repeated("|e", n) + "}}");
  expect_refused("{{ a" + repeated(".e", n) + "}}");
  expect_refused("{{ a" + repeated("[0]", n) + "}}");
  expect_refused("{{ a" + repeated("()", n) + "}}");
  expect_refused("{{ 1" + repeated("+1", n) + "}}");
  expect_refused("{{ 1" + repeated(" and 1", n) + "}}");
  expect_refused("{{ 1" + repeated(" if 1 else 1", n) + "}}");
  expect_refused("{{" + repeated("not ", n) + "1}}");
  expect_refused("{{" + repeated("-", n) + "1}}");
  expect_refused("{% set " + repeated("(", n) + "a" + repeated(")", n) + " = 1 %}");
}

TEST(Hostile, just_below_the_parsers_limit_still_renders_on_a_small_stack) {
  on_small_stack([] {
    const size_t n = 100;
    EXPECT_EQ(test::render("{{" + repeated("(", n) + "7" + repeated(")", n) + "}}"), "7");
    EXPECT_EQ(test::render("{{ 1" + repeated("+1", 300) + "}}"), "301");
    EXPECT_EQ(test::render(repeated("{% if 1 %}", n) + "x" + repeated("{% endif %}", n)), "x");
  });
}

TEST(Hostile, endless_recursion_is_an_error) {
  expect_refused("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}");
  expect_refused(
      "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}");
  expect_refused(
      "{% macro f(x) %}{% if x %}{% call f(x) %}{{ caller() }}{% endcall %}{% endif %}"
      "{{ f([x]) }}{% endmacro %}{{ f(1) }}");
  expect_refused("{% for x in [1] recursive %}{{ loop([x]) }}{% endfor %}");
  expect_refused("{% macro f(x=f()) %}{% endmacro %}{{ f() }}");
}

TEST(Hostile, endless_work_is_an_error) {
  expect_refused(
      "{% for a in range(10000) %}{% for b in range(10000) %}{% for c in range(10000) %}"
      "{% endfor %}{% endfor %}{% endfor %}");
  expect_refused(
      "{% set ns = namespace(x='aaaaaaaaaaaaaaaaaaaaaaaaaaaa'*1000) %}"
      "{% for i in range(100000) %}{% set q = ns.x|upper|lower %}{% endfor %}");
  expect_refused(
      "{% set s = 'a'*1000000 %}{% for i in range(100000) %}"
      "{% set q = s|replace('b','c') %}{% endfor %}");
  expect_refused(
      "{% set s = 'ab'*500000 %}{% for i in range(100000) %}"
      "{% set q = 'x' in s %}{% set q = s.find('zz') %}{% endfor %}");
  expect_refused(
      "{% set l = range(100000)|list %}{% for i in l %}{% set q = l|sort %}{% endfor %}");
  expect_refused("{% for i in range(100000) %}{% for j in 'é'*100000 %}{% endfor %}{% endfor %}");
  expect_refused("{{ range(1000000000) }}");
  expect_refused("{{ range(10**9)|list }}");
}

// Filters and methods that look at every character of a long string.
TEST(Hostile, long_strings_count_by_their_bytes) {
  for (const char* body : {"s|upper",
                           "s|title",
                           "s|capitalize",
                           "s|int",
                           "s|wordwrap",
                           "s|urlencode",
                           "s|pprint",
                           "s|wordcount",
                           "s.split('zz')",
                           "s.splitlines()",
                           "s.swapcase()",
                           "s.isalpha()",
                           "s is lower",
                           "s[::-1]",
                           "[s]|string",
                           "[s]|tojson",
                           "[s]|map('upper')|list",
                           "s == w",
                           "s < w",
                           "'zz' in s",
                           "s.find('zz')",
                           "s|replace('zz', 'y')",
                           "{s: 1}",
                           "s ~ s"}) {
    expect_refused(std::string("{% set s = 'ab '*300000 %}{% set w = s[:-1] ~ 'c' %}") +
                   "{% for i in range(100000) %}{% set q = " + body + " %}{% endfor %}");
  }
}

TEST(Hostile, a_long_conversation_is_no_attack) {
  nlohmann::ordered_json context;
  for (int i = 0; i < 40; ++i) {
    context["messages"].push_back({{"role", "user"}, {"content", std::string(100'000, 'a')}});
  }
  const auto value = from_json(context);
  const auto messages = parse_messages(*value->find("messages"));
  const auto chat_template = ChatTemplate::create(
      "{% for m in messages %}{{ m.content|trim }}{% if '<x>' in m.content %}"
      "{{ m.content.split('<x>')[0].strip() }}{% endif %}{{ m.content|replace('q', 'r')|length }}"
      "{% endfor %}",
      {});
  ASSERT_TRUE(chat_template.has_value());
  const auto prompt = (*chat_template)->render(*messages, Value(), {});
  ASSERT_TRUE(prompt.has_value()) << prompt.error().message;
  EXPECT_GT(prompt->text.size(), 4'000'000U);
}

TEST(Hostile, endless_memory_is_an_error) {
  expect_refused("{{ 'a' * 10**9 }}");
  expect_refused("{{ [1] * 10**9 }}");
  expect_refused("{{ '%1000000000d' % 1 }}");
  expect_refused("{{ '{:1000000000}'.format(1) }}");
  expect_refused("{{ 'a'.center(10**9) }}");
  expect_refused("{{ 'a'|center(10**9) }}");
  expect_refused("{{ 'a'.zfill(10**9) }}");
  expect_refused("{{ '\\t'.expandtabs(10**9) }}");
  expect_refused("{{ 'a\\nb'|indent(10**9) }}");
  expect_refused("{{ [1]|batch(10**9, 1)|list }}");
  expect_refused("{{ [1]|slice(10**9)|list }}");
  expect_refused("{{ {'a': [1]}|tojson(indent=10**9) }}");
  expect_refused(
      "{% set ns = namespace(x='a') %}{% for i in range(64) %}"
      "{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}");
  expect_refused(
      "{% set ns = namespace(x=[1]) %}{% for i in range(64) %}"
      "{% set ns.x = ns.x + ns.x %}{% endfor %}");
  expect_refused(
      "{% set ns = namespace(x=1) %}{% for i in range(64) %}"
      "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}");
  expect_refused(
      "{% set ns = namespace(x=1) %}{% for i in range(64) %}"
      "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}");
  expect_refused(
      "{% set ns = namespace(x=1) %}{% for i in range(100000) %}"
      "{% set ns.x = [ns.x] %}{% endfor %}");
  expect_refused(
      "{% set ns = namespace(x=[1]) %}{% for i in range(100000) %}"
      "{% set ns.x = ns.x|map('upper') %}{% endfor %}{{ ns.x|list }}");
  expect_refused("{% for i in range(100000) %}{{ 'a' * 1000 }}{% endfor %}");
  expect_refused(
      "{% set ns = namespace(x='') %}{% for i in range(100000) %}"
      "{% set ns.x = ns.x ~ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' %}{% endfor %}");
}

TEST(Hostile, doubling_lists_compare_within_the_limit) {
  expect_refused(
      "{% set a = namespace(x=1) %}{% set b = namespace(x=1) %}{% for i in range(64) %}"
      "{% set a.x = [a.x, a.x] %}{% set b.x = [b.x, b.x] %}{% endfor %}"
      "{{ a.x == b.x }}");
}

// Values that refer to themselves neither leak (the address sanitizer looks) nor hang.
TEST(Hostile, cycles_of_references_are_harmless) {
  EXPECT_EQ(test::render("{% set ns = namespace() %}{% set ns.me = ns %}{{ ns.me.me is defined }}"),
            "True");
  EXPECT_NE(test::render("{% set ns = namespace() %}{% set ns.me = [ns] %}{{ ns }}"), "");
  EXPECT_EQ(test::render("{% set ns = namespace() %}{% macro m() %}x{% endmacro %}"
                         "{% set ns.m = m %}{{ ns.m() }}"),
            "x");
  EXPECT_EQ(test::render("{% set ns = namespace() %}{% macro m() %}{% set ns.c = caller %}"
                         "{% endmacro %}{% call m() %}y{% endcall %}{{ ns.c() }}"),
            "y");
  EXPECT_EQ(test::render("{% for i in [1, 2] %}{{ loop.changed(loop) }}{% endfor %}"), "TrueFalse");
}

TEST(Hostile, nothing_of_the_host_can_be_reached) {
  for (const char* name : {"__class__", "__import__",   "open",
                           "env",       "os",           "sys",
                           "exec",      "eval",         "compile",
                           "import",    "call",         "file",
                           "input",     "print",        "globals",
                           "locals",    "vars",         "dir",
                           "getattr",   "setattr",      "type",
                           "object",    "super",        "subprocess",
                           "socket",    "request",      "config",
                           "self",      "context",      "environ",
                           "lipsum",    "url_for",      "get_flashed_messages",
                           "builtins",  "__builtins__", "memoryview",
                           "bytes",     "breakpoint",   "help",
                           "exit",      "quit",         "read_file",
                           "load",      "fetch",        "system",
                           "popen",     "pathlib",      "Path",
                           "io",        "codecs",       "pickle",
                           "marshal",   "ctypes",       "__loader__",
                           "__spec__",  "id",           "hash",
                           "iter",      "next",         "map_file",
                           "readlines"}) {
    EXPECT_EQ(test::render(std::string("{{ ") + name + " is defined }}"), "False") << name;
  }
  for (const char* owner : {"''", "[]", "{}", "1", "range", "namespace()", "loop", "''.join"}) {
    for (const char* name : {"__class__", "__mro__", "__subclasses__", "__globals__", "__init__",
                             "__dict__", "func_globals", "gi_frame"}) {
      EXPECT_EQ(test::render(std::string("{% for i in [1] %}{{ (") + owner + ")." + name +
                             " is defined }}{% endfor %}"),
                "False")
          << owner << name;
      EXPECT_EQ(test::render(std::string("{% for i in [1] %}{{ (") + owner + ")['" + name +
                             "'] is defined }}{% endfor %}"),
                "False")
          << owner << name;
    }
  }
  for (const char* source : {"{% include 'a' %}", "{% import 'a' as b %}", "{% extends 'a' %}",
                             "{% from 'a' import b %}"}) {
    const auto outcome = test::run(source, nlohmann::ordered_json::object());
    EXPECT_TRUE(outcome.refused) << source;
    EXPECT_TRUE(outcome.error.starts_with("line 1, column 4: ")) << outcome.error;
  }
}

TEST(Hostile, a_template_over_the_source_limit_is_refused) {
  const auto outcome =
      test::run(std::string((size_t{1} << 20) + 1, 'a'), nlohmann::ordered_json::object());
  EXPECT_TRUE(outcome.refused);
}

}  // namespace
}  // namespace lar::chat
