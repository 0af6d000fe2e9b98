// Turns the tokens of one generation into text as they come: each piece handed out is valid UTF-8
// that ends at the end of a character.
#pragma once

#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace lar::tokenizer {

class StreamDecoder {
 public:
  // Borrows the tokenizer; copies options.shown.
  StreamDecoder(const Tokenizer& tokenizer, const DecodeOptions& options);

  // The text that has become complete; maybe empty. Bytes that are not UTF-8 become U+FFFD.
  std::string push(TokenId id);

  // What is left at the end: U+FFFD for a character that was cut off, else nothing. The decoder
  // then is as new.
  std::string finish();

 private:
  const Tokenizer& tokenizer_;
  std::vector<TokenId> shown_;
  DecodeOptions options_;
  bool strip_first_;
  bool strip_;           // the next text is the first
  std::string pending_;  // the beginning of a character: at most 3 bytes between calls
};

}  // namespace lar::tokenizer
