// A JSON schema from outside, compiled; what is sampled through its masks is JSON that the schema
// accepts. The input is the schema, then, after a zero byte, the choices.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "constrain/check.h"
#include "constrain/json_value.h"
#include "constrain/matcher.h"
#include "made_up_vocabulary.h"

namespace {

constexpr size_t kTokensMax = 60;

[[noreturn]] void wrong(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s: %s\n", what, text.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lar;
  using namespace lar::constrain;
  static const auto vocabulary = test::made_up_vocabulary();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view source = input.substr(0, input.find('\0'));
  const std::string_view choices = input.substr(source.size());
  const auto grammar = Grammar::from_schema(source, {});
  if (!grammar) return 0;
  Matcher matcher(*grammar, vocabulary);
  std::mt19937 random(static_cast<unsigned>(std::hash<std::string_view>{}(choices)));
  std::string problem;
  const std::string text = test::sample(matcher, *vocabulary, random, problem, kTokensMax);
  if (problem.starts_with("the grammar is too")) return 0;  // a limit
  const bool unfinished = problem.starts_with("did not end");
  if (!problem.empty() && !unfinished) wrong("sampling", problem);
  const auto checker = Grammar::from_schema(source, {.purpose = Purpose::kCheck});
  if (!checker) return 0;
  const auto checked = check_text(**checker, text);
  if (!checked) return 0;
  if (unfinished ? checked->position != text.size() : !checked->accepted) {
    wrong("not accepted", text + "\n" + checked->reason);
  }
  if (!unfinished && !parse_json(text)) wrong("no JSON", text);
  return 0;
}
