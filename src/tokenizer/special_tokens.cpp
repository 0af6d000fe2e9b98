#include "tokenizer/special_tokens.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace lar::tokenizer {
namespace {

// What a name says about a token; several may hold.
enum Role : uint32_t {
  kEot = 1U << 0,
  kEom = 1U << 1,
  kFimPrefix = 1U << 2,
  kFimSuffix = 1U << 3,
  kFimMiddle = 1U << 4,
  kFimPad = 1U << 5,
  kFimRepo = 1U << 6,
  kFimSeparator = 1U << 7,
  kEnd = 1U << 8,      // ends a generation
  kVisible = 1U << 9,  // a part of the text in gpt-oss's format, whatever the file says
};

struct NamedRole {
  std::string_view name;
  uint32_t roles;
};

constexpr NamedRole kNamedRoles[] = {
    {"<|eot_id|>", kEot | kEnd},
    {"<|im_end|>", kEot | kEnd},
    {"<|end|>", kEot | kEnd},
    {"<end_of_turn>", kEot | kEnd},
    {"<|endoftext|>", kEot | kEnd},
    {"<|end_of_text|>", kEot | kEnd},
    {"<EOT>", kEot | kEnd},
    {"_<EOT>", kEot | kEnd},
    {"[EOT]", kEot | kEnd},
    {"<\xEF\xBD\x9C"
     "end\xE2\x96\x81of\xE2\x96\x81sentence\xEF\xBD\x9C>",
     kEot | kEnd},
    {"<end_of_utterance>", kEot | kEnd},
    {"<|eom_id|>", kEom | kEnd},
    {"<|return|>", kEnd},
    {"<|call|>", kEnd},
    {"<|flush|>", kEnd},
    {"<|calls|>", kEnd},
    {"</s>", kEnd},
    {"[EOS]", kEnd},
    {"<eos>", kEnd},
    {"<turn|>", kEnd},
    {"<|tool_response>", kEnd},
    {"[e~[", kEnd},
    {"<|fim_prefix|>", kFimPrefix},
    {"<fim-prefix>", kFimPrefix},
    {"<fim_prefix>", kFimPrefix},
    {"<\xEF\xBD\x9C"
     "fim\xE2\x96\x81"
     "begin\xEF\xBD\x9C>",
     kFimPrefix},
    {"<PRE>", kFimPrefix},
    {"\xE2\x96\x81<PRE>", kFimPrefix},
    {"<|code_prefix|>", kFimPrefix},
    {"<|prefix|>", kFimPrefix},
    {"<|fim_suffix|>", kFimSuffix},
    {"<fim-suffix>", kFimSuffix},
    {"<fim_suffix>", kFimSuffix},
    {"<\xEF\xBD\x9C"
     "fim\xE2\x96\x81hole\xEF\xBD\x9C>",
     kFimSuffix},
    {"<SUF>", kFimSuffix},
    {"\xE2\x96\x81<SUF>", kFimSuffix},
    {"<|code_suffix|>", kFimSuffix},
    {"<|suffix|>", kFimSuffix},
    {"<|fim_middle|>", kFimMiddle},
    {"<fim-middle>", kFimMiddle},
    {"<fim_middle>", kFimMiddle},
    {"<\xEF\xBD\x9C"
     "fim\xE2\x96\x81"
     "end\xEF\xBD\x9C>",
     kFimMiddle},
    {"<MID>", kFimMiddle},
    {"\xE2\x96\x81<MID>", kFimMiddle},
    {"<|code_middle|>", kFimMiddle},
    {"<|middle|>", kFimMiddle},
    {"<|fim_pad|>", kFimPad},
    {"<fim-pad>", kFimPad},
    {"<fim_pad>", kFimPad},
    {"<PAD>", kFimPad},
    {"[PAD]", kFimPad},
    {"<|fim_repo|>", kFimRepo},
    {"<|repo_name|>", kFimRepo},
    {"<fim-repo>", kFimRepo},
    {"<REPO>", kFimRepo},
    {"<reponame>", kFimRepo},
    {"<|file_sep|>", kFimSeparator},
    {"<|channel|>", kVisible},
    {"<|message|>", kVisible},
    {"<|start|>", kVisible},
    {"<|constrain|>", kVisible},
};

class Finder {
 public:
  explicit Finder(Vocabulary& vocabulary) : vocabulary_(vocabulary), ids_(vocabulary.ids) {
    size_t longest = 0;
    for (const NamedRole& named : kNamedRoles) longest = std::max(longest, named.name.size());
    std::unordered_map<std::string_view, TokenId> wanted;
    for (const NamedRole& named : kNamedRoles) wanted.emplace(named.name, kNoToken);
    for (size_t i = 0; i < vocabulary.tokens.size(); ++i) {
      const std::string_view token = vocabulary.tokens[i];
      // Cheap tests first: this goes over the whole vocabulary.
      if (token.size() < 4 || token.size() > longest) continue;
      if (token[0] != '<' && token[0] != '[' && token[0] != '_' && token[0] != '\xE2') continue;
      const auto found = wanted.find(token);
      if (found != wanted.end() && found->second == kNoToken) {
        found->second = static_cast<TokenId>(i);
      }
    }
    for (const NamedRole& named : kNamedRoles) {
      const TokenId id = wanted[named.name];
      if (id != kNoToken) present_.push_back({named.name, named.roles, id});
    }
  }

  SpecialTokens run() {
    take(ids_.eot, kEot);
    take(ids_.eom, kEom);
    take(ids_.fim_prefix, kFimPrefix);
    take(ids_.fim_suffix, kFimSuffix);
    take(ids_.fim_middle, kFimMiddle);
    take(ids_.fim_pad, kFimPad);
    take(ids_.fim_repo, kFimRepo);
    take(ids_.fim_separator, kFimSeparator);
    for (const Present& token : present_) {
      if ((token.roles & kEnd) == 0) continue;
      set_type(token.id, TokenType::kControl);
      add_end(token.id);
    }
    for (const TokenId id :
         {ids_.eos, ids_.eot, ids_.eom, ids_.fim_pad, ids_.fim_repo, ids_.fim_separator}) {
      add_end(id);
    }
    for (const Present& token : present_) {
      if ((token.roles & kVisible) != 0) set_type(token.id, TokenType::kUserDefined);
    }
    correct_known_formats();
    std::ranges::sort(ends_);
    return {.ids = ids_, .end_ids = std::move(ends_)};
  }

 private:
  struct Present {
    std::string_view name;
    uint32_t roles;
    TokenId id;
  };

  TokenId id_of(std::string_view name) const {
    const auto found = std::ranges::find(present_, name, &Present::name);
    return found == present_.end() ? kNoToken : found->id;
  }

  bool ends(std::string_view name) const {
    const TokenId id = id_of(name);
    return id != kNoToken && std::ranges::find(ends_, id) != ends_.end();
  }

  // The first name of this role that is present, where the file gives no id.
  void take(TokenId& id, uint32_t role) {
    if (id != kNoToken) return;
    const auto found = std::ranges::find_if(
        present_, [role](const Present& token) { return (token.roles & role) != 0; });
    if (found == present_.end()) return;
    id = found->id;
    set_type(id, TokenType::kControl);
  }

  void add_end(TokenId id) {
    if (id != kNoToken && std::ranges::find(ends_, id) == ends_.end()) ends_.push_back(id);
  }

  void set_type(TokenId id, TokenType type) {
    vocabulary_.types.resize(vocabulary_.tokens.size(), TokenType::kNormal);
    vocabulary_.types[static_cast<size_t>(id)] = type;
  }

  void correct_known_formats() {
    // In gpt-oss's and Solar's formats <|end|> ends a message, after which the next one follows.
    const bool harmony = ends("<|return|>") && (ends("<|call|>") || ends("<|calls|>"));
    const bool solar = ends("<|flush|>") && (ends("<|call|>") || ends("<|calls|>"));
    if ((harmony || solar) && ends("<|end|>")) {
      std::erase(ends_, id_of("<|end|>"));
      set_type(id_of("<|end|>"), TokenType::kUserDefined);
    }
    // Gemma 4 and PaddleOCR have </s> as text.
    if (ends("<|tool_response>") && ends("</s>")) {
      std::erase(ends_, id_of("</s>"));
      set_type(id_of("</s>"), TokenType::kNormal);
    }
  }

  Vocabulary& vocabulary_;
  SpecialIds ids_;
  std::vector<Present> present_;
  std::vector<TokenId> ends_;
};

}  // namespace

SpecialTokens find_special_tokens(Vocabulary& vocabulary) {
  return Finder(vocabulary).run();
}

}  // namespace lar::tokenizer
