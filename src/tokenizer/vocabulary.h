// What a tokenizer is made of, as plain data: the tokens with their kinds and scores, the merges,
// the special ids and the rules. Read from GGUF by read_vocabulary, or filled by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lar::gguf {
class File;
}

namespace lar::tokenizer {

using TokenId = int32_t;
inline constexpr TokenId kNoToken = -1;

struct Limits {
  static constexpr size_t kMaxTokens = 1U << 24;
  static constexpr size_t kMaxMerges = 1U << 25;
  static constexpr size_t kMaxVocabularyBytes = 64U << 20;  // all token texts together
  static constexpr size_t kMaxTextBytes = 64U << 20;        // of one encode
  static constexpr size_t kMaxMatchBytes = 65'536;          // longer tokens are never found in text
};

// As in tokenizer.ggml.token_type.
enum class TokenType : uint8_t {
  kUndefined = 0,
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6,
};

enum class Algorithm : uint8_t { kSpm, kBpe, kWordPiece, kUnigram, kRwkv };

// kNoToken where the vocabulary has none.
struct SpecialIds {
  TokenId bos = kNoToken;
  TokenId eos = kNoToken;
  TokenId eot = kNoToken;  // end of turn
  TokenId eom = kNoToken;  // end of message: a tool is called
  TokenId unk = kNoToken;
  TokenId sep = kNoToken;
  TokenId pad = kNoToken;
  TokenId mask = kNoToken;
  TokenId fim_prefix = kNoToken;
  TokenId fim_suffix = kNoToken;
  TokenId fim_middle = kNoToken;
  TokenId fim_pad = kNoToken;
  TokenId fim_repo = kNoToken;
  TokenId fim_separator = kNoToken;
};

// Views borrow from the file (or the test's strings) that `storage` keeps alive, if it is set;
// else the maker of the Vocabulary does.
struct Vocabulary {
  Algorithm algorithm = Algorithm::kBpe;
  std::string pre;  // kBpe: the pre-tokenizer's name

  std::vector<std::string_view> tokens;
  std::vector<TokenType> types;          // one a token, or empty: all kNormal
  std::vector<float> scores;             // one a token, or empty: all 0
  std::vector<std::string_view> merges;  // kBpe: "left right", the best first
  bool merges_by_id = false;             // kBpe without merges: any pair that makes a token, the
                                         // smallest id first (the order of tiktoken files)
  SpecialIds ids;
  // Unset: what the algorithm and the pre-tokenizer say.
  std::optional<bool> add_bos;
  std::optional<bool> add_eos;
  std::optional<bool> add_sep;
  std::optional<bool> add_space_prefix;
  bool remove_extra_spaces = false;     // kUnigram
  bool lowercase = true;                // kWordPiece
  std::optional<bool> strip_accents;    // kWordPiece; unset: as lowercase
  std::span<const std::byte> charsmap;  // kUnigram: sentencepiece's compiled normalization
  // Special tokens that swallow the white space before or after them where they stand in text.
  std::vector<TokenId> strip_before;
  std::vector<TokenId> strip_after;

  std::shared_ptr<const void> storage;
};

// Errors: not_found (no vocabulary), data_corrupt (arrays that do not fit each other, ids out of
// range), unsupported (another kind of tokenizer), resource_exhausted (beyond the limits).
// The result borrows from `file`.
Result<Vocabulary> read_vocabulary(const gguf::File& file);

}  // namespace lar::tokenizer
