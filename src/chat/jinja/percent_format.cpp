#include "chat/jinja/percent_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "chat/jinja/arguments.h"
#include "chat/jinja/format_spec.h"
#include "chat/jinja/object.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

struct Conversion {
  bool left = false;
  bool plus = false;
  bool blank = false;
  bool alternate = false;
  bool zero = false;
  int64_t width = 0;
  std::optional<int64_t> precision;
  char type = 0;
};

constexpr int64_t kWidthMax = int64_t{1} << 31;

class PercentFormatter {
 public:
  PercentFormatter(Renderer& renderer, const Value& format, const Value& values)
      : renderer_(renderer),
        format_(format),
        text_(format.text()),
        values_(values),
        markup_(format.string_data().markup) {}

  Result<Value> run() {
    TextBuilder out(renderer_.meter());
    while (at_ < text_.size()) {
      const size_t mark = std::min(text_.find('%', at_), text_.size());
      out.append_slice(format_, at_, mark);
      at_ = mark + 1;
      if (mark < text_.size()) LAR_TRY(append_conversion(out));
      if (!renderer_.meter()->work(1)) break;
    }
    const size_t given = values_.is_tuple() ? values_.items().size() : 1;
    const bool mapping = values_.is_dict() || values_.is_list() || values_.is_undefined() ||
                         (values_.is_object() && engine_object(values_)->subscriptable());
    if (used_ < given && !(mapping && !values_.is_tuple())) {
      return type_error("not all arguments converted during string formatting");
    }
    return out.finish(markup_);
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  Result<Value> next_value() {
    if (values_.is_tuple()) {
      if (used_ < values_.items().size()) return values_.items()[used_++];
    } else if (used_++ == 0) {
      return values_;
    }
    return type_error("not enough arguments for format string");
  }

  Result<int64_t> read_count() {
    if (peek() == '*') {
      ++at_;
      LAR_TRY(const Value value, next_value());
      if (!value.is_int()) return type_error("* wants int");
      return std::clamp(value.as_int(), -kWidthMax, kWidthMax);
    }
    int64_t count = 0;
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      count = std::min<int64_t>(count * 10 + (peek() - '0'), kWidthMax);
    }
    return count;
  }

  Result<void> append_conversion(TextBuilder& out) {
    Conversion conversion;
    std::optional<Value> named;
    if (peek() == '(') {
      if (!values_.is_dict()) return type_error("format requires a mapping");
      const size_t begin = ++at_;
      for (int open = 1; at_ < text_.size(); ++at_) {
        if (text_[at_] == '(') ++open;
        if (text_[at_] == ')' && --open == 0) break;
      }
      if (at_ >= text_.size()) return value_error("incomplete format key");
      const std::string_view key = text_.substr(begin, at_ - begin);
      const Value* found = values_.find(key);
      if (found == nullptr) return value_error(quote(key));
      named = *found;
      used_ = 1;
      ++at_;
    }
    for (;; ++at_) {
      const char flag = peek();
      if (flag == '-') {
        conversion.left = true;
      } else if (flag == '+') {
        conversion.plus = true;
      } else if (flag == ' ') {
        conversion.blank = true;
      } else if (flag == '#') {
        conversion.alternate = true;
      } else if (flag == '0') {
        conversion.zero = true;
      } else {
        break;
      }
    }
    LAR_TRY(conversion.width, read_count());
    if (conversion.width < 0) {
      conversion.left = true;
      conversion.width = -conversion.width;
    }
    if (peek() == '.') {
      ++at_;
      LAR_TRY(const int64_t precision, read_count());
      conversion.precision = std::max<int64_t>(precision, 0);
    }
    if (peek() == 'h' || peek() == 'l' || peek() == 'L') ++at_;
    if (at_ >= text_.size()) return value_error("incomplete format");
    conversion.type = text_[at_++];
    if (conversion.type == '%') {
      out.append_slice(format_, at_ - 1, at_);
      return {};
    }
    Value value;
    if (named) {
      value = std::move(*named);
    } else {
      LAR_TRY(value, next_value());
    }
    switch (conversion.type) {
      case 's':
      case 'r':
      case 'a':
      case 'c': return append_text(out, conversion, value);
      case 'd':
      case 'i':
      case 'u':
      case 'x':
      case 'X':
      case 'o': return append_integer(out, conversion, value);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G': return append_float(out, conversion, value);
      default:
        return value_error(fmt::format("unsupported format character '{}' (0x{:x}) at index {}",
                                       conversion.type, static_cast<unsigned char>(conversion.type),
                                       at_ - 1));
    }
  }

  Result<void> append_text(TextBuilder& out, const Conversion& conversion, const Value& value) {
    Value body;
    if (conversion.type == 'c') {
      if (value.is_int() && value.as_int() >= 0 && value.as_int() <= 0x10FFFF) {
        std::string c;
        utf8_append(c, static_cast<char32_t>(value.as_int()));
        body = renderer_.text(c, Origin::kTemplate);
      } else if (value.is_string() && count_chars(value.text()) == 1) {
        body = value;
      } else {
        return type_error("%c requires int or char");
      }
    } else if (conversion.type == 's') {
      body = markup_ ? escape(value, renderer_.meter()) : to_str(value, renderer_.meter());
    } else {
      TextBuilder repr(renderer_.meter());
      append_repr(repr, value);
      body = repr.finish();
      if (markup_) body = escape(body, renderer_.meter());
    }
    if (conversion.precision) {
      body = slice_string(body, 0,
                          offset_of_char(body.text(), static_cast<size_t>(*conversion.precision)),
                          renderer_.meter());
    }
    pad(out, conversion, "", body, false);
    return {};
  }

  std::string sign_of(const Conversion& conversion, bool negative) const {
    if (negative) return "-";
    return conversion.plus ? "+" : conversion.blank ? " " : "";
  }

  Result<void> append_integer(TextBuilder& out, const Conversion& conversion, const Value& value) {
    if (value.is_undefined()) return undefined_error(value);
    const bool decimal = conversion.type == 'd' || conversion.type == 'i' || conversion.type == 'u';
    int64_t number = 0;
    if (value.is_double() && decimal) {
      const double whole = std::trunc(value.as_double());
      if (!(whole >= -0x1p63 && whole < 0x1p63)) return overflow_error();
      number = static_cast<int64_t>(whole);
    } else if (value.is_int() || value.is_bool()) {
      number = value.as_int();
    } else {
      return type_error(fmt::format("%{} format: {} is required, not {}", conversion.type,
                                    decimal ? "a real number" : "an integer", type_name(value)));
    }
    const bool negative = number < 0;
    auto magnitude = static_cast<uint64_t>(number);
    if (negative) magnitude = 0 - magnitude;
    std::string digits = format_integer(magnitude, conversion.type);
    if (conversion.precision) {
      if (*conversion.precision > kPrecisionMax) return value_error("precision too large");
      const auto least = static_cast<size_t>(*conversion.precision);
      if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
    }
    std::string prefix = sign_of(conversion, negative);
    if (conversion.alternate && !decimal) prefix += fmt::format("0{}", conversion.type);
    pad(out, conversion, prefix, renderer_.text(digits, Origin::kTemplate), true);
    return {};
  }

  Result<void> append_float(TextBuilder& out, const Conversion& conversion, const Value& value) {
    if (value.is_undefined()) return undefined_error(value);
    if (!is_number(value)) {
      return type_error(fmt::format("must be real number, not {}", type_name(value)));
    }
    const int64_t precision = conversion.precision.value_or(6);
    if (precision > kPrecisionMax) return value_error("precision too large");
    const double number = to_double(value);
    const std::string digits =
        format_float(std::fabs(number), conversion.type, precision, conversion.alternate);
    const bool negative = std::signbit(number) && !std::isnan(number);
    pad(out, conversion, sign_of(conversion, negative), renderer_.text(digits, Origin::kTemplate),
        true);
    return {};
  }

  static void pad(TextBuilder& out,
                  const Conversion& conversion,
                  std::string_view prefix,
                  const Value& body,
                  bool number) {
    const auto length = static_cast<int64_t>(prefix.size() + count_chars(body.text()));
    const auto missing = static_cast<uint64_t>(std::max<int64_t>(conversion.width - length, 0));
    const bool zeros = conversion.zero && number && !conversion.left;
    if (!conversion.left && !zeros) out.append_repeated(" ", missing, Origin::kTemplate);
    out.append(prefix, Origin::kTemplate);
    if (zeros) out.append_repeated("0", missing, Origin::kTemplate);
    out.append(body);
    if (conversion.left) out.append_repeated(" ", missing, Origin::kTemplate);
  }

  Renderer& renderer_;
  const Value& format_;
  std::string_view text_;
  const Value& values_;
  const bool markup_;
  size_t at_ = 0;
  size_t used_ = 0;
};

}  // namespace

Result<Value> percent_format(Renderer& renderer, const Value& format, const Value& values) {
  return PercentFormatter(renderer, format, values).run();
}

}  // namespace lar::chat::jinja
