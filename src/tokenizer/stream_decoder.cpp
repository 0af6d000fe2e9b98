#include "tokenizer/stream_decoder.h"

#include "base/utf8.h"

namespace lar::tokenizer {

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, const DecodeOptions& options)
    : tokenizer_(tokenizer),
      shown_(options.shown.begin(), options.shown.end()),
      options_(options),
      strip_first_(options.strip_first_space),
      strip_(strip_first_) {
  options_.shown = shown_;
}

std::string StreamDecoder::push(TokenId id) {
  options_.strip_first_space = strip_;
  if (tokenizer_.is_visible(id, options_)) strip_ = false;
  const TokenId ids[] = {id};
  pending_ += tokenizer_.decode(ids, options_);
  const size_t complete = pending_.size() - utf8_incomplete_tail(pending_);
  std::string out = utf8_sanitize(std::string_view(pending_).substr(0, complete));
  pending_.erase(0, complete);
  return out;
}

std::string StreamDecoder::finish() {
  std::string out = utf8_sanitize(pending_);
  pending_.clear();
  strip_ = strip_first_;
  return out;
}

}  // namespace lar::tokenizer
