// The inside of a tool call, read a byte at a time. One reader lives from a call's opening tag to
// the byte after which the text is ordinary again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lar::chat {

// Where readers put what they find.
class CallSink {
 public:
  CallSink() = default;
  CallSink(const CallSink&) = delete;
  CallSink& operator=(const CallSink&) = delete;
  virtual ~CallSink() = default;

  virtual void begin(std::string_view name, std::string_view id) = 0;
  virtual void arguments(std::string_view json) = 0;
  // `id` is the model's, where it came too late for begin().
  virtual void end(std::string_view id) = 0;
  // Text that was held back and is none of a call.
  virtual void text(std::string_view text) = 0;
  virtual void fail(Error error) = 0;

  void call(std::string_view name, std::string_view id, std::string_view json) {
    begin(name, id);
    arguments(json);
    end({});
  }
};

class CallReader {
 public:
  CallReader() = default;
  CallReader(const CallReader&) = delete;
  CallReader& operator=(const CallReader&) = delete;
  virtual ~CallReader() = default;

  enum class State : uint8_t { kMore, kDone };

  // After kDone the reader gets no more bytes; rest() are those to be read again as ordinary text.
  virtual State byte(char c, CallSink& sink) = 0;

  // The output ended within the call.
  virtual void end_of_output(CallSink& sink) = 0;

  std::string_view rest() const { return rest_; }

 protected:
  std::string rest_;
};

// The error of a call whose form is broken. `raw` is what the model wrote, cut to a sane length.
Error broken_call(std::string_view raw, std::string_view reason);

}  // namespace lar::chat
