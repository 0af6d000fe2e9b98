// A model's text to content, thinking and tool calls while it comes, as a request's deltas.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/parsers/output_format.h"
#include "chat/parsers/output_parser.h"
#include "runtime/inference.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

class AnswerParser {
 public:
  AnswerParser(const chat::OutputFormat& format, const chat::OutputOptions& options)
      : parser_(format, options) {}

  // What a piece of text makes certain; maybe nothing. Errors: the model broke the form of a call.
  Result<GenerateDelta> feed(std::string_view text);
  Result<GenerateDelta> finish();

  uint32_t calls_ended() const { return calls_ended_; }
  const std::string& thinking() const { return thinking_; }  // all of it

 private:
  GenerateDelta take(std::vector<chat::OutputEvent> events);

  chat::OutputParser parser_;
  uint32_t calls_ended_ = 0;
  std::string thinking_;
};

// Whether there is nothing in a delta.
bool empty(const GenerateDelta& delta);

// Control tokens whose names are marks of the format: the parser must see them, though they are no
// text otherwise.
std::vector<int32_t> marks_among_tokens(const chat::OutputFormat& format,
                                        const tokenizer::Tokenizer& tokenizer);

}  // namespace lar::runtime
