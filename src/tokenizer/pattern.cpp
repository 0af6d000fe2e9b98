#include "tokenizer/pattern.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "tokenizer/unicode.h"

namespace lar::tokenizer {
namespace {

constexpr uint32_t kUnlimited = std::numeric_limits<uint32_t>::max();
constexpr int kMaxDepth = 32;

struct Node {
  enum Kind : uint8_t { kSet, kAssert, kConcat, kAlternate, kRepeat };
  Kind kind = kConcat;
  uint32_t set = 0;         // kSet, kAssert
  bool end_holds = false;   // kAssert
  uint32_t min = 1;         // kRepeat
  uint32_t max = 1;         // kRepeat
  std::vector<Node> parts;  // kConcat, kAlternate; one part of kRepeat
};

std::optional<uint32_t> category_mask_of(std::string_view name) {
  static constexpr std::pair<std::string_view, uint32_t> kNames[] = {
      {"L", kLetterMask},           {"M", kMarkMask},
      {"N", kNumberMask},           {"P", kPunctuationMask},
      {"S", kSymbolMask},           {"Lu", category_mask({kLu})},
      {"Ll", category_mask({kLl})}, {"Lt", category_mask({kLt})},
      {"Lm", category_mask({kLm})}, {"Lo", category_mask({kLo})},
      {"Nd", category_mask({kNd})},
  };
  for (const auto& [known, mask] : kNames) {
    if (known == name) return mask;
  }
  return std::nullopt;
}

// The script Han of Unicode 16.
CodePointSet han() {
  static constexpr CodePointSet::Range kRanges[] = {
      {0x2E80, 0x2E99},   {0x2E9B, 0x2EF3},   {0x2F00, 0x2FD5},   {0x3005, 0x3005},
      {0x3007, 0x3007},   {0x3021, 0x3029},   {0x3038, 0x303B},   {0x3400, 0x4DBF},
      {0x4E00, 0x9FFF},   {0xF900, 0xFA6D},   {0xFA70, 0xFAD9},   {0x16FE2, 0x16FE3},
      {0x16FF0, 0x16FF1}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B739}, {0x2B740, 0x2B81D},
      {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}, {0x2EBF0, 0x2EE5D}, {0x2F800, 0x2FA1D},
      {0x30000, 0x3134A}, {0x31350, 0x323AF},
  };
  CodePointSet set;
  for (const auto& range : kRanges) set.add(range.first, range.last);
  return set;
}

CodePointSet white_space() {
  CodePointSet set;
  for (char32_t c = 0; c <= 0x3000; ++c) {
    if (is_white_space(c)) set.add(c, c);
  }
  return set;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Node> parse() {
    LAR_TRY(Node node, alternate(0));
    if (position_ != text_.size()) return error("unexpected ')'");
    return node;
  }

  std::vector<CodePointSet> take_sets() { return std::move(sets_); }

 private:
  std::unexpected<Error> error(std::string_view what) const {
    return fail(Code::kInvalidArgument,
                "pattern at byte " + std::to_string(position_) + ": " + std::string(what));
  }

  bool at_end() const { return position_ >= text_.size(); }
  bool looking_at(std::string_view prefix) const {
    return text_.substr(position_).starts_with(prefix);
  }
  bool accept(std::string_view prefix) {
    if (!looking_at(prefix)) return false;
    position_ += prefix.size();
    return true;
  }

  char32_t next_char() {
    const Utf8Char c = utf8_next(text_.substr(position_));
    position_ += c.bytes;
    return c.code_point;
  }

  Result<Node> alternate(int depth) {
    if (depth > kMaxDepth) return fail(Code::kResourceExhausted, "pattern is nested too deeply");
    Node node{.kind = Node::kAlternate};
    do {
      LAR_TRY(Node part, concat(depth));
      node.parts.push_back(std::move(part));
    } while (accept("|"));
    if (node.parts.size() == 1) return std::move(node.parts.front());
    return node;
  }

  Result<Node> concat(int depth) {
    Node node{.kind = Node::kConcat};
    while (!at_end() && !looking_at("|") && !looking_at(")")) {
      LAR_TRY(Node part, atom(depth));
      LAR_TRY(Node quantified, quantifier(std::move(part)));
      node.parts.push_back(std::move(quantified));
    }
    return node;
  }

  Result<Node> atom(int depth) {
    if (accept("(?:") || accept("(?i:")) {
      const bool outer = ignore_case_;
      ignore_case_ = outer || text_[position_ - 2] == 'i';
      LAR_TRY(Node node, alternate(depth + 1));
      ignore_case_ = outer;
      if (!accept(")")) return error("missing ')'");
      return node;
    }
    const bool negated = looking_at("(?!");
    if (accept("(?=") || accept("(?!")) {
      LAR_TRY(CodePointSet set, one_character());
      if (!accept(")")) return error("lookahead takes one character");
      return set_node(negated ? set.complement() : std::move(set), Node::kAssert, negated);
    }
    if (accept("(")) {
      LAR_TRY(Node node, alternate(depth + 1));
      if (!accept(")")) return error("missing ')'");
      return node;
    }
    if (accept("$")) return set_node(CodePointSet(), Node::kAssert, true);
    LAR_TRY(CodePointSet set, one_character());
    return set_node(std::move(set), Node::kSet, false);
  }

  Result<Node> set_node(CodePointSet set, Node::Kind kind, bool end_holds) {
    uint32_t index = 0;
    while (index < sets_.size() && !(sets_[index] == set)) ++index;
    if (index == sets_.size()) {
      if (sets_.size() == PatternProgram::kMaxSets) {
        return fail(Code::kResourceExhausted, "pattern has too many character classes");
      }
      sets_.push_back(std::move(set));
    }
    return Node{.kind = kind, .set = index, .end_holds = end_holds};
  }

  Result<Node> quantifier(Node part) {
    uint32_t min = 1;
    uint32_t max = 1;
    if (accept("?")) {
      min = 0;
    } else if (accept("*")) {
      min = 0;
      max = kUnlimited;
    } else if (accept("+")) {
      max = kUnlimited;
    } else if (accept("{")) {
      min = number();
      max = min;
      if (accept(",")) max = looking_at("}") ? kUnlimited : number();
      if (!accept("}") || max < min) return error("bad repetition");
    } else {
      return part;
    }
    if (looking_at("?") || looking_at("+")) return error("lazy or possessive repetition");
    Node node{.kind = Node::kRepeat, .min = min, .max = max};
    node.parts.push_back(std::move(part));
    return node;
  }

  uint32_t number() {
    uint32_t value = 0;
    while (!at_end() && text_[position_] >= '0' && text_[position_] <= '9' && value < 10'000) {
      value = value * 10 + static_cast<uint32_t>(text_[position_++] - '0');
    }
    return value;
  }

  // What one character may be: a class, an escape or a literal.
  Result<CodePointSet> one_character() {
    if (at_end()) return error("missing character");
    if (accept("[")) return bracket(0);
    if (at_set_escape()) return set_escape();
    const bool escaped = looking_at("\\");
    LAR_TRY(const char32_t c, literal());
    if (!escaped && (c == '*' || c == '+' || c == '?' || c == '{' || c == '.' || c == '^')) {
      return error("unexpected operator");
    }
    CodePointSet set;
    add_range(set, c, c);
    return set;
  }

  void add_range(CodePointSet& set, char32_t first, char32_t last) const {
    set.add(first, last);
    if (!ignore_case_) return;
    for (char32_t c = first; c <= last && c < 0x80; ++c) {
      const char32_t lower = c | 0x20;
      if (lower < 'a' || lower > 'z') continue;
      set.add(lower, lower);
      set.add(lower - 0x20, lower - 0x20);
      if (lower == 's') set.add(0x17F, 0x17F);    // long s folds to s
      if (lower == 'k') set.add(0x212A, 0x212A);  // the Kelvin sign folds to k
    }
  }

  // One character, maybe escaped.
  Result<char32_t> literal() {
    if (at_end()) return error("missing character");
    if (!accept("\\")) return next_char();
    if (at_end()) return error("missing escape");
    const char32_t c = next_char();
    if (c == 'r') return U'\r';
    if (c == 'n') return U'\n';
    if (c == 't') return U'\t';
    if (c == 'x') return hex();
    const bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (word || c >= 0x80) return error("unknown escape");
    return c;
  }

  bool at_set_escape() const {
    return looking_at("\\s") || looking_at("\\S") || looking_at("\\d") || looking_at("\\p");
  }

  Result<CodePointSet> set_escape() {
    if (accept("\\s")) return white_space();
    if (accept("\\S")) return white_space().complement();
    if (accept("\\p")) return property();
    position_ += 2;
    CodePointSet set;
    set.add_categories(category_mask({kNd}));
    return set;
  }

  Result<CodePointSet> property() {
    const size_t close = text_.find('}', position_);
    if (!accept("{") || close == std::string_view::npos) return error("bad property");
    const std::string_view name = text_.substr(position_, close - position_);
    position_ = close + 1;
    if (name == "Han") return han();
    const auto mask = category_mask_of(name);
    if (!mask) return error("unknown property");
    CodePointSet set;
    set.add_categories(*mask);
    return set;
  }

  Result<char32_t> hex() {
    if (!accept("{")) return error("bad hexadecimal escape");
    char32_t value = 0;
    while (!at_end() && !looking_at("}") && value <= kCodePointMax) {
      const char c = text_[position_++];
      const bool digit = c >= '0' && c <= '9';
      if (!digit && (c < 'A' || c > 'F')) return error("bad hexadecimal digit");
      value = value * 16 + static_cast<char32_t>(digit ? c - '0' : c - 'A' + 10);
    }
    if (!accept("}") || value > kCodePointMax) return error("bad code point");
    return value;
  }

  // After '['. "a&&[b]" is the intersection.
  Result<CodePointSet> bracket(int depth) {
    if (depth > kMaxDepth) return fail(Code::kResourceExhausted, "pattern is nested too deeply");
    const bool negated = accept("^");
    CodePointSet set;
    bool first = true;
    while (first || !looking_at("]")) {
      first = false;
      if (at_end()) return error("missing ']'");
      if (accept("&&[")) {
        LAR_TRY(CodePointSet other, bracket(depth + 1));
        set = set.intersect(other);
        continue;
      }
      if (looking_at("[")) return error("class in a class");
      if (at_set_escape()) {
        LAR_TRY(const CodePointSet item, set_escape());
        set.add(item);
        continue;
      }
      LAR_TRY(const char32_t lower, literal());
      char32_t upper = lower;
      if (looking_at("-") && !looking_at("-]")) {
        position_ += 1;
        LAR_TRY(upper, literal());
        if (upper < lower) return error("bad range");
      }
      add_range(set, lower, upper);
    }
    position_ += 1;
    return negated ? set.complement() : set;
  }

  std::string_view text_;
  size_t position_ = 0;
  bool ignore_case_ = false;
  std::vector<CodePointSet> sets_;
};

class Emitter {
 public:
  Result<void> emit(const Node& node) {
    switch (node.kind) {
      case Node::kSet: return push({Instruction::kSet, node.set});
      case Node::kAssert: return push({Instruction::kAssert, node.set, node.end_holds ? 1U : 0U});
      case Node::kConcat:
        for (const Node& part : node.parts) LAR_TRY(emit(part));
        return {};
      case Node::kAlternate: return emit_alternate(node);
      case Node::kRepeat: return emit_repeat(node);
    }
    return {};
  }

  Result<void> push(Instruction instruction) {
    if (code_.size() == PatternProgram::kMaxInstructions) {
      return fail(Code::kResourceExhausted, "pattern is too long");
    }
    code_.push_back(instruction);
    return {};
  }

  std::vector<Instruction> take() { return std::move(code_); }

 private:
  uint32_t here() const { return static_cast<uint32_t>(code_.size()); }

  Result<void> emit_alternate(const Node& node) {
    std::vector<uint32_t> jumps;
    for (size_t i = 0; i + 1 < node.parts.size(); ++i) {
      const uint32_t split = here();
      LAR_TRY(push({Instruction::kSplit, split + 1}));
      LAR_TRY(emit(node.parts[i]));
      jumps.push_back(here());
      LAR_TRY(push({Instruction::kJump}));
      code_[split].b = here();
    }
    LAR_TRY(emit(node.parts.back()));
    for (const uint32_t jump : jumps) code_[jump].a = here();
    return {};
  }

  Result<void> emit_repeat(const Node& node) {
    const Node& part = node.parts.front();
    for (uint32_t i = 0; i < node.min; ++i) LAR_TRY(emit(part));
    if (node.max == kUnlimited) {
      const uint32_t split = here();
      LAR_TRY(push({Instruction::kSplit, split + 1}));
      LAR_TRY(emit(part));
      LAR_TRY(push({Instruction::kJump, split}));
      code_[split].b = here();
      return {};
    }
    std::vector<uint32_t> splits;
    for (uint32_t i = node.min; i < node.max; ++i) {
      splits.push_back(here());
      LAR_TRY(push({Instruction::kSplit, here() + 1}));
      LAR_TRY(emit(part));
    }
    for (const uint32_t split : splits) code_[split].b = here();
    return {};
  }

  std::vector<Instruction> code_;
};

}  // namespace

Result<PatternProgram> parse_pattern(std::string_view pattern) {
  Parser parser(pattern);
  LAR_TRY(const Node root, parser.parse());
  Emitter emitter;
  LAR_TRY(emitter.emit(root));
  LAR_TRY(emitter.push({Instruction::kMatch}));
  return PatternProgram{.sets = parser.take_sets(), .code = emitter.take()};
}

}  // namespace lar::tokenizer
