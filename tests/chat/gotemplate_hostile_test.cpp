// Go templates that attack: each ends in an error, soon, in little memory and little stack.
#include <gtest/gtest.h>

#include "chat/gotemplate/template.h"
#include "chat/small_stack.h"

namespace lar::chat::gotemplate {
namespace {

std::string repeated(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

void expect_refused(const std::string& source) {
  const std::string shown = source.substr(0, 200);
  test::on_small_stack([&] {
    const double start = test::thread_seconds();
    const auto compiled = Template::compile(source);
    std::string error = compiled ? "" : compiled.error().message;
    if (compiled) {
      Message message;
      message.role = "user";
      message.content = Value::string("hello", Origin::kContent);
      const auto prompt = (*compiled)->render({.messages = std::span(&message, 1)});
      if (!prompt) error = prompt.error().message;
    }
    EXPECT_TRUE(error.starts_with("line ")) << shown << ": " << error;
    EXPECT_LT(test::thread_seconds() - start, test::kSecondsMax) << shown;
  });
}

TEST(HostileGoTemplate, nesting_of_a_hundred_thousand_levels_is_an_error) {
  const size_t n = 100'000;
  expect_refused(repeated("{{ if 1 }}", n) + repeated("{{ end }}", n));
  expect_refused(repeated("{{ with 1 }}", n));
  expect_refused(repeated("{{ range . }}", n));
  expect_refused("{{ if 0 }}" + repeated("{{ else if 0 }}", n) + "{{ end }}");
  expect_refused("{{" + repeated("(", n) + "1" + repeated(")", n) + "}}");
  expect_refused("{{ " + repeated("(len ", n) + "1" + repeated(")", n) + "}}");
  expect_refused("{{ .Foo" + repeated(".a", n) + "}}{{ .Messages }}");
  expect_refused(repeated("{{ block \"a\" . }}", n) + repeated("{{ end }}", n));
  expect_refused(repeated("{{ 1 }}", n));
}

TEST(HostileGoTemplate, just_below_the_parsers_limit_still_renders_on_a_small_stack) {
  test::on_small_stack([] {
    const size_t n = 100;
    const std::string source = "{{ .Messages | len }}" + repeated("{{ if 1 }}", n) + "{{" +
                               repeated("(", n) + "7" + repeated(")", n) + "}}" +
                               repeated("{{ end }}", n);
    const auto compiled = Template::compile(source);
    ASSERT_TRUE(compiled.has_value()) << compiled.error().message;
    const auto prompt = (*compiled)->render({});
    ASSERT_TRUE(prompt.has_value()) << prompt.error().message;
    EXPECT_EQ(prompt->text, "07");
  });
}

TEST(HostileGoTemplate, endless_recursion_is_an_error) {
  expect_refused("{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}");
  expect_refused(
      "{{ define \"a\" }}{{ template \"b\" . }}{{ end }}{{ define \"b\" }}{{ template \"a\" . }}"
      "{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}");
}

TEST(HostileGoTemplate, endless_work_is_an_error) {
  expect_refused("{{ range 1000000000 }}{{ end }}");
  expect_refused("{{ range 10000 }}{{ range 10000 }}{{ range 10000 }}{{ end }}{{ end }}{{ end }}");
  expect_refused(
      "{{ $s := printf \"%1000000s\" \"a\" }}{{ range 100000 }}{{ $t := html $s }}{{ end }}");
  expect_refused(
      "{{ $s := printf \"%1000000s\" \"a\" }}{{ range 100000 }}{{ $t := eq $s $s }}{{ end }}");
  expect_refused(
      "{{ $s := printf \"%1000000s\" \"a\" }}{{ range 100000 }}{{ $t := slice $s 1 }}{{ end }}");
  expect_refused(
      "{{ $s := printf \"%1000000s\" \"a\" }}{{ range 100000 }}{{ $t := json $s }}{{ end }}");
}

TEST(HostileGoTemplate, endless_memory_is_an_error) {
  expect_refused("{{ range 1000000 }}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{{ end }}");
  expect_refused("{{ $s := \"a\" }}{{ range 64 }}{{ $s = print $s $s }}{{ end }}{{ $s }}");
  expect_refused("{{ $s := \"a\" }}{{ range 64 }}{{ $s = printf \"%s%s\" $s $s }}{{ end }}");
  expect_refused("{{ $s := \"\\\"\" }}{{ range 64 }}{{ $s = json $s }}{{ end }}");
  expect_refused("{{ range 100 }}{{ printf \"%1000000s\" \"a\" }}{{ end }}");
  expect_refused(
      "{{ define \"a\" }}{{ $x := . }}{{ template \"a\" (print . .) }}{{ end }}"
      "{{ template \"a\" \"ab\" }}");
}

TEST(HostileGoTemplate, nothing_of_the_host_can_be_called) {
  for (const char* name : {"env", "exec", "include", "open", "read", "file", "os", "getenv",
                           "system", "import", "tpl", "lookup", "shell", "http", "call2"}) {
    const auto compiled = Template::compile(std::string("{{ ") + name + " \"x\" }}");
    ASSERT_FALSE(compiled.has_value());
    EXPECT_NE(compiled.error().message.find("not defined"), std::string::npos);
  }
}

TEST(HostileGoTemplate, text_that_is_not_utf8_passes) {
  const auto compiled =
      Template::compile("\xff\xfe{{ \"\\xff\" }}{{ json \"\\xff\" }}{{ .Response }}");
  ASSERT_TRUE(compiled.has_value()) << compiled.error().message;
  const auto prompt = (*compiled)->render({});
  ASSERT_TRUE(prompt.has_value());
  EXPECT_EQ(prompt->text.substr(0, 3), "\xff\xfe\xff");
}

}  // namespace
}  // namespace lar::chat::gotemplate
