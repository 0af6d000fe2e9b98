// Reads a Vocabulary from the tokenizer.* keys of a GGUF file.
#include <algorithm>
#include <cctype>

#include "gguf/reader.h"
#include "tokenizer/vocabulary.h"

namespace lar::tokenizer {
namespace {

std::unexpected<Error> corrupt(std::string_view key, std::string_view what) {
  return fail(Code::kDataCorrupt, std::string(key) + ": " + std::string(what));
}

// The text form that some published files have the compiled normalization in.
Result<std::string> decode_base64(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<uint32_t>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<uint32_t>(c - 'a') + 26;
    } else if (c >= '0' && c <= '9') {
      value = static_cast<uint32_t>(c - '0') + 52;
    } else if (c == '+' || c == '/') {
      value = c == '+' ? 62 : 63;
    } else {
      return corrupt("tokenizer.ggml.precompiled_charsmap", "not base64");
    }
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
  return out;
}

class Reader {
 public:
  explicit Reader(const gguf::File& file) : file_(file) {}

  Result<Vocabulary> read() {
    LAR_TRY(read_algorithm());
    LAR_TRY(read_tokens());
    LAR_TRY(read_types_and_scores());
    LAR_TRY(read_merges());
    set_default_ids();
    read_ids();
    LAR_TRY(read_rules());
    LAR_TRY(read_charsmap());
    read_stripping();
    return std::move(vocabulary_);
  }

 private:
  Result<void> read_algorithm() {
    LAR_TRY(const auto model, file_.optional_string("tokenizer.ggml.model"));
    if (!model || *model == "no_vocab" || *model == "none") {
      return fail(Code::kNotFound, "the file has no tokenizer");
    }
    LAR_TRY(const auto pre, file_.optional_string("tokenizer.ggml.pre"));
    LAR_TRY(const auto architecture, file_.optional_string("general.architecture"));
    const bool has_merges = file_.find("tokenizer.ggml.merges") != nullptr;
    vocabulary_.pre = std::string(pre.value_or(""));
    if (*model == "gemma4" || (*model == "llama" && architecture == "gemma4" && has_merges)) {
      vocabulary_.pre = "gemma4";
    } else if (*model == "llama") {
      vocabulary_.algorithm = Algorithm::kSpm;
    } else if (*model == "bert") {
      vocabulary_.algorithm = Algorithm::kWordPiece;
    } else if (*model == "t5") {
      vocabulary_.algorithm = Algorithm::kUnigram;
    } else if (*model == "rwkv") {
      vocabulary_.algorithm = Algorithm::kRwkv;
    } else if (*model != "gpt2" && *model != "whitespace") {
      return fail(Code::kUnsupported, "tokenizer '" + std::string(*model) + "' is not supported");
    }
    return {};
  }

  Result<void> read_tokens() {
    constexpr std::string_view kKey = "tokenizer.ggml.tokens";
    const gguf::Value* value = file_.find(kKey);
    if (value == nullptr) return fail(Code::kNotFound, "the file has no tokenizer.ggml.tokens");
    auto strings = gguf::StringArray::of(*value);
    if (!strings) return corrupt(kKey, "not an array of strings");
    const uint64_t count = strings->size();
    if (count == 0) return corrupt(kKey, "empty");
    if (count > Limits::kMaxTokens) {
      return fail(Code::kResourceExhausted, "tokenizer.ggml.tokens: too many tokens");
    }
    vocabulary_.tokens.reserve(count);
    for (uint64_t i = 0; i < count; ++i) vocabulary_.tokens.push_back(strings->next());
    return {};
  }

  Result<void> read_types_and_scores() {
    const size_t count = vocabulary_.tokens.size();
    if (const gguf::Value* value = file_.find("tokenizer.ggml.token_type")) {
      if (value->type != gguf::ValueType::kArray || value->count < count) {
        return corrupt("tokenizer.ggml.token_type", "not a number for each token");
      }
      vocabulary_.types.reserve(count);
      for (uint64_t i = 0; i < count; ++i) {
        const auto type = value->int_at(i);
        if (!type) return corrupt("tokenizer.ggml.token_type", "not numbers");
        const bool known = *type >= 0 && *type <= static_cast<int64_t>(TokenType::kByte);
        vocabulary_.types.push_back(known ? static_cast<TokenType>(*type) : TokenType::kUndefined);
      }
    }
    if (const gguf::Value* value = file_.find("tokenizer.ggml.scores")) {
      if (value->type != gguf::ValueType::kArray || value->count < count) {
        return corrupt("tokenizer.ggml.scores", "not a number for each token");
      }
      vocabulary_.scores.reserve(count);
      for (uint64_t i = 0; i < count; ++i) {
        const auto score = value->float_at(i);
        if (!score) return corrupt("tokenizer.ggml.scores", "not numbers");
        vocabulary_.scores.push_back(static_cast<float>(*score));
      }
    }
    return {};
  }

  Result<void> read_merges() {
    if (vocabulary_.algorithm != Algorithm::kBpe) return {};
    constexpr std::string_view kKey = "tokenizer.ggml.merges";
    const gguf::Value* value = file_.find(kKey);
    if (value == nullptr) {
      // Kimi's files may leave out the merges: its tokens are in the order of their merging.
      vocabulary_.merges_by_id = vocabulary_.pre == "kimi-k2";
      if (vocabulary_.merges_by_id) return {};
      return corrupt(kKey, "missing");
    }
    auto strings = gguf::StringArray::of(*value);
    if (!strings) return corrupt(kKey, "not an array of strings");
    if (strings->size() > Limits::kMaxMerges) {
      return fail(Code::kResourceExhausted, "tokenizer.ggml.merges: too many merges");
    }
    vocabulary_.merges.reserve(strings->size());
    for (uint64_t i = strings->size(); i > 0; --i) vocabulary_.merges.push_back(strings->next());
    return {};
  }

  // What files of each kind mean where they say nothing.
  void set_default_ids() {
    SpecialIds& ids = vocabulary_.ids;
    switch (vocabulary_.algorithm) {
      case Algorithm::kSpm: ids = {.bos = 1, .eos = 2, .unk = 0}; break;
      case Algorithm::kWordPiece:
        ids = {.bos = 101, .unk = 100, .sep = 102, .pad = 0, .mask = 103};
        break;
      case Algorithm::kUnigram: ids = {.eos = 1, .unk = 2, .pad = 0}; break;
      case Algorithm::kBpe:
      case Algorithm::kRwkv: break;
    }
    for (TokenId* id : {&ids.bos, &ids.eos, &ids.unk, &ids.sep, &ids.pad, &ids.mask}) {
      if (*id != kNoToken && !in_range(*id)) *id = kNoToken;
    }
    if (vocabulary_.algorithm == Algorithm::kWordPiece) read_id("cls_token_id", ids.bos);
  }

  bool in_range(int64_t id) const {
    return id >= 0 && static_cast<uint64_t>(id) < vocabulary_.tokens.size();
  }

  // An id out of range (writers put -1 for "none") leaves the default.
  void read_id(std::string_view name, TokenId& id) {
    const gguf::Value* value = file_.find("tokenizer.ggml." + std::string(name));
    if (value == nullptr) return;
    const auto number = value->as_int();
    if (number && in_range(*number)) id = static_cast<TokenId>(*number);
  }

  void read_ids() {
    SpecialIds& ids = vocabulary_.ids;
    read_id("bos_token_id", ids.bos);
    read_id("eos_token_id", ids.eos);
    read_id("eot_token_id", ids.eot);
    read_id("eom_token_id", ids.eom);
    read_id("unknown_token_id", ids.unk);
    read_id("seperator_token_id", ids.sep);  // the format's own spelling
    read_id("padding_token_id", ids.pad);
    read_id("mask_token_id", ids.mask);
    read_id("prefix_token_id", ids.fim_prefix);  // the old names of the next three
    read_id("suffix_token_id", ids.fim_suffix);
    read_id("middle_token_id", ids.fim_middle);
    read_id("fim_pre_token_id", ids.fim_prefix);
    read_id("fim_suf_token_id", ids.fim_suffix);
    read_id("fim_mid_token_id", ids.fim_middle);
    read_id("fim_pad_token_id", ids.fim_pad);
    read_id("fim_rep_token_id", ids.fim_repo);
    read_id("fim_sep_token_id", ids.fim_separator);
  }

  Result<void> read_rules() {
    LAR_TRY(vocabulary_.add_bos, file_.optional_bool("tokenizer.ggml.add_bos_token"));
    LAR_TRY(vocabulary_.add_eos, file_.optional_bool("tokenizer.ggml.add_eos_token"));
    LAR_TRY(vocabulary_.add_sep, file_.optional_bool("tokenizer.ggml.add_sep_token"));
    LAR_TRY(vocabulary_.add_space_prefix, file_.optional_bool("tokenizer.ggml.add_space_prefix"));
    LAR_TRY(const auto extra, file_.optional_bool("tokenizer.ggml.remove_extra_whitespaces"));
    vocabulary_.remove_extra_spaces = extra.value_or(false);
    LAR_TRY(const auto lowercase, file_.optional_bool("tokenizer.ggml.normalizer.lowercase"));
    vocabulary_.lowercase = lowercase.value_or(vocabulary_.algorithm != Algorithm::kBpe);
    LAR_TRY(vocabulary_.strip_accents,
            file_.optional_bool("tokenizer.ggml.normalizer.strip_accents"));
    // Gemma 4's files deny the begin token that the model was trained with.
    if (vocabulary_.pre == "gemma4") vocabulary_.add_bos = true;
    return {};
  }

  Result<void> read_charsmap() {
    constexpr std::string_view kKey = "tokenizer.ggml.precompiled_charsmap";
    const gguf::Value* value = file_.find(kKey);
    if (value == nullptr || vocabulary_.algorithm != Algorithm::kUnigram) return {};
    if (const auto text = value->as_string()) {
      LAR_TRY(std::string decoded, decode_base64(*text));
      const auto storage = std::make_shared<const std::string>(std::move(decoded));
      vocabulary_.charsmap = std::as_bytes(std::span(*storage));
      vocabulary_.storage = storage;
      return {};
    }
    if (!value->is_array_of(gguf::ValueType::kInt8) &&
        !value->is_array_of(gguf::ValueType::kUint8)) {
      return corrupt(kKey, "not an array of bytes");
    }
    vocabulary_.charsmap = value->data;
    return {};
  }

  TokenId id_of(std::string_view token) const {
    const auto found = std::ranges::find(vocabulary_.tokens, token);
    return found == vocabulary_.tokens.end()
               ? kNoToken
               : static_cast<TokenId>(found - vocabulary_.tokens.begin());
  }

  std::string lowercase_string(std::string_view key) const {
    const gguf::Value* value = file_.find(key);
    std::string text(value == nullptr ? "" : value->as_string().value_or(""));
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  }

  // GGUF has no place for this property of a token, so it goes by the names of the models.
  void read_stripping() {
    const std::string name = lowercase_string("general.name");
    const std::string architecture = lowercase_string("general.architecture");
    const auto strip_before = [&](std::string_view token) {
      if (const TokenId id = id_of(token); id != kNoToken) vocabulary_.strip_before.push_back(id);
    };
    if (vocabulary_.pre.starts_with("jina-v2-") || architecture.contains("nomic-bert-moe") ||
        architecture.contains("jina-bert-v3")) {
      strip_before("<mask>");
    } else if (name.contains("phi-3") || name.contains("phi3")) {
      for (size_t i = 0; i < vocabulary_.types.size(); ++i) {
        const TokenType type = vocabulary_.types[i];
        const std::string_view token = vocabulary_.tokens[i];
        const bool special = type == TokenType::kControl || type == TokenType::kUserDefined ||
                             type == TokenType::kUnknown || token == "</s>";
        if (special && token != "<unk>" && token != "<s>" && token != "<|endoftext|>") {
          vocabulary_.strip_after.push_back(static_cast<TokenId>(i));
        }
      }
    } else if (name.contains("modern-bert")) {
      strip_before("[MASK]");
    }
  }

  const gguf::File& file_;
  Vocabulary vocabulary_;
};

}  // namespace

Result<Vocabulary> read_vocabulary(const gguf::File& file) {
  return Reader(file).read();
}

}  // namespace lar::tokenizer
