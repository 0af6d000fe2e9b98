// Schemas, patterns and grammars that were made to hurt: each compiles within its budget or is
// refused with the place, and no step takes long.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "constrain/check.h"
#include "made_up_vocabulary.h"

namespace lar::constrain {
namespace {

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LAR_CHECKED_BUILD 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define LAR_CHECKED_BUILD 1
#endif
#ifdef LAR_CHECKED_BUILD
constexpr double kSlower = 20.0;
constexpr bool kMeasuresMemory = false;
#else
constexpr double kSlower = 2.0;  // builds without optimisation, busy machines
constexpr bool kMeasuresMemory = true;
#endif
constexpr double kCompileSeconds = 2.0 * kSlower;
constexpr long kCompileMegabytes = 256;

std::string repeat(const std::string& text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

// Joins f(0), f(1), ... by commas.
std::string list(int count, const std::function<std::string(int)>& f) {
  std::string out;
  for (int i = 0; i < count; ++i) out += (i > 0 ? "," : "") + f(i);
  return out;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

enum class Outcome { kWorks, kRefused, kEither };

// In a process of its own, so that its memory can be told: compiles, then takes some tokens.
void run(const std::string& name,
         Outcome wanted,
         const std::function<Result<std::shared_ptr<Grammar>>()>& compile) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto fail_with = [&](int code, const std::string& why) {
      std::cerr << name << ": " << why << std::endl;
      _exit(code);
    };
    const long before = peak_megabytes();
    const double start = cpu_seconds();
    const auto grammar = compile();
    const double seconds = cpu_seconds() - start;
    const long megabytes = peak_megabytes() - before;
    if (seconds > kCompileSeconds) fail_with(2, "took " + std::to_string(seconds) + " s");
    if (kMeasuresMemory && megabytes > kCompileMegabytes) {
      fail_with(3, "took " + std::to_string(megabytes) + " MB");
    }
    if (!grammar) {
      if (wanted == Outcome::kWorks) fail_with(4, "refused: " + grammar.error().message);
      if (grammar.error().code == Code::kInternal) fail_with(4, grammar.error().message);
      _exit(0);
    }
    if (wanted == Outcome::kRefused) fail_with(5, "was taken");
    // A token takes microseconds; this only guards against steps that never end.
    const auto vocabulary = test::made_up_vocabulary();
    Matcher matcher(*grammar, vocabulary);
    std::mt19937 random(1);
    std::string problem;
    const double sampling = cpu_seconds();
    test::sample(matcher, *vocabulary, random, problem, 40);
    if (cpu_seconds() - sampling > 5.0 * kSlower) fail_with(6, "steps are too slow");
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << name;
}

void schema(const std::string& name, Outcome wanted, const std::string& text) {
  run(name, wanted, [&] { return Grammar::from_schema(text, {}); });
}

void gbnf(const std::string& name, Outcome wanted, const std::string& text) {
  run(name, wanted, [&] { return Grammar::from_gbnf(text, {}); });
}

constexpr Outcome kWorks = Outcome::kWorks;
constexpr Outcome kRefused = Outcome::kRefused;
constexpr Outcome kEither = Outcome::kEither;

TEST(Hostile, References) {
  schema("self", kRefused, R"({"$ref":"#"})");
  schema("cycle", kRefused,
         R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})");
  schema("endless", kRefused,
         R"({"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]})");
  schema("recursive", kWorks, R"({"type":"object","properties":{"a":{"$ref":"#"}}})");
  schema("remote", kRefused, R"({"$ref":"http://x.invalid/s"})");
  schema("missing", kRefused, R"({"$ref":"#/$defs/nope"})");
}

TEST(Hostile, Sizes) {
  schema("depth", kRefused,
         repeat(R"({"type":"array","items":)", 10'000) + "{}" + repeat("}", 10'000));
  const auto property = [](int i) { return "\"p" + std::to_string(i) + R"(":{"type":"integer"})"; };
  schema("properties", kEither,
         R"({"type":"object","properties":{)" + list(100'000, property) + "}}");
  schema("closed properties", kEither,
         R"({"type":"object","additionalProperties":false,"properties":{)" +
             list(100'000, property) + "}}");
  const auto text = [](int i) { return "\"v" + std::to_string(i) + "\""; };
  schema("enum of strings", kEither, R"({"enum":[)" + list(1'000'000, text) + "]}");
  schema("enum of numbers", kEither,
         R"({"enum":[)" + list(1'000'000, [](int i) { return std::to_string(i); }) + "]}");
  schema("enum of objects", kEither, R"({"enum":[)" + list(100'000, [](int i) {
                                       return "{\"a\":" + std::to_string(i) + "}";
                                     }) + "]}");
  for (const char* keyword : {"minItems", "maxItems", "minLength", "maxLength", "minProperties",
                              "maxProperties", "minContains"}) {
    const std::string type = std::string_view(keyword).ends_with("Length")       ? "string"
                             : std::string_view(keyword).ends_with("Properties") ? "object"
                                                                                 : "array";
    schema(keyword, kEither,
           R"({"type":")" + type + R"(","contains":{"const":1},")" + keyword + "\":1000000000}");
  }
  schema("unique", kEither, R"({"type":"array","uniqueItems":true,"minItems":1000000000})");
}

TEST(Hostile, Patterns) {
  const auto pattern = [](Outcome wanted, const std::string& text) {
    schema(text, wanted, R"({"type":"string","pattern":")" + text + "\"}");
    run("regex " + text, wanted, [&] {
      std::string plain = text;
      for (size_t at; (at = plain.find(R"(\\)")) != std::string::npos;) plain.erase(at, 1);
      return Grammar::from_regex(plain);
    });
  };
  for (const char* text : {"(a+)+b", "(a|a)*c", "((((a*)*)*)*)*b", "(.*a){20}", "(?:a?){50}a{50}",
                           "^(([a-z])+.)+[A-Z]([a-z])+$"}) {
    pattern(kWorks, text);
  }
  for (const char* text : {"^?x", "^?[0-9]$", "(?<=a)b", "(?=a)b", "a{1,100000}", "[z-a]",
                           R"(\\u{110000})", "(", "[", "a**", "(a{0,1000}){0,1000}"}) {
    pattern(kRefused, text);
  }
  for (const char* text : {"(.{0,100}x){0,100}", "(a|b|c|d|e){0,1000}z", "(a{0,100}){0,100}",
                           R"([\\w\\W]{1000})", ".*.*.*.*.*x"}) {
    pattern(kEither, text);
  }
}

TEST(Hostile, WrongKeywordsAreErrors) {
  schema("type", kRefused, R"({"type":"strnig"})");
  schema("type number", kRefused, R"({"type":5})");
  schema("pattern number", kRefused, R"({"pattern":5})");
  schema("multipleOf", kRefused, R"({"multipleOf":0})");
  schema("list", kRefused, "[]");
  schema("nothing", kRefused, "");
  schema("cut off", kRefused, "{");
}

TEST(Hostile, Alternatives) {
  std::string doubling = R"({"type":"string"})";
  for (int i = 0; i < 12; ++i) doubling = "{\"anyOf\":[" + doubling + "," + doubling + "]}";
  schema("doubling", kEither, doubling);
  schema("product", kEither, R"({"type":"object","allOf":[)" + list(30, [](int i) {
                               const std::string n = std::to_string(i);
                               return R"({"oneOf":[{"required":["a)" + n +
                                      R"("]},{"required":["b)" + n + "\"]}]}";
                             }) + "]}");
  schema("crossed patterns", kEither, R"({"type":"string","allOf":[)" + list(20, [](int i) {
                                        return R"({"pattern":"a.{)" + std::to_string(i + 5) +
                                               "}b\"}";
                                      }) + "]}");
}

std::string tools(size_t bytes) {
  std::string out = "{\"anyOf\":[";
  for (int i = 0; out.size() < bytes; ++i) {
    out += (i > 0 ? "," : "") +
           (R"({"type":"object","properties":{"name":{"const":"tool_)" + std::to_string(i)) +
           R"("},"arguments":{"type":"object","properties":{"path":{"type":"string","description":)"
           R"("The file that this tool reads or writes, relative to the workspace of the user"},)"
           R"("limit":{"type":"integer","minimum":1,"maximum":1000},"mode":{"enum":["read",)"
           R"("write","append"]},"tags":{"type":"array","items":{"type":"string"}},"options":)"
           R"({"type":"object","properties":{"recursive":{"type":"boolean"},"depth":{"type":)"
           R"("integer"}},"additionalProperties":false}},"required":["path","mode"],)"
           R"("additionalProperties":false}},"required":["name","arguments"],)"
           R"("additionalProperties":false})";
  }
  return out + "]}";
}

TEST(Hostile, ToolSets) {
  schema("100 KB of tools", kWorks, tools(100'000));
  schema("1 MB of tools", kEither, tools(1'000'000));
}

TEST(Hostile, BrokenGrammars) {
  for (const char* text :
       {"root ::= \"a", "root ::= \"", "root ::= [a", "root ::= (\"a\"", "root ::= []",
        "root ::= nope", "a ::= \"b\"", "", "root ::= [z-a]", "root ::= \"x\"{5,2}",
        "root ::= \"\\x\"", "root ::= [\\U00110000]", "\x01\xFF::=", "root ::= \"\xFF\""}) {
    gbnf(text, kRefused, text);
  }
}

TEST(Hostile, LeftRecursionAndEmptyLoops) {
  gbnf("direct", kRefused, "root ::= root \"a\" | \"b\"");
  gbnf("indirect", kRefused, "root ::= x \"a\"\nx ::= y\ny ::= root \"b\" | \"c\"");
  gbnf("hidden", kRefused, "root ::= e root \"a\" | \"b\"\ne ::= \"\"");
  gbnf("empty loop", kWorks, "root ::= (\"\")*");
  gbnf("loop of blanks", kWorks, "root ::= (ws)* \"a\"\nws ::= \" \"*");
  gbnf("loop in loop", kWorks, "root ::= ((\"a\"?)*)* \"b\"");
  gbnf("one brace", kWorks, "root ::= \"{\"");
  gbnf("right", kWorks, "root ::= \"a\" root | \"b\"");
}

TEST(Hostile, LargeGrammars) {
  gbnf("repetition", kEither, "root ::= \"x\"{0,1000000}");
  gbnf("repetitions", kEither, "root ::= ((\"x\"{0,1000}){0,1000}){0,1000}");
  gbnf("overflow", kRefused, "root ::= \"x\"{99999999999999999999}");
  std::string alternatives = "root ::= \"v\"";
  std::string rules;
  for (int i = 0; i < 100'000; ++i) {
    alternatives += " | \"v" + std::to_string(i) + "\"";
    rules += "r" + std::to_string(i) + " ::= r" + std::to_string(i + 1) + "\n";
  }
  gbnf("alternatives", kEither, alternatives);
  gbnf("chain", kEither, "root ::= r0\n" + rules + "r100000 ::= \"a\"\n");
  gbnf("10 MB", kEither, "root ::= \"" + std::string(10U << 20, 'a') + "\"");
  gbnf("parentheses", kEither, "root ::= " + repeat("(", 100'000) + "\"a\"" + repeat(")", 100'000));
}

// Readings multiply; the stepper follows all of them together or says that it cannot.
TEST(Hostile, AmbiguousGrammarsStayQuick) {
  const char* grammars[] = {
      "root ::= s\ns ::= \"a\" s s | \"a\"",
      "root ::= s\ns ::= \"a\" s s s | \"a\" s s | \"a\"",
      "root ::= e\ne ::= t (\"a\" e)? | t\nt ::= \"a\" | \"a\" e \"a\" | \"a\" e e",
      "root ::= (.|.)* (.|.)* (.|.)* \"x\"",
  };
  std::vector<std::string> sources(std::begin(grammars), std::end(grammars));
  sources.push_back("root ::= " + repeat("\"a\"* ", 50));
  sources.push_back("root ::= " + repeat("as ", 50) + "\nas ::= \"a\" as | \"\"");
  for (const std::string& source : sources) {
    const auto grammar = Grammar::from_gbnf(source, {});
    ASSERT_TRUE(grammar) << grammar.error().message;
    const auto vocabulary = test::made_up_vocabulary();
    Matcher matcher(*grammar, vocabulary);
    std::vector<double> times;
    for (int step = 0; step < 200; ++step) {
      const double start = cpu_seconds();
      const auto accepted = matcher.accept('a');
      times.push_back(1e3 * (cpu_seconds() - start));
      if (!accepted) {
        EXPECT_EQ(accepted.error().code, Code::kResourceExhausted) << accepted.error().message;
        break;
      }
    }
    EXPECT_LE((*grammar)->automaton().states(), kMaxStates);
    std::ranges::sort(times);
    std::cout << "[ STEPS    ] " << source.substr(0, 30) << ": " << times.size() << " steps, p99 "
              << times[times.size() * 99 / 100] << " ms\n";
    EXPECT_LT(times[times.size() * 99 / 100], 2.5 * kSlower) << source;
  }
}

}  // namespace
}  // namespace lar::constrain
