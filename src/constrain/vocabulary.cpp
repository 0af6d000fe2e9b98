#include "constrain/vocabulary.h"

#include <algorithm>

namespace lar::constrain {
namespace {

constexpr size_t kMaxSharedMasks = 512;

std::string bytes_of(std::span<const uint32_t> key) {
  std::string out;
  for (const uint32_t word : key) {
    for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(word >> shift));
  }
  return out;
}

std::vector<std::pair<std::string_view, TokenId>> numbered(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string_view, TokenId>> out;
  for (TokenId i = 0; i < texts.size(); ++i) out.emplace_back(texts[i], i);
  return out;
}

}  // namespace

Vocabulary::Vocabulary(std::vector<std::string> texts,
                       std::vector<TokenId> end_tokens,
                       std::unordered_map<TokenId, std::string> names)
    : texts_(std::move(texts)), names_(std::move(names)), end_tokens_(std::move(end_tokens)) {
  std::ranges::sort(end_tokens_);
  for (const TokenId token : end_tokens_) {
    if (token < texts_.size()) texts_[token].clear();
  }
  trie_ = TokenTrie(numbered(texts_));
  slices_ = TokenSlices(texts_);
}

Result<std::shared_ptr<const Vocabulary>> Vocabulary::create(
    std::vector<std::string> texts,
    std::vector<TokenId> end_tokens,
    std::unordered_map<TokenId, std::string> names) {
  if (texts.size() > kMaxVocabularyTokens) {
    return fail(Code::kResourceExhausted,
                "vocabulary: more than " + std::to_string(kMaxVocabularyTokens) + " tokens");
  }
  const auto too_long = [](const std::string& text) { return text.size() > kMaxTokenBytes; };
  if (std::ranges::any_of(texts, too_long) ||
      std::ranges::any_of(names, too_long, [](const auto& name) { return name.second; })) {
    return fail(Code::kResourceExhausted,
                "vocabulary: a token of more than " + std::to_string(kMaxTokenBytes) + " bytes");
  }
  return std::shared_ptr<const Vocabulary>(
      new Vocabulary(std::move(texts), std::move(end_tokens), std::move(names)));
}

std::string_view Vocabulary::spelled(TokenId token) const {
  if (!texts_[token].empty()) return texts_[token];
  const auto name = names_.find(token);
  return name == names_.end() ? std::string_view() : std::string_view(name->second);
}

bool Vocabulary::is_end(TokenId token) const {
  return std::ranges::binary_search(end_tokens_, token);
}

std::shared_ptr<const StateMask> Vocabulary::find_mask(std::span<const uint32_t> key) const {
  const std::lock_guard lock(mutex_);
  const auto at = masks_.find(bytes_of(key));
  return at == masks_.end() ? nullptr : at->second;
}

void Vocabulary::keep_mask(std::span<const uint32_t> key,
                           std::shared_ptr<const StateMask> mask) const {
  const std::lock_guard lock(mutex_);
  if (masks_.size() < kMaxSharedMasks) masks_.emplace(bytes_of(key), std::move(mask));
}

}  // namespace lar::constrain
