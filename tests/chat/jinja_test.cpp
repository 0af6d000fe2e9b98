// The language, by example. Every expectation is what jinja2 3.1.6 gives under Python 3.11 with
// trim_blocks and lstrip_blocks.
#include <gtest/gtest.h>

#include "chat/fixtures.h"
#include "support/json.h"

namespace lar::chat {
namespace {

using Json = nlohmann::ordered_json;
using test::render;

struct Case {
  const char* source;
  const char* expected;
};

void expect_all(std::initializer_list<Case> cases) {
  for (const Case& entry : cases) EXPECT_EQ(render(entry.source), entry.expected) << entry.source;
}

std::string error_of(std::string_view source, const Json& context = Json::object()) {
  return test::run(source, context).error;
}

TEST(Jinja, white_space_around_tags) {
  expect_all({
      {"a\n  {% if 1 %}\nb\n  {% endif %}\nc", "a\nb\nc"},
      {"a {%- if 1 -%} b {%- endif -%} c", "abc"},
      {"  {%+ if 1 %}x{% endif %}", "  x"},
      {"{% if 1 +%}\nx{% endif %}", "\nx"},
      {"  {# c #}\nx", "x"},
      {"a {#- c -#} b", "ab"},
      {"{{ 1 }}\n\n", "1\n"},
      {"{% raw %}{{ x }}{% endraw %}\ny", "{{ x }}y"},
      {"a\r\nb\rc", "a\nb\nc"},
      {"{%- raw -%}  a  {%- endraw -%}  b", "ab"},
  });
}

TEST(Jinja, literals_print_as_in_python) {
  expect_all({
      {"{{ 1 }} {{ 1.0 }} {{ 1e20 }} {{ 1.5e-7 }} {{ 0x1F }} {{ 1_000 }}",
       "1 1.0 1e+20 1.5e-07 31 1000"},
      {"{{ [1, 'a', none, true, 2.5] }}", "[1, 'a', None, True, 2.5]"},
      {"{{ {'a': 1, 2: 'b'} }} {{ (1,) }} {{ () }}", "{'a': 1, 2: 'b'} (1,) ()"},
      {"{{ 'it\\'s' }} {{ [\"it's\", 'a\"b', '\\n\\t\\x00'] }}",
       "it's [\"it's\", 'a\"b', '\\n\\t\\x00']"},
      {"{{ 'a' 'b' }}", "ab"},
      {"{{ '\\u00e9\\ud83d\\ude00' }}", "é😀"},
  });
}

TEST(Jinja, operators) {
  expect_all({
      {"{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }}",
       "3 -4 2 3.5 1024 0.5"},
      {"{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ 'a' in 'abc' }} {{ 1 not in [2] }}",
       "True False True True True"},
      {"{{ 'a' ~ 1 ~ none }} {{ 'ab' * 2 }} {{ [1] + [2] }}", "a1None abab [1, 2]"},
      {"{{ not 1 == 2 }} {{ 1 or 2 }} {{ 0 and x.y }} {{ 'a' if 0 else 'b' }}", "True 1 0 b"},
      {"{{ '%s is %05.1f%%' % ('x', 2) }} {{ '%(a)s' % {'a': 1} }}", "x is 002.0% 1"},
      {"{{ 'abcdef'[1:4] }} {{ 'abc'[::-1] }} {{ [1, 2, 3][-2:] }} {{ 'aé世'[1] }}",
       "bcd cba [2, 3] é"},
  });
}

TEST(Jinja, loops) {
  expect_all({
      {"{% for a, b in {'x': 1, 'y': 2}.items() %}{{ loop.index }}{{ a }}{{ b }}{% endfor %}",
       "1x12y2"},
      {"{% for i in [1, 2, 3, 4] if i is even %}{{ i }}/{{ loop.length }}{% endfor %}", "2/24/2"},
      {"{% for i in [] %}x{% else %}empty{% endfor %}", "empty"},
      {"{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}"
       "{% break %}{% endif %}{{ i }}{% endfor %}",
       "02"},
      {"{% for i in [1] %}{% break %}{% else %}e{% endfor %}", "e"},
      {"{% for i in [1, 2, 3] %}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.revindex }}"
       "{{ loop.first }}{{ loop.last }} {% endfor %}",
       "23TrueFalse 132FalseFalse 21FalseTrue "},
      {"{% for i in [[1, [2]], [3]] recursive %}{{ loop.depth }}{% if i is iterable %}"
       "({{ loop(i) }}){% else %}={{ i }} {% endif %}{% endfor %}",
       "1(2=1 2(3=2 ))1(2=3 )"},
      {"{% for i in 'abab' %}{{ loop.cycle('x', 'y') }}{{ loop.changed(i) }}{% endfor %}",
       "xTrueyTruexTrueyTrue"},
      {"{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", "1"},
      {"{% set ns = namespace(x=1) %}{% for i in [1] %}{% set ns.x = 2 %}{% endfor %}{{ ns.x }}",
       "2"},
  });
}

TEST(Jinja, macros_and_blocks) {
  expect_all({
      {"{% macro m(a, b=2) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}"
       "{{ m(1) }}|{{ m(1, 3, 4, c=5) }}",
       "12(){}|13(4,){'c': 5}"},
      {"{% macro m(x) %}<{{ caller(x) }}>{% endmacro %}{% call(y) m(3) %}{{ y }}!{% endcall %}",
       "<3!>"},
      {"{% set a %}x{{ 1 }}{% endset %}{{ a }} {% set b | upper %}y{% endset %}{{ b }}", "x1 Y"},
      {"{% filter upper %}a{% endfilter %}{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}", "A3"},
      {"{% generation %}x{% set y = 1 %}{% endgeneration %}{{ y }}", "x"},
      {"{% macro m() %}{{ y }}{% endmacro %}{% set y = 5 %}{{ m() }}", "5"},
      {"{{ m is defined }}{% macro m(a) %}{% endmacro %}{{ m.name }}{{ m.arguments }}",
       "Falsem('a',)"},
      {"{% macro m(a, b=2) %}{% endmacro %}{{ m.arguments }}", "('a', 'b')"},
      {"{% block b %}{{ 1 }}{% endblock b %}", "1"},
  });
}

TEST(Jinja, filters) {
  expect_all({
      {"{{ {'b': [1, 'é<'], 'a': none}|tojson }}", "{\"b\": [1, \"é<\"], \"a\": null}"},
      {"{{ {'b': 1}|tojson(indent=2) }}", "{\n  \"b\": 1\n}"},
      {"{{ {'b': 1, 'a': 2}|tojson(sort_keys=true, separators=(',', ':')) }}", "{\"a\":2,\"b\":1}"},
      {"{{ [3, 1, 2]|sort|join('-') }} {{ ['b', 'A']|sort }} {{ [1, 2]|sum }}",
       "1-2-3 ['A', 'b'] 3"},
      {"{{ [{'r': 1}, {'r': 2}]|selectattr('r', 'eq', 2)|map(attribute='r')|list }}", "[2]"},
      {"{{ 'hello world'|title }} {{ ' x '|trim }} {{ 'a'|default('b') }} {{ u|default('b') }}",
       "Hello World x a b"},
      {"{{ 'a\nb'|indent(2) }} {{ '1.9'|int }} {{ 2.5|round }} {{ 'abc'|length }}",
       "a\n  b 1 2.0 3"},
      {"{{ 'foo bar baz qux'|truncate(9) }} {{ '<a>'|e }} {{ ('<a>'|safe) + '<b>' }}",
       "foo... &lt;a&gt; <a>&lt;b&gt;"},
      {"{{ {'b': 1, 'a': 2}|dictsort }} {{ [1, 2, 3]|batch(2)|list }}",
       "[('a', 2), ('b', 1)] [[1, 2], [3]]"},
  });
}

TEST(Jinja, undefined_values) {
  expect_all({
      {"{{ a }}|{{ a is defined }}|{{ a == b }}|{{ not a }}|{{ a|length }}|{{ [1][5] }}",
       "|False|True|True|0|"},
      {"{% for x in a %}y{% endfor %}{{ a ~ 'z' }}", "z"},
  });
  EXPECT_EQ(error_of("{{ a.b }}"), "line 1, column 5: 'a' is undefined");
  EXPECT_EQ(error_of("{{ d.x.y }}", {{"d", Json::object()}}),
            "line 1, column 7: 'dict object' has no attribute 'x'");
  EXPECT_EQ(error_of("{{ a + 1 }}"), "line 1, column 6: 'a' is undefined");
  EXPECT_EQ(error_of("{{ l.append(1) }}", {{"l", Json::array()}}),
            "line 1, column 12: access to attribute 'append' of 'list' object is unsafe.");
}

TEST(Jinja, errors_at_load_say_where) {
  const auto refused = [](const char* source) {
    const auto outcome = test::run(source, Json::object());
    return outcome.refused ? outcome.error : "not refused: " + outcome.text;
  };
  EXPECT_EQ(refused("a\n{{ x|nope }}"), "line 2, column 6: no filter named 'nope'");
  EXPECT_EQ(refused("{{ x is nope }}"), "line 1, column 9: no test named 'nope'");
  EXPECT_EQ(refused("{% if x %}"),
            "line 1, column 11: unexpected end of template: the innermost block that needs to be "
            "closed is 'if'");
  EXPECT_EQ(refused("{% do x %}"), "line 1, column 4: encountered unknown tag 'do'");
  EXPECT_EQ(refused("{{ 1 + }}"), "line 1, column 8: unexpected end of print statement");
  EXPECT_EQ(refused("{{ (1 }}"), "line 1, column 7: unexpected '}', expected ')'");
  EXPECT_EQ(refused("é{{ 'a }}"), "line 1, column 5: unexpected char ''': the string does not end");
  EXPECT_EQ(refused("{# x"), "line 1, column 1: missing end of comment tag");
  EXPECT_EQ(refused("{% break %}"), "line 1, column 4: 'break' outside loop");
  EXPECT_EQ(refused("{% for loop in x %}{% endfor %}"),
            "line 1, column 8: can't assign to special loop variable in for-loop target");
  EXPECT_EQ(refused("{{ 99999999999999999999 }}"),
            "line 1, column 4: the number does not fit 64 bits");
  // As in Jinja, a branch that is never taken may name what does not exist.
  EXPECT_EQ(render("{% if 0 %}{{ x|nope }}{% endif %}ok"), "ok");
}

TEST(Jinja, errors_while_rendering_say_where) {
  EXPECT_EQ(error_of("x\n{{ raise_exception('no!') }}"), "line 2, column 19: no!");
  EXPECT_EQ(error_of("{{ 1 + 'a' }}"),
            "line 1, column 6: unsupported operand type(s) for +: 'int' and 'str'");
  EXPECT_EQ(error_of("{{ 9223372036854775807 + 1 }}"),
            "line 1, column 24: the integer does not fit 64 bits");
}

TEST(Jinja, the_time_is_the_callers) {
  EXPECT_EQ(render("{{ strftime_now('%d %B %Y %H:%M %j %a') }}"), "26 July 2024 12:00 208 Fri");
  EXPECT_FALSE(jinja::parse_iso_8601("2024-02-30"));
  EXPECT_FALSE(jinja::parse_iso_8601("yesterday"));
  EXPECT_EQ(jinja::parse_iso_8601("2024-02-29T01:02:03.5Z")->microsecond, 500'000);
}

}  // namespace
}  // namespace lar::chat
