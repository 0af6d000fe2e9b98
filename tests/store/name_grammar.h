// The grammar of model names and digests once more, as expressions: what the parsers are tested
// against.
#pragma once

#include <regex>
#include <string>

namespace lar::store::test {

// "invalid", or the parts of the name with the defaults filled in, separated by spaces.
inline std::string name_by_grammar(const std::string& text) {
  static const std::regex grammar(
      "^(?:(?:(?:([A-Za-z][A-Za-z0-9+.-]{0,31})://)?([A-Za-z0-9_][A-Za-z0-9_.:-]{0,349})/)?"
      "([A-Za-z0-9_][A-Za-z0-9_-]{0,79})/)?([A-Za-z0-9_][A-Za-z0-9_.-]{0,79})"
      "(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,79}))?(?:@sha256[:-]([0-9a-f]{64}))?$",
      std::regex::optimize);
  // No name is longer, and the expression's machine is recursive.
  constexpr size_t kLongest = 32 + 3 + 350 + 1 + 80 + 1 + 80 + 1 + 80 + 1 + 71;
  std::smatch match;
  const bool odd = text.size() > kLongest || text.find('\0') != std::string::npos ||
                   text.find_first_of("\r\n") != std::string::npos;
  if (odd || !std::regex_match(text, match, grammar)) return "invalid";
  const auto part = [&](size_t i, const char* otherwise) {
    return match[i].matched ? match[i].str() : otherwise;
  };
  return part(1, "https") + " " + part(2, "registry.ollama.ai") + " " + part(3, "library") + " " +
         part(4, "") + " " + part(5, "latest") + " " + part(6, "");
}

inline bool is_digest_by_grammar(const std::string& text) {
  static const std::regex grammar("^sha256[:-][0-9a-f]{64}$", std::regex::optimize);
  return text.size() == 71 && text.find_first_of("\r\n") == std::string::npos &&
         std::regex_match(text, grammar);
}

}  // namespace lar::store::test
