#include "runtime/text_requests.h"

#include <string>

namespace lar::runtime {

Result<TokenizeResult> tokenize(const tokenizer::Tokenizer& tokenizer,
                                const TokenizeRequest& request) {
  LAR_TRY(auto tokens, tokenizer.encode(request.text, {.add_special = request.add_special,
                                                       .parse_special = request.parse_special}));
  return TokenizeResult{.tokens = std::move(tokens)};
}

Result<DetokenizeResult> detokenize(const tokenizer::Tokenizer& tokenizer,
                                    const DetokenizeRequest& request) {
  for (const int32_t token : request.tokens) {
    if (tokenizer.valid(token)) continue;
    return fail(Code::kInvalidArgument, "there is no token " + std::to_string(token) +
                                            ": the vocabulary has " +
                                            std::to_string(tokenizer.size()));
  }
  return DetokenizeResult{.text = tokenizer.decode(request.tokens, {.special = true})};
}

}  // namespace lar::runtime
