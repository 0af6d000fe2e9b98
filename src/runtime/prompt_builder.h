// A request's prompt as the model gets it: rendered by the model's template, tokenized, and cut
// where it is longer than the context. Immutable after creation.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "chat/prompt_renderer.h"
#include "runtime/inference.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

struct BuiltPrompt {
  std::vector<int32_t> tokens;
  std::string rendered;    // the text, where there is one
  bool bos_added = false;  // the first token is none of the text
  PromptTruncation truncation;
  std::vector<std::string> warnings;
};

class PromptBuilder {
 public:
  // Borrows the tokenizer. Errors: those of chat::PromptRenderer.
  static Result<PromptBuilder> create(const tokenizer::Tokenizer& tokenizer,
                                      const chat::ModelFacts& facts);

  // `context`: tokens the request may have. Errors: invalid_argument (the request asks for what the
  // template lacks, or is too long and must not be cut).
  Result<BuiltPrompt> build(const GenerateRequest& request, uint32_t context) const;

  const chat::PromptRenderer& renderer() const { return renderer_; }
  // What the template in use can say.
  struct Abilities {
    bool chat = false;
    bool tools = false;
    bool thinking = false;
    bool infill = false;
  };
  const Abilities& abilities() const { return abilities_; }

 private:
  PromptBuilder(const tokenizer::Tokenizer& tokenizer, chat::PromptRenderer renderer)
      : tokenizer_(&tokenizer), renderer_(std::move(renderer)) {}

  Result<BuiltPrompt> build_chat(const chat::PromptRenderer& renderer,
                                 const GenerateRequest& request,
                                 uint32_t context) const;
  Result<BuiltPrompt> build_infill(const chat::PromptRenderer& renderer,
                                   const GenerateRequest& request) const;
  Result<BuiltPrompt> build_text(const GenerateRequest& request) const;

  const tokenizer::Tokenizer* tokenizer_;  // borrowed
  chat::PromptRenderer renderer_;
  Abilities abilities_;
};

// Whether the vocabulary has the tokens that fill in the middle.
bool has_infill_tokens(const tokenizer::Tokenizer& tokenizer);

}  // namespace lar::runtime
