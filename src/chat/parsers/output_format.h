// How a family of models writes thinking and tool calls: plain data that the machines of this
// folder run on. Families make one each (families/), and detection makes them from a model's
// template.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chat/parsers/call_syntax.h"

namespace lar::chat {

class CallReader;
class ToolSet;

// Reads the calls that begin with one opening tag. Immutable, shared by parsers.
class CallForm {
 public:
  CallForm() = default;
  CallForm(const CallForm&) = delete;
  CallForm& operator=(const CallForm&) = delete;
  virtual ~CallForm() = default;
  // `tools` is borrowed and outlives the reader.
  virtual std::unique_ptr<CallReader> reader(const ToolSet& tools) const = 0;
};

struct ThinkingTags {
  std::string open;
  std::string close;
  bool operator==(const ThinkingTags&) const = default;
};

// Where a thought may begin.
enum class ThinkingStart : uint8_t {
  kNever,     // there is no thinking: its tags are ordinary text
  kTag,       // with its opening tag at the very beginning, or within it if the prompt says so
  kImplicit,  // at the beginning, without a tag, unless the caller wants no thinking
  kAnywhere,  // with an opening tag anywhere
};

// What becomes of white space beside tags.
enum class Space : uint8_t {
  kKeep,    // as it is
  kAfter,   // dropped after a tag
  kAround,  // dropped before and after a tag
};

enum class Machine : uint8_t {
  kTags,     // tag_machine.cpp: tags in running text
  kHarmony,  // channel_machine.cpp: messages with channels (gpt-oss)
  kGlimmer,  // channel_machine.cpp: messages with recipients
  kPlain,    // all is content
};

struct CallOpener {
  std::string tag;
  std::shared_ptr<const CallForm> form;
  // The tag belongs to the call: the reader gets it as its first bytes.
  bool keep = false;
};

struct OutputFormat {
  std::string family;  // the row of families.h
  Machine machine = Machine::kTags;

  std::vector<ThinkingTags> thinking;  // the first is the usual one
  ThinkingStart thinking_start = ThinkingStart::kNever;
  bool drop_open_tag = true;        // an opening tag at the begin of an implicit thought is no text
  bool drop_first_close = false;    // so is one at the very beginning
  bool drop_stray_close = false;    // so is any closing tag without a thought
  bool calls_end_thinking = false;  // a call within a thought ends it
  Space thinking_space = Space::kAfter;
  Space call_space = Space::kAfter;
  bool trim_start = false;  // white space at the beginning of content is dropped

  std::vector<std::string> silent;   // tags that are no text, and change nothing
  std::vector<std::string> section;  // the same, around calls: white space after them is dropped
  std::vector<CallOpener> calls;
  // A call without a tag: the first byte that is not white space is '{' or '['. Text that turns out
  // to be no call of a tool of the request is content.
  std::shared_ptr<const CallForm> bare;
  bool calls_need_tools = false;  // without tools in the request the tags of calls are text

  // Further literal text that the calls' readers look for; with the tags above and the syntax below
  // it is all that must reach a parser as text, whether or not it is a control token of the
  // vocabulary.
  std::vector<std::string> marks;

  // The tag that ends the model's turn, where the template shows it.
  std::string end_of_turn;

  CallSyntax syntax;
};

}  // namespace lar::chat
