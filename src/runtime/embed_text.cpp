#include "runtime/embed_text.h"

#include <algorithm>
#include <span>

namespace lar::runtime {
namespace {

using Tokens = std::vector<int32_t>;

// Ollama gives a runner at least this context, but cuts texts to the one that was asked for.
constexpr uint32_t kContextMin = 4;

constexpr std::string_view kQuery = "{query}";
constexpr std::string_view kDocument = "{document}";

void append(Tokens& to, const Tokens& from) {
  to.insert(to.end(), from.begin(), from.end());
}

std::unexpected<Error> too_long() {
  return fail(Code::kInvalidArgument, "the input length exceeds the context length");
}

}  // namespace

EmbedTexts::EmbedTexts(const tokenizer::Tokenizer& tokenizer, std::string pair_template)
    : tokenizer_(tokenizer), pair_template_(std::move(pair_template)) {
  // What encode() puts around nothing: a first token, a last token, both or none.
  const auto around = tokenizer.encode("", {.add_special = true});
  if (!around || around->empty()) return;
  const bool has_first = around->size() > 1 || tokenizer.add_bos();
  const auto split = around->begin() + (has_first ? 1 : 0);
  prefix_.assign(around->begin(), split);
  suffix_.assign(split, around->end());
}

Result<Tokens> EmbedTexts::content(std::string_view text) const {
  return tokenizer_.encode(text, {.add_special = false, .parse_special = true});
}

Result<EmbedText> EmbedTexts::text(std::string_view text, uint32_t context, bool truncate) const {
  LAR_TRY(Tokens words, content(text));
  const size_t special = prefix_.size() + suffix_.size();
  EmbedText result;
  if (words.size() + special > std::max(context, kContextMin)) {
    if (!truncate) return too_long();
    if (context <= special) {
      return fail(Code::kInvalidArgument, "input after truncation exceeds maximum context length");
    }
    result.dropped = static_cast<uint32_t>(words.size() - (context - special));
    words.resize(context - special);
  }
  if (words.empty() && special == 0) {
    return fail(Code::kInvalidArgument, "the input has no tokens");
  }
  result.tokens = prefix_;
  append(result.tokens, words);
  append(result.tokens, suffix_);
  return result;
}

Result<EmbedText> EmbedTexts::pair(std::string_view query,
                                   std::string_view document,
                                   uint32_t context) const {
  return pair_template_.empty() ? joined_pair(query, document, context)
                                : templated_pair(query, document, context);
}

// XLM-RoBERTa sets texts apart by two tokens (</s></s>); its files have the same id for both.
Result<EmbedText> EmbedTexts::joined_pair(std::string_view query,
                                          std::string_view document,
                                          uint32_t context) const {
  LAR_TRY(const Tokens first, content(query));
  LAR_TRY(Tokens second, content(document));
  EmbedText result{.tokens = prefix_};
  append(result.tokens, first);
  append(result.tokens, suffix_);
  const auto& ids = tokenizer_.ids();
  const bool separated = !suffix_.empty() && suffix_.back() == ids.sep && ids.eos != ids.sep;
  if (tokenizer_.add_sep() && ids.sep != tokenizer::kNoToken && !separated) {
    result.tokens.push_back(ids.sep);
  }
  result.second_text = static_cast<uint32_t>(result.tokens.size());
  const size_t taken = result.tokens.size() + suffix_.size();
  if (taken >= context && taken + second.size() > context) return too_long();
  if (taken + second.size() > context) {
    result.dropped = static_cast<uint32_t>(taken + second.size() - context);
    second.resize(second.size() - result.dropped);
  }
  append(result.tokens, second);
  append(result.tokens, suffix_);
  return result;
}

Result<Tokens> EmbedTexts::fill_template(std::string_view query, std::string_view document) const {
  std::vector<tokenizer::Segment> segments;
  std::string_view rest = pair_template_;
  while (!rest.empty()) {
    const size_t at_query = rest.find(kQuery);
    const size_t at = std::min({at_query, rest.find(kDocument), rest.size()});
    segments.push_back({.text = rest.substr(0, at), .parse_special = true});
    rest.remove_prefix(at);
    if (rest.empty()) break;
    segments.push_back({.text = at == at_query ? query : document});
    rest.remove_prefix(at == at_query ? kQuery.size() : kDocument.size());
  }
  return tokenizer_.encode_segments(segments, false);
}

Result<EmbedText> EmbedTexts::templated_pair(std::string_view query,
                                             std::string_view document,
                                             uint32_t context) const {
  EmbedText result;
  LAR_TRY(result.tokens, fill_template(query, document));
  if (result.tokens.size() <= context) return result;
  LAR_TRY(const Tokens words, content(document));
  // Text that is cut between two tokens may become a few more of them: then it is cut again.
  for (size_t keep = words.size(); result.tokens.size() > context;) {
    const size_t excess = result.tokens.size() - context;
    if (excess >= keep) return too_long();
    keep -= excess;
    const std::string part = tokenizer_.decode(std::span(words).first(keep), {.special = true});
    LAR_TRY(result.tokens, fill_template(query, part));
    result.dropped = static_cast<uint32_t>(words.size() - keep);
  }
  return result;
}

}  // namespace lar::runtime
