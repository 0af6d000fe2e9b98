#include "runtime/gbnf_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace lar::runtime {
namespace {

// A control token that stands in `text` at `at`, the longest if there are several.
struct Found {
  int32_t token = 0;
  size_t length = 0;
};
std::optional<Found> control_token_at(const tokenizer::Tokenizer& tokenizer,
                                      std::string_view text,
                                      size_t at) {
  constexpr size_t kLongestName = 64;
  for (size_t length = std::min(kLongestName, text.size() - at); length > 1; --length) {
    const tokenizer::TokenId token = tokenizer.find(text.substr(at, length));
    if (tokenizer.valid(token) && tokenizer.is_control(token)) return Found{token, length};
  }
  return std::nullopt;
}

}  // namespace

std::string gbnf_literal(const tokenizer::Tokenizer& tokenizer, std::string_view text) {
  std::string out;
  bool quoted = false;
  const auto quote = [&](bool on) {
    if (quoted != on) out += on ? " \"" : "\"";
    quoted = on;
  };
  for (size_t at = 0; at < text.size();) {
    // Names of control tokens begin with one of these.
    const bool may_begin = text[at] == '<' || text[at] == '[';
    if (const auto found = may_begin ? control_token_at(tokenizer, text, at) : std::nullopt) {
      quote(false);
      out += fmt::format(" <[{}]>", found->token);
      at += found->length;
      continue;
    }
    quote(true);
    const char c = text[at++];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  quote(false);
  return out;
}

}  // namespace lar::runtime
