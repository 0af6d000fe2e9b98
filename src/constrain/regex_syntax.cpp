#include "constrain/regex_syntax.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/utf8.h"
#include "constrain/regex.h"

namespace lar::constrain {
namespace {

bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const CharSet& digits() {
  static const CharSet set{{'0', '9'}};
  return set;
}
const CharSet& word() {
  static const CharSet set{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  return set;
}
// WhiteSpace and LineTerminator of ECMA-262.
const CharSet& space() {
  static const CharSet set{{0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680},
                           {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
                           {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
  return set;
}
const CharSet& line_ends() {
  static const CharSet set{{0x0A, 0x0A}, {0x0D, 0x0D}, {0x2028, 0x2029}};
  return set;
}

std::optional<CharSet> class_escape(char32_t c) {
  switch (c) {
    case 'd': return digits();
    case 'D': return digits().negated();
    case 'w': return word();
    case 'W': return word().negated();
    case 's': return space();
    case 'S': return space().negated();
    default: return std::nullopt;
  }
}

class Parser {
 public:
  explicit Parser(std::u32string text) : text_(std::move(text)) {}

  Result<RegexTree> run() {
    LAR_TRY(tree_.root, parse_choice(0));
    if (pos_ < text_.size()) return error("unmatched ')'");
    return std::move(tree_);
  }

 private:
  using Kind = RegexNode::Kind;

  std::unexpected<Error> error(const std::string& what, Code code = Code::kInvalidArgument) const {
    return fail(code, "regex: " + what + " at character " + std::to_string(pos_));
  }
  std::unexpected<Error> unsupported(const std::string& what) const {
    return error(what + " is not supported", Code::kUnsupported);
  }

  bool done() const { return pos_ >= text_.size(); }
  char32_t peek(size_t ahead = 0) const {
    return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : U'\0';
  }
  bool take(char32_t c) {
    if (done() || text_[pos_] != c) return false;
    ++pos_;
    return true;
  }
  bool starts_with(std::u32string_view prefix) const {
    return std::u32string_view(text_).substr(pos_).starts_with(prefix);
  }

  uint32_t add(RegexNode node) {
    tree_.nodes.push_back(std::move(node));
    return static_cast<uint32_t>(tree_.nodes.size() - 1);
  }
  uint32_t add_set(CharSet set) {
    tree_.sets.push_back(std::move(set));
    return add({.kind = Kind::kSet, .set = static_cast<uint32_t>(tree_.sets.size() - 1)});
  }

  Result<uint32_t> parse_choice(size_t depth) {
    if (depth > kMaxRegexDepth) {
      return error("nested too deeply", Code::kResourceExhausted);
    }
    RegexNode choice{.kind = Kind::kChoice};
    do {
      LAR_TRY(const uint32_t branch, parse_sequence(depth));
      choice.children.push_back(branch);
    } while (take('|'));
    return choice.children.size() == 1 ? choice.children[0] : add(std::move(choice));
  }

  Result<uint32_t> parse_sequence(size_t depth) {
    RegexNode sequence{.kind = Kind::kSequence};
    while (!done() && peek() != '|' && peek() != ')') {
      LAR_TRY(uint32_t item, parse_atom(depth));
      const Kind kind = tree_.nodes[item].kind;
      LAR_TRY(item, parse_quantifier(item, kind == Kind::kStart || kind == Kind::kEnd));
      sequence.children.push_back(item);
    }
    if (sequence.children.empty()) return add({.kind = Kind::kEmpty});
    return sequence.children.size() == 1 ? sequence.children[0] : add(std::move(sequence));
  }

  std::optional<uint32_t> parse_count() {
    if (!is_digit(peek())) return std::nullopt;
    uint64_t value = 0;
    while (is_digit(peek())) {
      value = std::min<uint64_t>(value * 10 + (peek() - '0'), kRegexUnbounded - 1);
      ++pos_;
    }
    return static_cast<uint32_t>(value);
  }

  // {m}, {m,} or {m,n}; anything else is a literal brace.
  bool parse_braces(uint32_t& min, uint32_t& max) {
    const size_t begin = pos_;
    if (take('{')) {
      if (const auto low = parse_count()) {
        min = max = *low;
        if (take(',')) max = parse_count().value_or(kRegexUnbounded);
        if (take('}')) return true;
      }
    }
    pos_ = begin;
    return false;
  }

  Result<uint32_t> parse_quantifier(uint32_t item, bool is_assertion) {
    uint32_t min = 0;
    uint32_t max = kRegexUnbounded;
    if (take('+')) {
      min = 1;
    } else if (take('?')) {
      max = 1;
    } else if (!take('*') && !parse_braces(min, max)) {
      return item;
    }
    if (is_assertion) return error("nothing to repeat");
    if (min > max) return error("the bounds of the repetition are out of order");
    if (std::max(min, max == kRegexUnbounded ? 0 : max) > kMaxNfaStates) {
      return error("repetition of more than " + std::to_string(kMaxNfaStates),
                   Code::kResourceExhausted);
    }
    if (take('+')) return error("nothing to repeat");
    take('?');  // lazy: the same strings
    uint32_t min_again = 0;
    uint32_t max_again = 0;
    if (peek() == '*' || peek() == '+' || peek() == '?' || parse_braces(min_again, max_again)) {
      return error("nothing to repeat");
    }
    return add({.kind = Kind::kRepeat, .min = min, .max = max, .children = {item}});
  }

  Result<uint32_t> parse_atom(size_t depth) {
    const char32_t c = peek();
    switch (c) {
      case '^': ++pos_; return add({.kind = Kind::kStart});
      case '$': ++pos_; return add({.kind = Kind::kEnd});
      case '.': ++pos_; return add_set(line_ends().negated());
      case '*':
      case '+':
      case '?': return error("nothing to repeat");
      case '(': return parse_group(depth);
      case '[': {
        LAR_TRY(CharSet set, parse_class());
        return add_set(std::move(set));
      }
      case '\\': return parse_escape();
      case '{': {
        uint32_t min = 0;
        uint32_t max = 0;
        if (parse_braces(min, max)) return error("nothing to repeat");
        break;
      }
      default: break;
    }
    ++pos_;
    return add_set({{c, c}});
  }

  Result<uint32_t> parse_group(size_t depth) {
    ++pos_;
    if (starts_with(U"?=") || starts_with(U"?!")) return unsupported("lookahead");
    if (starts_with(U"?<=") || starts_with(U"?<!")) return unsupported("lookbehind");
    if (starts_with(U"?:")) {
      pos_ += 2;
    } else if (starts_with(U"?<") || starts_with(U"?P<")) {
      pos_ += peek(1) == 'P' ? size_t{3} : size_t{2};
      const size_t begin = pos_;
      while (is_letter(peek()) || is_digit(peek()) || peek() == '_') ++pos_;
      if (pos_ == begin || !take('>')) return error("malformed group name");
    } else if (peek() == '?') {
      return unsupported("this kind of group");
    }
    LAR_TRY(const uint32_t inside, parse_choice(depth + 1));
    if (!take(')')) return error("missing ')'");
    // Kept apart from its content, so that a quantified group of an assertion is none itself.
    return add({.kind = Kind::kSequence, .children = {inside}});
  }

  Result<uint32_t> parse_escape() {
    const char32_t c = peek(1);
    if (c == 'b' || c == 'B') return unsupported("the word boundary \\b");
    if ((c >= '1' && c <= '9') || c == 'k') return unsupported("a back reference");
    if (auto set = class_escape(c)) {
      pos_ += 2;
      return add_set(std::move(*set));
    }
    LAR_TRY(const char32_t value, parse_char_escape());
    return add_set({{value, value}});
  }

  std::optional<char32_t> parse_hex(size_t count) {
    char32_t value = 0;
    for (size_t i = 0; i < count; ++i) {
      const char32_t c = peek(i);
      const char32_t digit = is_digit(c)            ? c - '0'
                             : c >= 'a' && c <= 'f' ? c - 'a' + 10
                             : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                    : 16;
      if (digit == 16) return std::nullopt;
      value = value * 16 + digit;
    }
    pos_ += count;
    return value;
  }

  Result<char32_t> parse_unicode_escape() {
    if (take('{')) {
      size_t count = 0;
      while (count < 7 && peek(count) != '}' && pos_ + count < text_.size()) ++count;
      const auto value = count == 0 ? std::nullopt : parse_hex(count);
      if (!value || !take('}')) return error("malformed \\u{}");
      if (*value > kMaxCodePoint) return error("\\u{} beyond U+10FFFF");
      return *value;
    }
    const auto unit = parse_hex(4);
    if (!unit) return error("\\u needs four hexadecimal digits");
    if (*unit < 0xD800 || *unit > 0xDBFF || !starts_with(U"\\u")) return *unit;
    const size_t begin = pos_;
    pos_ += 2;
    const auto low = parse_hex(4);
    if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
      return 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
    }
    pos_ = begin;
    return *unit;
  }

  // An escape that stands for one character; pos_ is at the backslash.
  Result<char32_t> parse_char_escape() {
    ++pos_;
    if (done()) return error("a backslash at the end");
    const char32_t c = text_[pos_++];
    switch (c) {
      case 't': return U'\t';
      case 'n': return U'\n';
      case 'v': return U'\v';
      case 'f': return U'\f';
      case 'r': return U'\r';
      case '0':
        if (is_digit(peek())) return error("octal escape");
        return U'\0';
      case 'c': {
        if (!is_letter(peek())) return error("malformed \\c");
        return text_[pos_++] % 32;
      }
      case 'x': {
        const auto value = parse_hex(2);
        if (!value) return error("\\x needs two hexadecimal digits");
        return *value;
      }
      case 'u': return parse_unicode_escape();
      case 'p':
      case 'P': return unsupported("a Unicode property \\p");
      default: break;
    }
    if (is_letter(c) || is_digit(c)) {
      std::string name = "\\";
      utf8_append(name, c);
      return error("unknown escape " + name);
    }
    return c;
  }

  // One member of a class: a set (\d) or a single character.
  Result<std::optional<char32_t>> parse_class_member(CharSet& out) {
    if (peek() != '\\') return std::optional(text_[pos_++]);
    const char32_t c = peek(1);
    if (auto set = class_escape(c)) {
      pos_ += 2;
      out.add(*set);
      return std::optional<char32_t>();
    }
    if (c == 'b') {
      pos_ += 2;
      return std::optional(U'\b');
    }
    LAR_TRY(const char32_t value, parse_char_escape());
    return std::optional(value);
  }

  Result<CharSet> parse_class() {
    ++pos_;
    const bool negated = take('^');
    CharSet set;
    while (true) {
      if (done()) return error("missing ']'");
      if (take(']')) break;
      LAR_TRY(const auto first, parse_class_member(set));
      if (peek() != '-' || peek(1) == ']' || pos_ + 1 >= text_.size()) {
        if (first) set.add(*first, *first);
        continue;
      }
      ++pos_;
      LAR_TRY(const auto last, parse_class_member(set));
      if (first && last) {
        if (*first > *last) return error("the range of the class is out of order");
        set.add(*first, *last);
      } else {  // [\w-.]: the hyphen is itself
        set.add('-', '-');
        if (first) set.add(*first, *first);
        if (last) set.add(*last, *last);
      }
    }
    return negated ? set.negated() : set;
  }

  std::u32string text_;
  size_t pos_ = 0;
  RegexTree tree_;
};

}  // namespace

Result<RegexTree> parse_regex(std::string_view pattern) {
  if (pattern.size() > kMaxRegexBytes) {
    return fail(Code::kResourceExhausted,
                "regex: longer than " + std::to_string(kMaxRegexBytes) + " bytes");
  }
  std::u32string text;
  while (!pattern.empty()) {
    const Utf8Char c = utf8_next(pattern);
    if (!c.valid) return fail(Code::kInvalidArgument, "regex: invalid UTF-8");
    text.push_back(c.code_point);
    pattern.remove_prefix(c.bytes);
  }
  return Parser(std::move(text)).run();
}

}  // namespace lar::constrain
