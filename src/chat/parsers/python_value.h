// One Python (or JSON) literal as JSON text, a byte at a time: strings of all kinds of quotes,
// True, False, None, tuples, trailing commas. A word that is no literal becomes a string.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lar::chat {

class PythonValue {
 public:
  enum class Step : uint8_t {
    kMore,
    kEndBefore,  // the value ended before this byte: a comma, a bracket or a line end of the caller
    kBad,
  };
  // Appends what is certain to `out`.
  Step push(char c, std::string& out);

 private:
  enum class State : uint8_t {
    kValue,
    kKey,
    kColon,
    kAfter,  // a value is complete
    kString,
    kEscape,
    kDigits,  // of an escape
    kWord,
  };
  struct Level {
    char close = ']';
    bool dict = false;
    size_t items = 0;
  };

  Step value_byte(char c, std::string& out);
  Step after_byte(char c, std::string& out);
  Step string_byte(char c, std::string& out);
  Step escape_byte(char c, std::string& out);
  Step digit_byte(char c, std::string& out);
  void begin_string(char quote, std::string& out);
  void begin_item(std::string& out);
  void end_word(std::string& out);
  void put(char c, std::string& out) const;
  void put_code(uint32_t code, std::string& out);
  void value_ended() { state_ = key_ ? State::kColon : State::kAfter; }

  State state_ = State::kValue;
  bool key_ = false;  // the value that is read is a key
  char quote_ = '"';
  bool raw_ = false;
  std::string prefix_;  // letters before a quote, or a word
  uint8_t quotes_ = 0;  // of three, in a long string
  bool long_ = false;
  bool empty_string_ = false;  // no byte of the string came yet
  uint8_t digits_left_ = 0;
  uint32_t code_ = 0;
  std::vector<Level> levels_;
};

}  // namespace lar::chat
