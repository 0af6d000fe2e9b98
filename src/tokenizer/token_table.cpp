#include "tokenizer/token_table.h"

#include <array>
#include <bit>

#include "base/utf8.h"

namespace lar::tokenizer {
namespace {

constexpr std::string_view kUnderlineChar = "\xE2\x96\x81";

// The byte of each character below U+0144, or -1. Printable Latin-1 characters stand for
// themselves; the 68 other bytes are U+0100 and on, in order.
constexpr std::array<int16_t, 324> make_byte_of_char() {
  std::array<int16_t, 324> table{};
  table.fill(-1);
  size_t next = 256;
  for (size_t byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
    table[printable ? byte : next++] = static_cast<int16_t>(byte);
  }
  return table;
}
constexpr std::array<int16_t, 324> kByteOfChar = make_byte_of_char();

void append_byte_chars(std::string& out, std::string_view text) {
  const size_t before = out.size();
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    char32_t c = lead;
    size_t bytes = 1;
    if (lead >= 0x80) {
      const Utf8Char decoded = utf8_next(text.substr(i));
      c = decoded.code_point;
      bytes = decoded.bytes;
    }
    if (c >= kByteOfChar.size() || kByteOfChar[c] < 0) {
      out.resize(before);
      out += text;
      return;
    }
    out.push_back(static_cast<char>(kByteOfChar[c]));
    i += bytes;
  }
}

void append_underlined(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const size_t at = text.find(kUnderlineChar);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return;
    out.push_back(' ');
    text.remove_prefix(at + kUnderlineChar.size());
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_escaped(std::string& out, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    const char kind = text[++i];
    if (kind == 'x' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
      i += 2;
      continue;
    }
    out.push_back(kind == 'n' ? '\n' : kind == 't' ? '\t' : kind == 'r' ? '\r' : kind);
  }
}

bool stands_for_text(TokenType type) {
  return type == TokenType::kNormal || type == TokenType::kUndefined || type == TokenType::kUnused;
}

}  // namespace

TokenType type_of(const Vocabulary& vocabulary, TokenId id) {
  const auto i = static_cast<size_t>(id);
  return i < vocabulary.types.size() ? vocabulary.types[i] : TokenType::kNormal;
}

int byte_token_value(std::string_view text) {
  if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return -1;
  const int high = hex_digit(text[3]);
  const int low = hex_digit(text[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

int byte_of_token(const Vocabulary& vocabulary, TokenId id) {
  const TokenType type = type_of(vocabulary, id);
  if (type == TokenType::kControl || type == TokenType::kUnknown) return -1;
  return byte_token_value(vocabulary.tokens[static_cast<size_t>(id)]);
}

void append_unspelled(std::string& out, std::string_view text, Spelling spelling) {
  switch (spelling) {
    case Spelling::kPlain: out += text; return;
    case Spelling::kByteChars: append_byte_chars(out, text); return;
    case Spelling::kUnderline: append_underlined(out, text); return;
    case Spelling::kEscapes: append_escaped(out, text); return;
  }
}

TokenPieces::TokenPieces(const Vocabulary& vocabulary, Spelling spelling) {
  size_t bytes = 0;
  for (const std::string_view token : vocabulary.tokens) bytes += token.size();
  bytes_.reserve(bytes);
  begins_.reserve(vocabulary.tokens.size() + 1);
  begins_.push_back(0);
  for (size_t i = 0; i < vocabulary.tokens.size(); ++i) {
    const std::string_view token = vocabulary.tokens[i];
    const TokenType type = type_of(vocabulary, static_cast<TokenId>(i));
    const int byte = type == TokenType::kByte ? byte_token_value(token) : -1;
    if (byte >= 0) {
      bytes_.push_back(static_cast<char>(byte));
    } else {
      append_unspelled(bytes_, token, stands_for_text(type) ? spelling : Spelling::kPlain);
    }
    begins_.push_back(static_cast<uint32_t>(bytes_.size()));
  }
}

TokenTable::TokenTable(const Vocabulary& vocabulary, const TokenPieces& pieces)
    : pieces_(pieces),
      seed_(random_seed()),
      mask_(std::bit_ceil(pieces.size() + pieces.size() / 2 + 2) - 1),
      slots_(mask_ + 1),
      found_(pieces.size()) {
  bool user_defined = false;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const TokenType type = type_of(vocabulary, id);
    user_defined |= type == TokenType::kUserDefined;
    if (stands_for_text(type)) insert(id);
  }
  for (size_t i = 0; user_defined && i < pieces.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    if (type_of(vocabulary, id) == TokenType::kUserDefined) insert(id);
  }
}

void TokenTable::insert(TokenId id) {
  const std::string_view piece = pieces_[id];
  if (piece.empty()) return;
  const uint64_t hash = hash_bytes(piece, seed_);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  for (uint64_t i = hash & mask_;; i = (i + 1) & mask_) {
    Slot& slot = slots_[i];
    if (slot.id == kNoToken) {
      slot = {tag, id};
      found_[static_cast<size_t>(id)] = true;
      return;
    }
    if (slot.tag == tag && pieces_[slot.id] == piece) return;
  }
}

TokenId TokenTable::find(std::string_view bytes, uint64_t hash) const {
  const auto tag = static_cast<uint32_t>(hash >> 32);
  for (uint64_t i = hash & mask_;; i = (i + 1) & mask_) {
    const Slot& slot = slots_[i];
    if (slot.id == kNoToken) return kNoToken;
    if (slot.tag == tag && pieces_[slot.id] == bytes) return slot.id;
  }
}

}  // namespace lar::tokenizer
