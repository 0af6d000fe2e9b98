#include "runtime/text_requests.h"

namespace lar::runtime {

Result<TokenizeResult> tokenize(const tokenizer::Tokenizer& tokenizer,
                                const TokenizeRequest& request) {
  LAR_TRY(auto tokens, tokenizer.encode(request.text, {.add_special = request.add_special,
                                                       .parse_special = request.parse_special}));
  return TokenizeResult{.tokens = std::move(tokens)};
}

DetokenizeResult detokenize(const tokenizer::Tokenizer& tokenizer,
                            const DetokenizeRequest& request) {
  return {.text = tokenizer.decode(request.tokens, {.special = true})};
}

}  // namespace lar::runtime
