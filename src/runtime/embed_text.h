// Texts as the tokens that an embedding model reads: with their first and last special tokens, cut
// to the context where that is allowed. Texts may spell special tokens, as they may in Ollama.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

struct EmbedText {
  std::vector<int32_t> tokens;
  uint32_t second_text = 0;  // of a pair: where the second text begins
  uint32_t dropped = 0;      // tokens that did not fit
};

class EmbedTexts {
 public:
  // `tokenizer` is borrowed. `pair_template` has {query} and {document}; empty: the two texts are
  // set apart by the special tokens of the vocabulary.
  EmbedTexts(const tokenizer::Tokenizer& tokenizer, std::string pair_template);

  // `context` is the most that tokens may be, the special ones included. Errors: invalid_argument
  // with Ollama's words where the text is too long (and truncate is false, or nothing would be
  // left), or has no tokens.
  Result<EmbedText> text(std::string_view text, uint32_t context, bool truncate) const;

  // The document is cut where both do not fit.
  Result<EmbedText> pair(std::string_view query, std::string_view document, uint32_t context) const;

 private:
  Result<EmbedText> joined_pair(std::string_view query,
                                std::string_view document,
                                uint32_t context) const;
  Result<EmbedText> templated_pair(std::string_view query,
                                   std::string_view document,
                                   uint32_t context) const;
  Result<std::vector<int32_t>> fill_template(std::string_view query,
                                             std::string_view document) const;
  Result<std::vector<int32_t>> content(std::string_view text) const;

  const tokenizer::Tokenizer& tokenizer_;
  std::string pair_template_;
  std::vector<int32_t> prefix_;
  std::vector<int32_t> suffix_;
};

}  // namespace lar::runtime
