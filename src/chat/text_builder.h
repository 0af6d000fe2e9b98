// Builds a string and keeps, byte for byte, where it came from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chat/value.h"

namespace lar::chat {

// What the meter has no room for is dropped; the meter remembers that.
class TextBuilder {
 public:
  explicit TextBuilder(Meter* meter) : held_(meter, 0) {}

  void append(std::string_view text, Origin origin);
  void append(const Value& string);
  // Bytes [begin, end) of `string`.
  void append_slice(const Value& string, size_t begin, size_t end);
  void append_repeated(std::string_view text, uint64_t times, Origin origin);

  size_t size() const { return text_.size(); }
  std::string_view text() const { return text_; }
  Meter* meter() const { return held_.meter(); }

  // The string; the builder is empty afterwards.
  Value finish(bool markup = false);
  std::string take_text() { return std::move(text_); }
  std::vector<Run> take_runs() { return std::move(runs_); }

 private:
  HeldBytes held_;
  std::string text_;
  std::vector<Run> runs_;
};

// Bytes [begin, end) of `string` as a string of its own.
Value slice_string(const Value& string, size_t begin, size_t end, Meter* meter);

}  // namespace lar::chat
