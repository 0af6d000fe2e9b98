#include "chat/parsers/code_calls.h"

#include <algorithm>
#include <array>
#include <utility>

#include "chat/parsers/call_reader.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/python_calls.h"
#include "chat/parsers/tool_set.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

constexpr std::array<std::string_view, 4> kPythonTools = {"python", "ipython", "code_interpreter",
                                                          "execute_python"};
constexpr std::string_view kMethod = ".call";

// Where the program or the call ends the output does too, so it is read at the end.
class CodeReader final : public CallReader {
 public:
  explicit CodeReader(const ToolSet& tools) : tools_(tools) {}

  State byte(char c, CallSink& sink) override {
    raw_ += c;
    if (raw_.size() <= kCallBytesMax) return State::kMore;
    sink.fail(broken_call(raw_, "too long"));
    return State::kDone;
  }

  void end_of_output(CallSink& sink) override {
    const std::string_view text = trim(raw_);
    if (text.empty()) return;
    if (built_in_call(text, sink) || json_code(text, sink)) return;
    sink.call(tool(), {}, "{\"code\":" + json_string(text) + "}");
  }

 private:
  // Gathers one call, whose name loses ".call".
  class OneCall final : public CallSink {
   public:
    void begin(std::string_view tool, std::string_view) override {
      ++calls;
      name = tool.substr(0, tool.rfind(kMethod));
    }
    void arguments(std::string_view piece) override { json += piece; }
    void end(std::string_view) override { complete = true; }
    void text(std::string_view) override {}
    void fail(Error) override { failed = true; }

    std::string name;
    std::string json;
    size_t calls = 0;
    bool complete = false;
    bool failed = false;
  };

  bool built_in_call(std::string_view text, CallSink& sink) {
    const std::string_view name = text.substr(0, text.find('('));
    if (name.size() == text.size() || (!name.ends_with(kMethod) && !tools_.has(name))) return false;
    const auto form = python_calls({});
    const auto reader = form->reader(tools_);
    OneCall call;
    for (const char c : text) {
      if (reader->byte(c, call) == State::kDone) break;
    }
    if (call.failed || !call.complete || call.calls != 1) return false;
    sink.call(call.name, {}, call.json);
    return true;
  }

  // Some models write the arguments of the Python tool as JSON.
  bool json_code(std::string_view text, CallSink& sink) const {
    if (text.front() != '{' || !is_json(text)) return false;
    sink.call(tool(), {}, text);
    return true;
  }

  std::string tool() const {
    for (const std::string_view name : kPythonTools) {
      if (tools_.has(name)) return std::string(name);
    }
    return std::string(kPythonTools.front());
  }

  const ToolSet& tools_;
  std::string raw_;
};

class CodeForm final : public CallForm {
 public:
  std::unique_ptr<CallReader> reader(const ToolSet& tools) const override {
    return std::make_unique<CodeReader>(tools);
  }
};

}  // namespace

std::shared_ptr<const CallForm> code_calls() {
  return std::make_shared<CodeForm>();
}

}  // namespace lar::chat
