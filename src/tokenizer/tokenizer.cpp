#include "tokenizer/tokenizer.h"

#include <algorithm>

#include "tokenizer/bpe.h"
#include "tokenizer/rwkv.h"
#include "tokenizer/special_matcher.h"
#include "tokenizer/special_tokens.h"
#include "tokenizer/spm.h"
#include "tokenizer/unigram.h"
#include "tokenizer/wordpiece.h"

namespace lar::tokenizer {
namespace {

using Run = SpecialMatcher::Run;

Spelling spelling_of(Algorithm algorithm, const PreTokenizerRow& row) {
  switch (algorithm) {
    case Algorithm::kSpm:
    case Algorithm::kUnigram:
    case Algorithm::kWordPiece: return Spelling::kUnderline;
    case Algorithm::kRwkv: return Spelling::kEscapes;
    case Algorithm::kBpe:
      if (row.escape_spaces) return Spelling::kUnderline;
      return row.raw_text ? Spelling::kPlain : Spelling::kByteChars;
  }
  return Spelling::kPlain;
}

Result<void> check(const Vocabulary& vocabulary) {
  const size_t count = vocabulary.tokens.size();
  if (count == 0) return fail(Code::kNotFound, "tokenizer: no tokens");
  size_t bytes = 0;
  for (const std::string_view token : vocabulary.tokens) bytes += token.size();
  if (count > Limits::kMaxTokens || bytes > Limits::kMaxVocabularyBytes) {
    return fail(Code::kResourceExhausted, "tokenizer: the vocabulary is too large");
  }
  if ((!vocabulary.types.empty() && vocabulary.types.size() != count) ||
      (!vocabulary.scores.empty() && vocabulary.scores.size() != count)) {
    return fail(Code::kDataCorrupt, "tokenizer: types or scores do not fit the tokens");
  }
  const SpecialIds& ids = vocabulary.ids;
  for (const TokenId id :
       {ids.bos, ids.eos, ids.eot, ids.eom, ids.unk, ids.sep, ids.pad, ids.mask, ids.fim_prefix,
        ids.fim_suffix, ids.fim_middle, ids.fim_pad, ids.fim_repo, ids.fim_separator}) {
    if (id != kNoToken && (id < 0 || static_cast<size_t>(id) >= count)) {
      return fail(Code::kDataCorrupt, "tokenizer: a special token is out of range");
    }
  }
  return {};
}

bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view without_trailing_space(std::string_view text) {
  while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

struct Tokenizer::Impl {
  Impl(Vocabulary given, const PreTokenizerRow& row)
      : vocabulary(std::move(given)),
        special(find_special_tokens(vocabulary)),
        pre_tokenizer(row),
        pieces(vocabulary, spelling_of(vocabulary.algorithm, row)),
        table(vocabulary, pieces),
        matcher(vocabulary) {}

  Result<void> make_encoder();
  void set_rules();

  bool is_word_piece() const { return vocabulary.algorithm == Algorithm::kWordPiece; }

  Vocabulary vocabulary;
  SpecialTokens special;
  const PreTokenizerRow& pre_tokenizer;
  TokenPieces pieces;
  TokenTable table;
  SpecialMatcher matcher;
  std::unique_ptr<TextEncoder> encoder;
  bool add_bos = false;
  bool add_eos = false;
  bool add_sep = false;
  bool add_space_prefix = false;
  bool byte_level = false;

  Result<std::vector<TokenId>> encode(std::string_view text,
                                      const std::vector<Run>& runs,
                                      bool add_special) const;
};

Result<void> Tokenizer::Impl::make_encoder() {
  switch (vocabulary.algorithm) {
    case Algorithm::kBpe: {
      LAR_TRY(encoder, BpeEncoder::create(vocabulary, pre_tokenizer, pieces, table));
      return {};
    }
    case Algorithm::kUnigram: {
      LAR_TRY(encoder, UnigramEncoder::create(vocabulary, pieces));
      return {};
    }
    case Algorithm::kSpm:
      encoder = std::make_unique<SpmEncoder>(vocabulary, pieces, table);
      return {};
    case Algorithm::kWordPiece:
      encoder = std::make_unique<WordPieceEncoder>(vocabulary, pieces);
      return {};
    case Algorithm::kRwkv: encoder = std::make_unique<RwkvEncoder>(vocabulary, pieces); return {};
  }
  return fail(Code::kInternal, "tokenizer: no such algorithm");
}

void Tokenizer::Impl::set_rules() {
  const Algorithm algorithm = vocabulary.algorithm;
  const bool bpe = algorithm == Algorithm::kBpe;
  const bool spm = algorithm == Algorithm::kSpm;
  add_bos = vocabulary.add_bos.value_or(spm || is_word_piece() || (bpe && pre_tokenizer.add_bos));
  add_eos = vocabulary.add_eos.value_or(algorithm == Algorithm::kUnigram);
  add_sep = vocabulary.add_sep.value_or(is_word_piece() || (bpe && pre_tokenizer.add_sep));
  add_space_prefix =
      vocabulary.add_space_prefix.value_or(spm) && (spm || algorithm == Algorithm::kUnigram);
  byte_level = bpe && !pre_tokenizer.raw_text;
  for (int byte = 0; byte < 256 && byte_level; ++byte) {
    const char c = static_cast<char>(byte);
    const bool in_utf8 = byte != 0xC0 && byte != 0xC1 && byte < 0xF5;
    byte_level = !in_utf8 || table.find(std::string_view(&c, 1)) != kNoToken;
  }
}

Result<std::vector<TokenId>> Tokenizer::Impl::encode(std::string_view text,
                                                     const std::vector<Run>& runs,
                                                     bool add_special) const {
  if (text.size() > Limits::kMaxTextBytes) {
    return fail(Code::kResourceExhausted, "text of " + std::to_string(text.size()) +
                                              " bytes is too long to tokenize; at most " +
                                              std::to_string(Limits::kMaxTextBytes) +
                                              " are allowed");
  }
  const SpecialIds& ids = special.ids;
  std::vector<TokenId> out;
  out.reserve(text.size() / 3 + 4);
  // WordPiece models always have both ends.
  if (add_special && (add_bos || is_word_piece()) && ids.bos != kNoToken) out.push_back(ids.bos);

  Position position = Position::kStart;
  for (size_t at = 0; at < text.size();) {
    const auto match = matcher.find(text, at, runs);
    const bool found = match.id != kNoToken;
    std::string_view plain = text.substr(at, found ? match.begin - at : std::string_view::npos);
    if (found &&
        std::ranges::find(vocabulary.strip_before, match.id) != vocabulary.strip_before.end()) {
      plain = without_trailing_space(plain);
    }
    if (!plain.empty()) encoder->encode(plain, position, out);
    if (!found) break;
    out.push_back(match.id);
    at = match.end;
    if (std::ranges::binary_search(vocabulary.strip_after, match.id)) {
      while (at < text.size() && is_ascii_space(text[at])) ++at;
    }
  }

  const TokenId end = is_word_piece() ? ids.sep : ids.eos;
  if (add_special && (add_eos || is_word_piece()) && end != kNoToken) out.push_back(end);
  return out;
}

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::~Tokenizer() = default;

Result<std::unique_ptr<Tokenizer>> Tokenizer::create(const gguf::File& file) {
  LAR_TRY(Vocabulary vocabulary, read_vocabulary(file));
  return create(std::move(vocabulary));
}

Result<std::unique_ptr<Tokenizer>> Tokenizer::create(Vocabulary vocabulary) {
  LAR_TRY(check(vocabulary));
  const bool bpe = vocabulary.algorithm == Algorithm::kBpe;
  const PreTokenizerRow* row = find_pre_tokenizer(bpe ? vocabulary.pre : "");
  if (row == nullptr) {
    return fail(Code::kUnsupported, "pre-tokenizer '" + vocabulary.pre + "' is not supported");
  }
  std::ranges::sort(vocabulary.strip_after);
  auto impl = std::make_unique<Impl>(std::move(vocabulary), *row);
  LAR_TRY(impl->make_encoder());
  impl->set_rules();
  return std::unique_ptr<Tokenizer>(new Tokenizer(std::move(impl)));
}

Result<std::vector<TokenId>> Tokenizer::encode(std::string_view text,
                                               const EncodeOptions& options) const {
  return impl_->encode(text, {{.end = text.size(), .parse = options.parse_special}},
                       options.add_special);
}

Result<std::vector<TokenId>> Tokenizer::encode_segments(std::span<const Segment> segments,
                                                        bool add_special) const {
  std::string joined;
  std::vector<Run> runs;
  for (const Segment& segment : segments) {
    if (segment.text.empty()) continue;
    joined += segment.text;
    if (runs.empty() || runs.back().parse != segment.parse_special) {
      runs.push_back({.end = 0, .parse = segment.parse_special});
    }
    runs.back().end = joined.size();
  }
  return impl_->encode(joined, runs, add_special);
}

std::string Tokenizer::decode(std::span<const TokenId> ids, const DecodeOptions& options) const {
  std::string out;
  bool strip = options.strip_first_space && (add_space_prefix() || impl_->is_word_piece());
  for (const TokenId id : ids) {
    if (!is_visible(id, options)) continue;
    std::string_view text = piece(id);
    if (strip && text.starts_with(' ')) text.remove_prefix(1);
    strip = false;
    out += text;
  }
  return out;
}

size_t Tokenizer::size() const {
  return impl_->pieces.size();
}

std::string_view Tokenizer::piece(TokenId id) const {
  return impl_->pieces[id];
}

std::string_view Tokenizer::text(TokenId id) const {
  return impl_->vocabulary.tokens[static_cast<size_t>(id)];
}

float Tokenizer::score(TokenId id) const {
  const auto& scores = impl_->vocabulary.scores;
  return scores.empty() ? 0.0F : scores[static_cast<size_t>(id)];
}

TokenType Tokenizer::type(TokenId id) const {
  return type_of(impl_->vocabulary, id);
}

bool Tokenizer::is_control(TokenId id) const {
  const TokenType kind = type(id);
  return kind == TokenType::kControl || kind == TokenType::kUnknown;
}

bool Tokenizer::is_visible(TokenId id, const DecodeOptions& options) const {
  return valid(id) && (!is_control(id) || options.special ||
                       std::ranges::find(options.shown, id) != options.shown.end());
}

bool Tokenizer::is_end(TokenId id) const {
  return std::ranges::binary_search(impl_->special.end_ids, id);
}

std::span<const TokenId> Tokenizer::end_ids() const {
  return impl_->special.end_ids;
}

TokenId Tokenizer::find(std::string_view text) const {
  const TokenId special = impl_->matcher.find_exact(text);
  if (special != kNoToken) return special;
  std::string piece;
  append_unspelled(piece, text, spelling_of(impl_->vocabulary.algorithm, impl_->pre_tokenizer));
  return impl_->table.find(piece);
}

const SpecialIds& Tokenizer::ids() const {
  return impl_->special.ids;
}
bool Tokenizer::add_bos() const {
  return impl_->add_bos;
}
bool Tokenizer::add_eos() const {
  return impl_->add_eos;
}
bool Tokenizer::add_sep() const {
  return impl_->add_sep;
}
bool Tokenizer::add_space_prefix() const {
  return impl_->add_space_prefix;
}
bool Tokenizer::is_byte_level() const {
  return impl_->byte_level;
}

}  // namespace lar::tokenizer
