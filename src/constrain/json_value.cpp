#include "constrain/json_value.h"

#include <optional>
#include <unordered_map>

#include "base/utf8.h"

namespace lar::constrain {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<JsonValue> run() {
    JsonValue value;
    LAR_TRY(parse_value(value, 0));
    skip_space();
    if (pos_ != text_.size()) return error("unexpected text after the value");
    return value;
  }

 private:
  using Kind = JsonValue::Kind;

  std::unexpected<Error> error(std::string_view what) const {
    return fail(Code::kInvalidArgument,
                "JSON: " + std::string(what) + " at byte " + std::to_string(pos_));
  }

  void skip_space() {
    while (pos_ < text_.size() && (text_[pos_] == ' ' || text_[pos_] == '\t' ||
                                   text_[pos_] == '\n' || text_[pos_] == '\r')) {
      ++pos_;
    }
  }

  bool take(char c) {
    skip_space();
    if (pos_ >= text_.size() || text_[pos_] != c) return false;
    ++pos_;
    return true;
  }

  Result<void> parse_value(JsonValue& out, size_t depth) {
    if (depth > kMaxJsonDepth) {
      return fail(Code::kResourceExhausted,
                  "JSON: nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    }
    skip_space();
    if (pos_ >= text_.size()) return error("unexpected end");
    switch (text_[pos_]) {
      case '{': return parse_object(out, depth);
      case '[': return parse_array(out, depth);
      case '"': out.kind = Kind::kString; return parse_string(out.text);
      case 't': return parse_word(out, "true", Kind::kTrue);
      case 'f': return parse_word(out, "false", Kind::kFalse);
      case 'n': return parse_word(out, "null", Kind::kNull);
      default: return parse_number(out);
    }
  }

  Result<void> parse_word(JsonValue& out, std::string_view word, Kind kind) {
    if (!text_.substr(pos_).starts_with(word)) return error("unknown word");
    pos_ += word.size();
    out.kind = kind;
    return {};
  }

  Result<void> parse_array(JsonValue& out, size_t depth) {
    out.kind = Kind::kArray;
    ++pos_;
    if (take(']')) return {};
    do {
      LAR_TRY(parse_value(out.items.emplace_back(), depth + 1));
    } while (take(','));
    if (!take(']')) return error("expected ',' or ']'");
    return {};
  }

  Result<void> parse_object(JsonValue& out, size_t depth) {
    out.kind = Kind::kObject;
    ++pos_;
    if (take('}')) return {};
    std::unordered_map<std::string, size_t> where;
    do {
      skip_space();
      if (pos_ >= text_.size() || text_[pos_] != '"') return error("expected a member name");
      std::string name;
      LAR_TRY(parse_string(name));
      if (!take(':')) return error("expected ':'");
      const auto [at, fresh] = where.try_emplace(name, out.members.size());
      if (fresh) out.members.push_back({std::move(name), {}});
      JsonValue value;
      LAR_TRY(parse_value(value, depth + 1));
      out.members[at->second].value = std::move(value);
    } while (take(','));
    if (!take('}')) return error("expected ',' or '}'");
    return {};
  }

  Result<void> parse_number(JsonValue& out) {
    const size_t begin = pos_;
    const auto digits = [&] {
      const size_t first = pos_;
      while (pos_ < text_.size() && text_[pos_] >= '0' && text_[pos_] <= '9') ++pos_;
      return pos_ - first;
    };
    const auto one_of = [&](std::string_view set) {
      if (pos_ >= text_.size() || set.find(text_[pos_]) == std::string_view::npos) return false;
      ++pos_;
      return true;
    };
    one_of("-");
    if (!one_of("0") && digits() == 0) return error("unexpected character");
    if (one_of(".") && digits() == 0) return error("expected a digit");
    if (one_of("eE")) {
      one_of("+-");
      if (digits() == 0) return error("expected a digit");
    }
    if (pos_ - begin > kMaxNumberChars) {
      return fail(Code::kResourceExhausted,
                  "JSON: number longer than " + std::to_string(kMaxNumberChars) + " characters");
    }
    out.kind = Kind::kNumber;
    out.text = text_.substr(begin, pos_ - begin);
    return {};
  }

  std::optional<char32_t> hex4() {
    if (text_.size() - pos_ < 4) return std::nullopt;
    char32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[pos_++];
      value <<= 4;
      if (c >= '0' && c <= '9') {
        value |= static_cast<char32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        value |= static_cast<char32_t>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        value |= static_cast<char32_t>(c - 'A' + 10);
      } else {
        return std::nullopt;
      }
    }
    return value;
  }

  Result<void> parse_escape(std::string& out) {
    if (pos_ >= text_.size()) return error("unterminated string");
    const char c = text_[pos_++];
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    if (const size_t at = kNames.find(c); at != std::string_view::npos) {
      out.push_back(kValues[at]);
      return {};
    }
    if (c != 'u') return error("unknown escape");
    auto unit = hex4();
    if (!unit) return error("expected four hexadecimal digits");
    if (*unit >= 0xDC00 && *unit <= 0xDFFF) return error("lone surrogate");
    if (*unit >= 0xD800 && *unit <= 0xDBFF) {
      if (!text_.substr(pos_).starts_with("\\u")) return error("lone surrogate");
      pos_ += 2;
      const auto low = hex4();
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return error("lone surrogate");
      unit = 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
    }
    utf8_append(out, *unit);
    return {};
  }

  Result<void> parse_string(std::string& out) {
    ++pos_;
    while (pos_ < text_.size()) {
      const unsigned char c = static_cast<unsigned char>(text_[pos_]);
      if (c == '"') {
        ++pos_;
        return {};
      }
      if (c == '\\') {
        ++pos_;
        LAR_TRY(parse_escape(out));
      } else if (c < 0x20) {
        return error("control character in a string");
      } else {
        const Utf8Char next = utf8_next(text_.substr(pos_));
        if (!next.valid) return error("invalid UTF-8");
        out.append(text_.substr(pos_, next.bytes));
        pos_ += next.bytes;
      }
    }
    return error("unterminated string");
  }

  std::string_view text_;
  size_t pos_ = 0;
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const JsonMember& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

Result<JsonValue> parse_json(std::string_view text) {
  if (text.size() > kMaxJsonBytes) {
    return fail(Code::kResourceExhausted,
                "JSON: longer than " + std::to_string(kMaxJsonBytes) + " bytes");
  }
  return Parser(text).run();
}

}  // namespace lar::constrain
