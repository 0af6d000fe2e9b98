// The requests that need a tokenizer and no model.
#pragma once

#include "base/result.h"
#include "runtime/inference.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

Result<TokenizeResult> tokenize(const tokenizer::Tokenizer& tokenizer,
                                const TokenizeRequest& request);
// Errors: invalid_argument for a token that the vocabulary does not have.
Result<DetokenizeResult> detokenize(const tokenizer::Tokenizer& tokenizer,
                                    const DetokenizeRequest& request);

}  // namespace lar::runtime
