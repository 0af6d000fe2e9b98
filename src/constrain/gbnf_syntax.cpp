#include "constrain/gbnf_syntax.h"

#include <algorithm>

#include "base/utf8.h"

namespace lar::constrain {
namespace {

using Kind = GbnfNode::Kind;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || is_digit(c);
}

class Parser {
 public:
  Parser(std::string_view text, const TokenLookup& token_id) : text_(text), token_id_(token_id) {}

  Result<GbnfSyntax> run(const std::vector<std::string>& outer) {
    skip_space(true);
    while (pos_ < text_.size()) {
      LAR_TRY(parse_rule());
    }
    for (size_t i = 0; i < out_.rules.size(); ++i) {
      const std::string& name = out_.rule_names[i];
      if (!out_.rules[i] && std::ranges::find(outer, name) == outer.end()) {
        return fail(Code::kInvalidArgument, "grammar: the rule \"" + name + "\" is not defined");
      }
    }
    const auto root = rule_ids_.find("root");
    if (root == rule_ids_.end() || !out_.rules[root->second]) {
      return fail(Code::kInvalidArgument, "grammar: there is no rule \"root\"");
    }
    out_.root = root->second;
    return std::move(out_);
  }

 private:
  std::unexpected<Error> error(const std::string& what, Code code = Code::kInvalidArgument) const {
    const auto line = 1 + std::ranges::count(text_.substr(0, pos_), '\n');
    return fail(code, "grammar: " + what + " in line " + std::to_string(line));
  }

  char peek(size_t ahead = 0) const {
    return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0';
  }
  bool done() const { return pos_ >= text_.size(); }

  void skip_space(bool newline_too) {
    while (!done()) {
      const char c = text_[pos_];
      if (c == '#') {
        while (!done() && text_[pos_] != '\n' && text_[pos_] != '\r') ++pos_;
      } else if (c == ' ' || c == '\t' || (newline_too && (c == '\n' || c == '\r'))) {
        ++pos_;
      } else {
        return;
      }
    }
  }

  uint32_t add(GbnfNode node) {
    out_.nodes.push_back(std::move(node));
    return static_cast<uint32_t>(out_.nodes.size() - 1);
  }

  uint32_t add_set(CharSet set) {
    out_.sets.push_back(std::move(set));
    return add({.kind = Kind::kSet, .value = static_cast<uint32_t>(out_.sets.size() - 1)});
  }

  Result<uint32_t> parse_name() {
    const size_t begin = pos_;
    while (is_word(peek())) ++pos_;
    if (pos_ == begin) return error("expected a name");
    std::string name(text_.substr(begin, pos_ - begin));
    const auto [at, fresh] = rule_ids_.try_emplace(name, static_cast<uint32_t>(out_.rules.size()));
    if (fresh) {
      out_.rules.emplace_back();
      out_.rule_names.push_back(std::move(name));
    }
    return at->second;
  }

  Result<void> parse_rule() {
    LAR_TRY(const uint32_t rule, parse_name());
    skip_space(false);
    if (!text_.substr(pos_).starts_with("::=")) return error("expected ::=");
    pos_ += 3;
    skip_space(true);
    LAR_TRY(out_.rules[rule], parse_choice(0));
    if (!done() && peek() != '\n' && peek() != '\r') return error("expected the end of the line");
    skip_space(true);
    return {};
  }

  Result<uint32_t> parse_choice(size_t depth) {
    if (depth > kMaxGbnfDepth) {
      return error("groups nested deeper than " + std::to_string(kMaxGbnfDepth),
                   Code::kResourceExhausted);
    }
    GbnfNode choice{.kind = Kind::kChoice};
    while (true) {
      LAR_TRY(const uint32_t branch, parse_sequence(depth));
      choice.children.push_back(branch);
      if (peek() != '|') break;
      ++pos_;
      skip_space(true);
    }
    return choice.children.size() == 1 ? choice.children[0] : add(std::move(choice));
  }

  Result<uint32_t> parse_sequence(size_t depth) {
    GbnfNode sequence{.kind = Kind::kSequence};
    const bool nested = depth > 0;
    while (!done()) {
      const char c = peek();
      if (c == '*' || c == '+' || c == '?' || c == '{') {
        if (sequence.children.empty()) return error("nothing to repeat");
        LAR_TRY(sequence.children.back(), parse_repeat(sequence.children.back(), nested));
        continue;
      }
      if (c != '"' && c != '[' && c != '<' && c != '!' && c != '(' && c != '.' && !is_word(c)) {
        break;
      }
      LAR_TRY(const uint32_t item, parse_item(depth));
      skip_space(nested);
      sequence.children.push_back(item);
    }
    return add(std::move(sequence));
  }

  Result<uint32_t> parse_item(size_t depth) {
    switch (peek()) {
      case '"': return parse_literal();
      case '[': return parse_class();
      case '<':
      case '!': return parse_token();
      case '.': ++pos_; return add_set(CharSet::all());
      case '(': {
        ++pos_;
        skip_space(true);
        LAR_TRY(const uint32_t inside, parse_choice(depth + 1));
        if (peek() != ')') return error("expected ')'");
        ++pos_;
        return inside;
      }
      default: {
        LAR_TRY(const uint32_t rule, parse_name());
        return add({.kind = Kind::kRule, .value = rule});
      }
    }
  }

  Result<uint32_t> parse_count() {
    if (!is_digit(peek())) return error("expected a number");
    uint64_t value = 0;
    while (is_digit(peek())) {
      value =
          std::min<uint64_t>(value * 10 + static_cast<uint64_t>(peek() - '0'), kGbnfUnbounded - 1);
      ++pos_;
    }
    return static_cast<uint32_t>(value);
  }

  Result<uint32_t> parse_repeat(uint32_t item, bool nested) {
    GbnfNode repeat{.kind = Kind::kRepeat, .max = kGbnfUnbounded, .children = {item}};
    const char c = text_[pos_++];
    if (c == '+') repeat.min = 1;
    if (c == '?') repeat.max = 1;
    skip_space(nested);
    if (c == '{') {
      LAR_TRY(repeat.min, parse_count());
      repeat.max = repeat.min;
      skip_space(nested);
      if (peek() == ',') {
        ++pos_;
        skip_space(nested);
        repeat.max = kGbnfUnbounded;
        if (is_digit(peek())) {
          LAR_TRY(repeat.max, parse_count());
          skip_space(nested);
        }
      }
      if (peek() != '}') return error("expected ',' or '}'");
      ++pos_;
      skip_space(nested);
      if (repeat.min > repeat.max) return error("the bounds of the repetition are out of order");
    }
    return add(std::move(repeat));
  }

  Result<char32_t> parse_hex(size_t digits) {
    char32_t value = 0;
    for (size_t i = 0; i < digits; ++i) {
      const char c = peek();
      char32_t digit = 0;
      if (is_digit(c)) {
        digit = static_cast<char32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<char32_t>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<char32_t>(c - 'A' + 10);
      } else {
        return error("expected " + std::to_string(digits) + " hexadecimal digits");
      }
      value = value << 4 | digit;
      ++pos_;
    }
    if (value > kMaxCodePoint) return error("a character beyond U+10FFFF");
    return value;
  }

  Result<char32_t> parse_char() {
    if (done()) return error("unexpected end");
    if (peek() != '\\') {
      const Utf8Char c = utf8_next(text_.substr(pos_));
      if (!c.valid) return error("invalid UTF-8");
      pos_ += c.bytes;
      return c.code_point;
    }
    const char c = peek(1);
    pos_ += 2;
    switch (c) {
      case 'x': return parse_hex(2);
      case 'u': return parse_hex(4);
      case 'U': return parse_hex(8);
      case 't': return U'\t';
      case 'r': return U'\r';
      case 'n': return U'\n';
      case '\\':
      case '"':
      case '[':
      case ']': return static_cast<char32_t>(c);
      default: pos_ = std::min(pos_, text_.size()); return error("unknown escape");
    }
  }

  Result<uint32_t> parse_literal() {
    ++pos_;
    GbnfNode sequence{.kind = Kind::kSequence};
    while (peek() != '"' || done()) {
      if (done()) return error("missing '\"'");
      LAR_TRY(const char32_t c, parse_char());
      sequence.children.push_back(add_set({{c, c}}));
    }
    ++pos_;
    return add(std::move(sequence));
  }

  Result<uint32_t> parse_class() {
    ++pos_;
    const bool negated = peek() == '^';
    if (negated) ++pos_;
    CharSet set;
    if (peek() == ']') return error("an empty character class");
    while (peek() != ']') {
      if (done()) return error("missing ']'");
      LAR_TRY(const char32_t first, parse_char());
      char32_t last = first;
      if (peek() == '-' && peek(1) != ']') {
        ++pos_;
        LAR_TRY(last, parse_char());
      }
      if (first > last) return error("a range of characters is out of order");
      set.add(first, last);
    }
    ++pos_;
    return add_set(negated ? set.negated() : set);
  }

  Result<uint32_t> parse_token() {
    GbnfNode node{.kind = Kind::kToken};
    if (peek() == '!') {
      node.negated = true;
      ++pos_;
    }
    if (peek() != '<') return error("expected '<'");
    const size_t begin = pos_++;
    if (peek() == '[') {
      ++pos_;
      LAR_TRY(node.value, parse_count());
      if (peek() != ']' || peek(1) != '>') return error("expected ']>'");
      pos_ += 2;
      return add(std::move(node));
    }
    const size_t end = text_.find('>', pos_);
    if (end == std::string_view::npos) return error("expected '>'");
    pos_ = end + 1;
    const std::string_view text = text_.substr(begin, pos_ - begin);
    const auto id = token_id_ ? token_id_(text) : std::optional<uint32_t>();
    if (!id) return error("\"" + std::string(text) + "\" is not a token of the model");
    node.value = *id;
    return add(std::move(node));
  }

  std::string_view text_;
  const TokenLookup& token_id_;
  size_t pos_ = 0;
  GbnfSyntax out_;
  std::map<std::string, uint32_t, std::less<>> rule_ids_;
};

}  // namespace

Result<GbnfSyntax> parse_gbnf(std::string_view text,
                              const TokenLookup& token_id,
                              const std::vector<std::string>& outer) {
  if (text.size() > kMaxGbnfBytes) {
    return fail(Code::kResourceExhausted,
                "grammar: longer than " + std::to_string(kMaxGbnfBytes) + " bytes");
  }
  return Parser(text, token_id).run(outer);
}

}  // namespace lar::constrain
