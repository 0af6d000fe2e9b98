// Text to token ids and back, for every kind of vocabulary that GGUF files carry. A Tokenizer is
// immutable and shared between threads; it borrows the file that it was created from.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/vocabulary.h"

namespace lar::tokenizer {

struct EncodeOptions {
  bool add_special = true;     // begin and end tokens, where the vocabulary asks for them
  bool parse_special = false;  // text that spells a control token becomes that token
};

// A stretch of a prompt: the template's own words may spell control tokens, a user's may not.
struct Segment {
  std::string_view text;
  bool parse_special = false;
};

struct DecodeOptions {
  bool special = false;                 // control tokens become their text, else nothing
  std::span<const TokenId> shown = {};  // these become their text in any case
  bool strip_first_space = true;        // the space that encode() puts before the first word
};

class Tokenizer {
 public:
  // Errors: as read_vocabulary(), and unsupported for a pre-tokenizer that is not known.
  static Result<std::unique_ptr<Tokenizer>> create(const gguf::File& file);
  static Result<std::unique_ptr<Tokenizer>> create(Vocabulary vocabulary);
  ~Tokenizer();

  // Errors: resource_exhausted for text beyond Limits::kMaxTextBytes. Text need not be UTF-8.
  Result<std::vector<TokenId>> encode(std::string_view text, const EncodeOptions& options) const;

  // As encode() of the joined text, with control tokens only where one run of segments that allow
  // it spells them.
  Result<std::vector<TokenId>> encode_segments(std::span<const Segment> segments,
                                               bool add_special) const;

  // Ids out of range become nothing. The result may be invalid UTF-8 where the ids are.
  std::string decode(std::span<const TokenId> ids, const DecodeOptions& options) const;

  size_t size() const;
  bool valid(TokenId id) const { return id >= 0 && static_cast<size_t>(id) < size(); }

  // The bytes that a token stands for (a space where the file has U+2581, and so on); of a control
  // token its name. Valid ids only.
  std::string_view piece(TokenId id) const;
  // As the file spells it. Valid ids only.
  std::string_view text(TokenId id) const;
  float score(TokenId id) const;
  TokenType type(TokenId id) const;

  // Control and unknown tokens: not a part of the visible text.
  bool is_control(TokenId id) const;
  // Whether decode() gives text for it.
  bool is_visible(TokenId id, const DecodeOptions& options) const;
  // Ends a generation: end of text, of a turn, of a message.
  bool is_end(TokenId id) const;
  std::span<const TokenId> end_ids() const;  // sorted

  // The token that is spelled like this in the file, control tokens first; kNoToken without one.
  TokenId find(std::string_view text) const;

  const SpecialIds& ids() const;
  bool add_bos() const;
  bool add_eos() const;
  bool add_sep() const;
  // Whether encode() puts a space before the first word.
  bool add_space_prefix() const;
  // Any UTF-8 survives encode() and decode(). So do other bytes, unless the vocabulary has no
  // tokens for those that UTF-8 never uses.
  bool is_byte_level() const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace lar::tokenizer
