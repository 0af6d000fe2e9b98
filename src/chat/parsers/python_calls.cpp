#include "chat/parsers/python_calls.h"

#include <utility>

#include "chat/parsers/call_reader.h"
#include "chat/parsers/closers.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/python_value.h"
#include "chat/parsers/tool_set.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

constexpr size_t kNameBytesMax = 1024;

class PythonCallReader final : public CallReader {
 public:
  PythonCallReader(const PythonCallSpec& spec, const ToolSet& tools)
      : spec_(spec), tools_(tools), after_({"```python", "```"}, spec.closers) {}

  State byte(char c, CallSink& sink) override {
    raw_ += c;
    if (raw_.size() > kCallBytesMax) return broken(sink, "too long");
    switch (stage_) {
      case Stage::kBetween: return between_byte(c, sink);
      case Stage::kName: return name_byte(c, sink);
      case Stage::kArgument: return argument_byte(c, sink);
      case Stage::kKey: return key_byte(c, sink);
      case Stage::kValue: return value_byte(c, sink);
    }
    return State::kDone;
  }

  void end_of_output(CallSink& sink) override {
    if (!spec_.known_names_only) return;
    if (stage_ == Stage::kBetween && !list_ && !waiting_.empty()) return flush(sink);
    sink.text(spec_.opener + raw_);
  }

 private:
  enum class Stage : uint8_t {
    kBetween,  // calls
    kName,
    kArgument,  // a key or the end of the call
    kKey,
    kValue,
  };
  struct Call {
    std::string name;
    std::string arguments;
  };

  State between_byte(char c, CallSink& sink) {
    const bool blank = after_.blank();
    if (blank && (c == '[' || c == ',' || c == ';' || c == ']')) {
      after_.take();
      if (c == '[') list_ = true;
      if (c == ']') {
        list_ = false;
        // Without a closing tag the list is all there is.
        if (spec_.closers.empty()) return done(sink);
      }
      return State::kMore;
    }
    switch (after_.push(c)) {
      case Closers::State::kMore: return State::kMore;
      case Closers::State::kClosed: rest_ = after_.take(); return done(sink);
      case Closers::State::kOther: break;
    }
    const std::string text = after_.take();
    // Behind a list only the closing tag counts.
    if (calls_ > 0 && !list_ && was_list_) {
      rest_ = text;
      return done(sink);
    }
    was_list_ = list_;
    const std::string name(trim(text));
    stage_ = Stage::kName;
    for (const char letter : name) {
      if (const State state = name_byte(letter, sink); state == State::kDone) return state;
    }
    return State::kMore;
  }

  State name_byte(char c, CallSink& sink) {
    if (c == '(') {
      const std::string name(trim(name_));
      if (name.empty() || (spec_.known_names_only && !tools_.has(name))) {
        return broken(sink, "no name of a tool");
      }
      name_.clear();
      arguments_ = 0;
      stage_ = Stage::kArgument;
      begin(name, sink);
      return State::kMore;
    }
    name_ += c;
    const bool odd = std::string_view("\"'{}[]=,<>\n").contains(c);
    if (odd || name_.size() > kNameBytesMax) return broken(sink, "a call begins NAME(");
    return State::kMore;
  }

  State argument_byte(char c, CallSink& sink) {
    if (is_ascii_space(c) || c == ',') return State::kMore;
    if (c == ')') {
      give(arguments_ == 0 ? "{}" : "}", sink);
      end(sink);
      stage_ = Stage::kBetween;
      return State::kMore;
    }
    if (c == '=' || c == '(') return broken(sink, "an argument is KEY=VALUE");
    key_ = std::string(1, c);
    stage_ = Stage::kKey;
    return State::kMore;
  }

  State key_byte(char c, CallSink& sink) {
    if (c == '=') {
      give((arguments_++ == 0 ? "{" : ", ") + json_string(key_name()) + ": ", sink);
      value_ = PythonValue();
      stage_ = Stage::kValue;
      return State::kMore;
    }
    const bool odd = std::string_view("(){}[],\n").contains(c);
    key_ += c;
    if (odd || key_.size() > kNameBytesMax) return broken(sink, "an argument is KEY=VALUE");
    return State::kMore;
  }

  std::string_view key_name() const {
    std::string_view key = trim(key_);
    if (key.size() > 1 && key.front() == key.back() &&
        (key.front() == '"' || key.front() == '\'')) {
      key = key.substr(1, key.size() - 2);
    }
    return key;
  }

  State value_byte(char c, CallSink& sink) {
    std::string out;
    const PythonValue::Step step = value_.push(c, out);
    give(out, sink);
    if (step == PythonValue::Step::kBad) return broken(sink, "no Python literal");
    if (step == PythonValue::Step::kMore) return State::kMore;
    stage_ = Stage::kArgument;
    if (c != ',' && c != ')' && !is_ascii_space(c)) {
      return broken(sink, "a comma or ')' must follow a value");
    }
    return argument_byte(c, sink);
  }

  // Calls go out at once, or wait for the end of the list.
  void begin(const std::string& name, CallSink& sink) {
    ++calls_;
    if (spec_.known_names_only) {
      waiting_.push_back({name, {}});
    } else {
      sink.begin(name, {});
    }
  }
  void give(std::string_view json, CallSink& sink) {
    if (spec_.known_names_only) {
      waiting_.back().arguments += json;
    } else {
      sink.arguments(json);
    }
  }
  void end(CallSink& sink) {
    if (!spec_.known_names_only) sink.end({});
  }
  void flush(CallSink& sink) {
    for (const Call& call : waiting_) sink.call(call.name, {}, call.arguments);
    waiting_.clear();
  }

  State done(CallSink& sink) {
    if (spec_.known_names_only && waiting_.empty()) {
      sink.text(spec_.opener + raw_.substr(0, raw_.size() - rest_.size()));
    }
    flush(sink);
    return State::kDone;
  }

  State broken(CallSink& sink, std::string_view reason) {
    if (spec_.known_names_only) {
      sink.text(spec_.opener + raw_);
    } else {
      sink.fail(broken_call(raw_, reason));
    }
    return State::kDone;
  }

  const PythonCallSpec& spec_;
  const ToolSet& tools_;
  Stage stage_ = Stage::kBetween;
  Closers after_;
  std::string raw_;
  std::string name_;
  std::string key_;
  PythonValue value_;
  size_t arguments_ = 0;
  size_t calls_ = 0;
  bool list_ = false;
  bool was_list_ = false;
  std::vector<Call> waiting_;
};

class PythonCallForm final : public CallForm {
 public:
  explicit PythonCallForm(PythonCallSpec spec) : spec_(std::move(spec)) {}
  std::unique_ptr<CallReader> reader(const ToolSet& tools) const override {
    return std::make_unique<PythonCallReader>(spec_, tools);
  }

 private:
  const PythonCallSpec spec_;
};

}  // namespace

std::shared_ptr<const CallForm> python_calls(PythonCallSpec spec) {
  return std::make_shared<PythonCallForm>(std::move(spec));
}

}  // namespace lar::chat
