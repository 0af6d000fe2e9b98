#include "constrain/check.h"

#include <algorithm>
#include <set>

#include "base/utf8.h"

namespace lar::constrain {
namespace {

constexpr size_t kMaxExpected = 12;
constexpr size_t kMaxExplained = 3;

std::string in_quotes(std::string_view text) {
  if (text == "\n") return "a line end";
  if (text == " ") return "a space";
  if (text == "\"") return "'\"'";
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x20 || !utf8_valid(text)) return "byte " + std::to_string(first);
  return "\"" + std::string(text) + "\"";
}

std::string describe_expected(Grammar& grammar, Stepper& stepper, std::span<const Thread> threads) {
  std::set<std::string> explained;
  bool may_end = false;
  for (const Thread& thread : threads) {
    may_end = may_end || stepper.ends_at(thread, kNoFrame);
    const std::string text = grammar.explain(thread.top);
    if (!text.empty() && explained.size() < kMaxExplained) explained.insert(text);
  }
  std::string out;
  const auto add = [&](const std::string& item) { out += (out.empty() ? "" : " or ") + item; };
  for (const std::string& text : explained) add(text);
  if (out.empty()) {
    std::vector<Thread> next;
    std::vector<std::string> bytes;
    for (unsigned b = 0; b < 128; ++b) {
      stepper.step(threads, static_cast<uint8_t>(b), next);
      if (!next.empty()) bytes.push_back(in_quotes(std::string(1, static_cast<char>(b))));
    }
    if (bytes.size() <= kMaxExpected) {
      for (const std::string& item : bytes) add(item);
    }
  }
  if (may_end && !explained.contains("the end of the text")) add("the end of the text");
  return out;
}

std::string place(std::string_view text, size_t position) {
  const std::string_view before = text.substr(0, position);
  const auto line = 1 + std::ranges::count(before, '\n');
  const size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(position - line_start + 1) +
         ": ";
}

}  // namespace

Result<CheckResult> check_text(Grammar& grammar, std::string_view text) {
  StackPool pool;
  Stepper stepper(grammar.automaton(), pool);
  std::vector<Thread> threads{{grammar.start(), kNoFrame}};
  std::vector<Thread> next;
  size_t position = 0;
  for (; position < text.size(); ++position) {
    grammar.look_at(text.substr(0, position));
    stepper.step(threads, static_cast<uint8_t>(text[position]), next);
    if (stepper.exhausted() || grammar.exhausted()) {
      return fail(Code::kResourceExhausted, place(text, position) + "the grammar is too large");
    }
    if (next.empty()) break;
    std::swap(threads, next);
  }
  CheckResult result{.position = position};
  result.accepted = position == text.size() && std::ranges::any_of(threads, [&](Thread thread) {
                      return stepper.ends_at(thread, kNoFrame);
                    });
  if (result.accepted) return result;
  result.reason = place(text, position);
  if (position == text.size()) {
    result.reason += "the text ends too early";
  } else {
    const Utf8Char c = utf8_next(text.substr(position));
    result.reason += "unexpected " + in_quotes(text.substr(position, c.bytes));
  }
  const std::string expected = describe_expected(grammar, stepper, threads);
  if (!expected.empty()) result.reason += ", expected " + expected;
  return result;
}

}  // namespace lar::constrain
