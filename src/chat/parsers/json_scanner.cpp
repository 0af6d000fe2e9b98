#include "chat/parsers/json_scanner.h"

#include <string_view>

#include "chat/parsers/output_parser.h"

namespace lar::chat {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

JsonScanner::Step JsonScanner::advance(char c) {
  if (hex_ > 0) {
    if (!is_hex(c)) return Step::kBad;
    if (--hex_ == 0) state_ = State::kString;
    return Step::kMore;
  }
  switch (state_) {
    case State::kString:
      if (c == '\\') state_ = State::kEscape;
      if (c == '"') {
        if (!key_) return value_ended();
        state_ = State::kColon;
      }
      return Step::kMore;
    case State::kEscape:
      state_ = State::kString;
      if (c == 'u') {
        hex_ = 4;
        return Step::kMore;
      }
      return std::string_view("\"\\/bfnrt").contains(c) ? Step::kMore : Step::kBad;
    case State::kNumber:
      if (number_goes_on(c)) return Step::kMore;
      if (number_ != Number::kZero && number_ != Number::kInteger && number_ != Number::kFraction &&
          number_ != Number::kExponent) {
        return Step::kBad;
      }
      if (value_ended() == Step::kEnd) return Step::kEndBefore;
      return outside(c);
    case State::kWord:
      if (c != *word_) return Step::kBad;
      if (*++word_ == '\0') return value_ended();
      return Step::kMore;
    default: return outside(c);
  }
}

JsonScanner::Step JsonScanner::outside(char c) {
  if (is_space(c)) return Step::kMore;
  switch (state_) {
    case State::kFirstKey:
      if (c == '}') return close(c);
      [[fallthrough]];
    case State::kKey:
      if (c != '"') return Step::kBad;
      key_ = true;
      state_ = State::kString;
      return Step::kMore;
    case State::kColon:
      if (c != ':') return Step::kBad;
      state_ = State::kValue;
      return Step::kMore;
    case State::kAfter:
      if (c == ',') {
        state_ = levels_.back() ? State::kKey : State::kValue;
        return Step::kMore;
      }
      return close(c);
    case State::kFirstValue:
      if (c == ']') return close(c);
      [[fallthrough]];
    default: return value_begins(c);
  }
}

JsonScanner::Step JsonScanner::value_begins(char c) {
  started_ = true;
  key_ = false;
  if (c == '{' || c == '[') {
    if (levels_.size() == kArgumentsDepthMax) return Step::kBad;
    levels_.push_back(c == '{');
    state_ = c == '{' ? State::kFirstKey : State::kFirstValue;
    return Step::kMore;
  }
  if (c == '"') {
    state_ = State::kString;
    return Step::kMore;
  }
  if (c == '-' || is_digit(c)) {
    state_ = State::kNumber;
    number_ = c == '-' ? Number::kSign : c == '0' ? Number::kZero : Number::kInteger;
    return Step::kMore;
  }
  state_ = State::kWord;
  switch (c) {
    case 't': word_ = "rue"; return Step::kMore;
    case 'f': word_ = "alse"; return Step::kMore;
    case 'n': word_ = "ull"; return Step::kMore;
    default: return Step::kBad;
  }
}

JsonScanner::Step JsonScanner::close(char c) {
  if (levels_.empty() || c != (levels_.back() ? '}' : ']')) return Step::kBad;
  levels_.pop_back();
  key_ = false;
  return value_ended();
}

JsonScanner::Step JsonScanner::value_ended() {
  state_ = State::kAfter;
  return levels_.empty() ? Step::kEnd : Step::kMore;
}

bool JsonScanner::complete() const {
  return levels_.empty() && state_ == State::kNumber && number_ != Number::kSign &&
         number_ != Number::kDot && number_ != Number::kE && number_ != Number::kESign;
}

bool JsonScanner::number_goes_on(char c) {
  const auto to = [this](Number next) {
    number_ = next;
    return true;
  };
  switch (number_) {
    case Number::kSign:
      if (c == '0') return to(Number::kZero);
      return is_digit(c) && to(Number::kInteger);
    case Number::kInteger:
      if (is_digit(c)) return true;
      [[fallthrough]];
    case Number::kZero:
      if (c == '.') return to(Number::kDot);
      return (c == 'e' || c == 'E') && to(Number::kE);
    case Number::kDot: return is_digit(c) && to(Number::kFraction);
    case Number::kFraction:
      if (is_digit(c)) return true;
      return (c == 'e' || c == 'E') && to(Number::kE);
    case Number::kE:
      if (c == '+' || c == '-') return to(Number::kESign);
      [[fallthrough]];
    case Number::kESign: return is_digit(c) && to(Number::kExponent);
    case Number::kExponent: return is_digit(c);
  }
  return false;
}

}  // namespace lar::chat
