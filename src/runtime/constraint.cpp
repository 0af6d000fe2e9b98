#include "runtime/constraint.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <utility>

#include "constrain/json_value.h"
#include "constrain/matcher.h"

namespace lar::runtime {
namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

std::string key_of(const GrammarSpec& spec) {
  std::string key(1, static_cast<char>('0' + static_cast<int>(spec.constraint.kind)));
  key += spec.constraint.text;
  for (const constrain::NamedSchema& schema : spec.schemas) {
    key += '\0' + schema.name + '\0' + schema.schema;
  }
  for (const constrain::NamedText& text : spec.texts) {
    key += '\0' + text.name + '\0' + text.schema;
    for (const auto* list : {&text.without, &text.unlike}) {
      key += '\0';
      for (const std::string& one : *list) key += '\0' + one;
    }
  }
  key += spec.style.words == constrain::Words::kPython ? "\1" : "\2";
  key += std::to_string(static_cast<uint32_t>(spec.style.never_raw));
  return key;
}

void forbid_others(std::span<float> logits, std::span<const uint64_t> bits) {
  for (size_t word = 0; word * 64 < logits.size(); ++word) {
    const uint64_t allowed = word < bits.size() ? bits[word] : 0;
    if (allowed == ~uint64_t{0}) continue;
    const size_t end = std::min(logits.size(), word * 64 + 64);
    for (size_t i = word * 64; i < end; ++i) {
      if ((allowed >> (i % 64) & 1U) == 0) logits[i] = kForbidden;
    }
  }
}

}  // namespace

struct Constrainer::Kept {
  std::string key;
  std::shared_ptr<constrain::Grammar> grammar;  // shared with the masks in use
  // Written by the thread that steps the grammar.
  std::atomic<size_t> states{0};
  std::atomic<size_t> bytes{0};
};

namespace {

template <class Kept>
class GrammarMask final : public sampling::TokenMask {
 public:
  GrammarMask(std::shared_ptr<Kept> kept,
              std::shared_ptr<const constrain::Vocabulary> vocabulary,
              const constrain::MatcherOptions& options)
      : kept_(std::move(kept)),
        matcher_(kept_->grammar, vocabulary, options),
        bits_(vocabulary->mask_words()) {}

  ~GrammarMask() override {
    kept_->states = kept_->grammar->automaton().states();
    kept_->bytes = kept_->grammar->bytes();
  }
  GrammarMask(const GrammarMask&) = delete;
  GrammarMask& operator=(const GrammarMask&) = delete;

  Result<void> apply(std::span<float> logits) override {
    LAR_TRY(std::as_const(refused_));
    LAR_TRY(matcher_.fill_mask(bits_));
    forbid_others(logits, bits_);
    return {};
  }

  void accept(int32_t token) override {
    if (!refused_) return;
    refused_ = matcher_.accept(static_cast<constrain::TokenId>(token));
  }

 private:
  std::shared_ptr<Kept> kept_;  // shared with the cache
  constrain::Matcher matcher_;
  std::vector<uint64_t> bits_;
  Result<void> refused_;
};

}  // namespace

Result<Constraint> constraint_of_format(std::string_view format) {
  const std::string_view text = trimmed(format);
  if (text.empty() || text == "null" || text == "\"\"") return Constraint{};
  if (text == "\"json\"") return Constraint{.kind = Constraint::Kind::kJson, .text = {}};
  if (!text.starts_with('{')) {
    return fail(Code::kInvalidArgument, "invalid format: " + std::string(text) +
                                            "; expected \"json\" or a valid JSON Schema object");
  }
  return Constraint{.kind = Constraint::Kind::kJsonSchema, .text = std::string(text)};
}

Result<std::shared_ptr<const constrain::Vocabulary>> Constrainer::vocabulary() {
  const std::lock_guard lock(mutex_);
  if (vocabulary_ != nullptr) return vocabulary_;
  std::vector<std::string> texts(tokenizer_.size());
  std::unordered_map<constrain::TokenId, std::string> names;
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto id = static_cast<tokenizer::TokenId>(i);
    const auto type = tokenizer_.type(id);
    if (tokenizer_.is_control(id)) {
      names.emplace(static_cast<constrain::TokenId>(i), tokenizer_.piece(id));
    } else if (type != tokenizer::TokenType::kUnused) {
      texts[i] = tokenizer_.piece(id);
    }
  }
  const auto ends = tokenizer_.end_ids();
  if (ends.empty()) {
    return fail(Code::kUnsupported,
                "the model has no token that ends a text, so its output cannot be constrained");
  }
  LAR_TRY(vocabulary_, constrain::Vocabulary::create(std::move(texts), {ends.begin(), ends.end()},
                                                     std::move(names)));
  return vocabulary_;
}

Result<std::shared_ptr<constrain::Grammar>> Constrainer::compile(const GrammarSpec& spec) const {
  const std::string& text = spec.constraint.text;
  switch (spec.constraint.kind) {
    case Constraint::Kind::kNone: break;
    case Constraint::Kind::kJson: return constrain::Grammar::json_object();
    case Constraint::Kind::kJsonSchema:
      return with_context(constrain::Grammar::from_schema(text, {}), "JSON schema");
    case Constraint::Kind::kRegex: return constrain::Grammar::from_regex(text);
    case Constraint::Kind::kGbnf: {
      constrain::GbnfOptions options;
      options.schemas = spec.schemas;
      options.texts = spec.texts;
      options.style = spec.style;
      options.token_id = [this](std::string_view name) -> std::optional<uint32_t> {
        const tokenizer::TokenId id = tokenizer_.find(name);
        return id < 0 ? std::nullopt : std::optional<uint32_t>(static_cast<uint32_t>(id));
      };
      return with_context(constrain::Grammar::from_gbnf(text, options), "grammar");
    }
  }
  return fail(Code::kInvalidArgument, "there is no constraint");
}

std::shared_ptr<Constrainer::Kept> Constrainer::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find(kept_, key, [](const auto& kept) { return kept->key; });
  if (at == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, at);
  if (kept_.front()->states < kGrammarStatesWorn) return kept_.front();
  kept_.pop_front();
  return nullptr;
}

void Constrainer::keep(std::shared_ptr<Kept> fresh) {
  const std::lock_guard lock(mutex_);
  kept_.push_front(std::move(fresh));
  size_t bytes = 0;
  size_t count = 0;
  std::erase_if(kept_, [&](const auto& kept) {
    bytes += kept->bytes + kept->key.size();
    return ++count > kGrammarsMax || (count > 1 && bytes > kGrammarBytesMax);
  });
}

size_t Constrainer::kept() const {
  const std::lock_guard lock(mutex_);
  return kept_.size();
}

Result<std::unique_ptr<sampling::TokenMask>> Constrainer::mask(
    const GrammarSpec& spec, constrain::FreePartOptions free_part) {
  LAR_TRY(auto vocabulary, this->vocabulary());
  std::string key = key_of(spec);
  std::shared_ptr<Kept> kept = find(key);
  if (kept == nullptr) {
    LAR_TRY(auto grammar, compile(spec));
    kept = std::make_shared<Kept>();
    kept->key = std::move(key);
    kept->grammar = std::move(grammar);
    kept->bytes = kept->grammar->bytes();
    keep(kept);
  }
  const constrain::MatcherOptions options{.free_part = std::move(free_part)};
  return std::make_unique<GrammarMask<Kept>>(std::move(kept), std::move(vocabulary), options);
}

}  // namespace lar::runtime
