// Finds the end of one JSON value in a stream of bytes and checks its form on the way. It keeps no
// text: only the levels it is in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lar::chat {

class JsonScanner {
 public:
  enum class Step : uint8_t {
    kMore,       // the byte belongs to the value
    kEnd,        // it is the value's last
    kEndBefore,  // the value (a number or a word) ended before it
    kBad,        // no JSON; nothing else follows
  };
  Step step(char c) {
    const Step result = bad_ ? Step::kBad : advance(c);
    bad_ = result == Step::kBad;
    return result;
  }

  // Levels of open lists and objects.
  size_t depth() const { return levels_.size(); }
  // Whether the next byte is inside a string (after its quote).
  bool in_string() const {
    return state_ == State::kString || state_ == State::kEscape || hex_ > 0;
  }
  // Whether the string that is open, or just ended, is the key of an object.
  bool is_key() const { return key_; }
  // Whether the value may end here: true for a number or word at the end of the text.
  bool complete() const;
  bool started() const { return started_; }

 private:
  enum class State : uint8_t {
    kValue,       // a value must begin
    kFirstValue,  // the same, or the list ends
    kFirstKey,    // a key, or the object ends
    kKey,
    kColon,
    kAfter,  // a comma or the end of the level
    kString,
    kEscape,
    kNumber,
    kWord,
  };

  Step advance(char c);
  Step value_begins(char c);
  Step value_ended();
  Step close(char c);
  bool number_goes_on(char c);
  Step outside(char c);

  // The parts of a number, in order.
  enum class Number : uint8_t { kSign, kZero, kInteger, kDot, kFraction, kE, kESign, kExponent };

  State state_ = State::kValue;
  Number number_ = Number::kSign;
  const char* word_ = nullptr;  // what is left of true, false or null
  uint8_t hex_ = 0;             // hex digits that a \u still needs
  bool key_ = false;
  bool bad_ = false;
  bool started_ = false;
  std::vector<bool> levels_;  // true: an object
};

}  // namespace lar::chat
