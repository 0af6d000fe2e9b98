// Rendered prompts to token ids: what a template wrote may spell control tokens, what a caller
// wrote may not.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "chat/chat_template.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

// The texts of the tokens that a template may print by name.
chat::SpecialTokens special_tokens(const tokenizer::Tokenizer& tokenizer);

// The tokens that the vocabulary wants at the beginning are added, unless the template has written
// them itself. Errors: those of Tokenizer::encode.
Result<std::vector<int32_t>> encode_prompt(const tokenizer::Tokenizer& tokenizer,
                                           const chat::Prompt& prompt);

// `prompt` behind the text of earlier tokens, as Ollama's `context` has it: joined as text and
// tokenized anew, with the beginning token in front whatever the earlier tokens begin with.
struct ContinuedPrompt {
  std::vector<int32_t> tokens;
  std::string text;
};
Result<ContinuedPrompt> continue_context(const tokenizer::Tokenizer& tokenizer,
                                         std::span<const int32_t> context,
                                         const chat::Prompt& prompt);

}  // namespace lar::runtime
