// A request's prompt as the model gets it: rendered by the model's template, tokenized, and cut
// where it is longer than the context. Immutable after creation.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "chat/chat_template.h"
#include "runtime/inference.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

struct BuiltPrompt {
  std::vector<int32_t> tokens;
  std::string rendered;  // the text, where there is one
  PromptTruncation truncation;
  std::vector<std::string> warnings;
};

class PromptBuilder {
 public:
  // Borrows the tokenizer. Errors: those of the template.
  static Result<PromptBuilder> create(const tokenizer::Tokenizer& tokenizer,
                                      std::string_view jinja_template,
                                      const PromptStyle& style);

  // `context`: tokens the request may have. Errors: invalid_argument (the request asks for what the
  // template lacks, or is too long and must not be cut).
  Result<BuiltPrompt> build(const GenerateRequest& request, uint32_t context) const;

  const chat::ChatTemplate* chat_template() const { return template_.get(); }

 private:
  explicit PromptBuilder(const tokenizer::Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}

  Result<BuiltPrompt> build_chat(const GenerateRequest& request, uint32_t context) const;
  Result<BuiltPrompt> build_infill(const GenerateRequest& request) const;

  const tokenizer::Tokenizer* tokenizer_;  // borrowed
  std::unique_ptr<chat::ChatTemplate> template_;
};

// Whether the vocabulary has the tokens that fill in the middle.
bool has_infill_tokens(const tokenizer::Tokenizer& tokenizer);

}  // namespace lar::runtime
