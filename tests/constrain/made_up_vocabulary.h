// A small vocabulary for tests: every byte, and merges that cross the borders of JSON tokens.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "constrain/matcher.h"

namespace lar::test {

inline std::shared_ptr<const constrain::Vocabulary> made_up_vocabulary() {
  std::vector<std::string> texts;
  for (int b = 0; b < 256; ++b) texts.push_back(std::string(1, static_cast<char>(b)));
  for (const char* text : {"{\"",
                           "\":",
                           "\": ",
                           "\",",
                           "\", \"",
                           "\",\"",
                           "\"}",
                           "\"}]",
                           "},",
                           "},{",
                           "}]",
                           "[]",
                           "{}",
                           "[{",
                           "[\"",
                           "],",
                           "]}",
                           " \"",
                           ", ",
                           ": ",
                           ",\n",
                           "\n  ",
                           "\n",
                           "  ",
                           "true",
                           "false",
                           "null",
                           "tru",
                           "ls",
                           "00",
                           "12",
                           "123",
                           "-1",
                           ".5",
                           "0.",
                           "e+",
                           "999",
                           "1,",
                           "2]",
                           "3}",
                           "a",
                           "ab",
                           "abc",
                           "name",
                           "type",
                           "id",
                           "value",
                           "the",
                           " the",
                           "\\n",
                           "\\u00",
                           "\\\"",
                           "\xC3",
                           "\xC3\xA9",
                           "\xE2\x82\xAC",
                           "\xF0\x9F\x98",
                           "\xF0\x9F\x98\x80",
                           "20",
                           "24-",
                           "-0",
                           "T1",
                           "Z\"",
                           "@",
                           ".com",
                           "://",
                           "http",
                           "A0"}) {
    texts.emplace_back(text);
  }
  texts.emplace_back("");  // the end token
  const auto end = static_cast<constrain::TokenId>(texts.size() - 1);
  return *constrain::Vocabulary::create(std::move(texts), {end});
}

// Samples until the end token. A bias towards ending and closing keeps documents short.
inline std::string sample(constrain::Matcher& matcher,
                          const constrain::Vocabulary& vocabulary,
                          std::mt19937& random,
                          std::string& problem,
                          size_t max_tokens = 400) {
  std::string text;
  std::vector<uint64_t> bits(vocabulary.mask_words());
  const auto end = static_cast<constrain::TokenId>(vocabulary.size() - 1);
  for (size_t step = 0; step < 5 * max_tokens; ++step) {
    if (const auto status = matcher.fill_mask(bits); !status) {
      problem = status.error().message;
      return text;
    }
    std::vector<constrain::TokenId> allowed;
    std::vector<constrain::TokenId> closing;
    for (constrain::TokenId t = 0; t < vocabulary.size(); ++t) {
      if ((bits[t / 64] >> (t % 64) & 1U) == 0) continue;
      allowed.push_back(t);
      const std::string& piece = vocabulary.text(t);
      if (t == end || piece == "\"" || piece == "}" || piece == "]") closing.push_back(t);
    }
    if (allowed.empty()) {
      problem = "dead end after: " + text;
      return text;
    }
    const bool close = !closing.empty() && random() % 4 < (step > max_tokens ? 3U : 1U);
    const auto& from = close ? closing : allowed;
    const constrain::TokenId token = from[random() % from.size()];
    if (token == end) return text;
    text += vocabulary.text(token);
    if (const auto status = matcher.accept(token); !status) {
      problem = "mask and accept disagree: " + status.error().message + " after: " + text;
      return text;
    }
  }
  problem = "did not end: " + text.substr(0, 400);
  return text;
}

}  // namespace lar::test
