// A GBNF grammar from outside, compiled and walked: what the mask allows can be taken, what it does
// not allow cannot, and going back leads to where it was. The input is the grammar, then, after a
// zero byte, the choices of tokens.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "constrain/matcher.h"
#include "made_up_vocabulary.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lar;
  using namespace lar::constrain;
  static const auto vocabulary = test::made_up_vocabulary();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view source = input.substr(0, input.find('\0'));
  std::string_view choices = input.substr(source.size());
  if (choices.empty()) choices = "0123456789abcdefghijklmnopqrstuvwxyz";
  GbnfOptions options;
  options.token_id = [](std::string_view name) -> std::optional<uint32_t> {
    return name == "<end>" ? std::optional<uint32_t>(300) : std::nullopt;
  };
  const auto grammar = Grammar::from_gbnf(source, options);
  if (!grammar) return 0;
  Matcher matcher(*grammar, vocabulary);
  std::vector<uint64_t> bits(vocabulary->mask_words());
  std::vector<uint64_t> again(vocabulary->mask_words());
  for (const char choice : choices.substr(0, 48)) {
    if (!matcher.fill_mask(bits)) return 0;  // a limit
    std::vector<TokenId> allowed;
    std::vector<TokenId> others;
    for (TokenId token = 0; token < vocabulary->size(); ++token) {
      const bool in_mask = (bits[token / 64] >> (token % 64) & 1U) != 0;
      (in_mask ? allowed : others).push_back(token);
    }
    const auto index = static_cast<size_t>(static_cast<uint8_t>(choice));
    if (!others.empty()) {
      const auto taken = matcher.accept(others[index * 7 % others.size()]);
      if (taken) std::abort();
    }
    if (allowed.empty()) return 0;
    const TokenId token = allowed[index % allowed.size()];
    const auto taken = matcher.accept(token);
    if (!taken) {
      if (taken.error().code != Code::kResourceExhausted) std::abort();
      return 0;
    }
    if (index % 3 == 0) {
      if (!matcher.rollback(1) || !matcher.fill_mask(again) || again != bits) std::abort();
      if (!matcher.accept(token)) std::abort();
    }
    if (vocabulary->is_end(token)) return 0;
  }
  return 0;
}
