// From the text that a model writes to thinking, content and tool calls, while it is written.
// The result is the same for every way of cutting the text into pieces, because the machines below
// work a byte at a time; nothing of a tag reaches content or thinking.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/parsers/output_format.h"
#include "chat/value.h"

namespace lar::chat {

struct OutputEvent {
  enum class Kind : uint8_t {
    kThinking,   // `text` continues the thinking
    kContent,    // `text` continues the content
    kCallBegin,  // a call of the tool `text` begins; `id` as the model gave it, or empty
    kArguments,  // `text` continues the call's arguments: pieces of one JSON object
    kCallEnd,    // the call is complete; `id` if the model gave it only now
  };
  Kind kind = Kind::kContent;
  std::string text;
  std::string id;
  size_t call = 0;  // counts the calls of this output from 0
};

struct OutputOptions {
  // The tools of the request: a list of {"type": "function", "function": {...}} or of the inner
  // objects. Their schemas decide the types of arguments that a family writes without quotes.
  Value tools;
  // The prompt ended within the model's thinking ("<think>\n"), so the output continues it.
  bool in_thinking = false;
  // The prompt ended with a closed thought ("<think>\n\n</think>\n\n"): white space at the begin of
  // the output belongs to the content.
  bool thinking_closed = false;
  // What the prompt already says of the answer in the family's own form
  // ("<|channel|>final<|message|>"): it is read before the output and gives no events.
  std::string prefill;
  // The prompt ends with the beginning of this answer, which the model continues: its white space
  // is content, and no thought begins without a tag.
  bool begun = false;
  // The caller wants no thinking: implicit thoughts (without an opening tag) do not begin.
  bool thinking_off = false;
};

// Bytes of one tool call, and of one run of white space that waits for what follows it.
inline constexpr size_t kCallBytesMax = size_t{16} << 20;
inline constexpr size_t kHeldSpaceBytesMax = size_t{64} << 10;
// Levels of lists and objects in the arguments of a call.
inline constexpr size_t kArgumentsDepthMax = 256;

class OutputMachine;

// One output, from its first byte to its last. Not to be used by two threads at once.
class OutputParser {
 public:
  OutputParser(const OutputFormat& format, const OutputOptions& options);
  ~OutputParser();
  OutputParser(OutputParser&&) noexcept;
  OutputParser& operator=(OutputParser&&) noexcept;

  // The next piece of text; it may end anywhere, also within a character. Events appear as soon as
  // they are certain. Errors (invalid_argument: the model broke the form of a tool call;
  // resource_exhausted: a limit) are final: every later call returns the same.
  Result<std::vector<OutputEvent>> feed(std::string_view piece);

  // The output is over. A call that is not complete is dropped if none of its events were given,
  // and otherwise stays without its kCallEnd.
  Result<std::vector<OutputEvent>> finish();

 private:
  std::unique_ptr<OutputMachine> machine_;
};

struct ParsedCall {
  std::string id;
  std::string name;
  std::string arguments;  // JSON text
  bool complete = false;
};

struct ParsedOutput {
  std::string content;
  std::string thinking;
  std::vector<ParsedCall> calls;

  void add(const std::vector<OutputEvent>& events);
};

// The whole of `text` at once. Incomplete calls are left out.
Result<ParsedOutput> parse_output(const OutputFormat& format,
                                  const OutputOptions& options,
                                  std::string_view text);

}  // namespace lar::chat
