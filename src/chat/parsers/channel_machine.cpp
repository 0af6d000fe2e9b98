// Messages with headers: gpt-oss ("harmony": <|start|>assistant<|channel|>analysis<|message|>...)
// and Muse Glimmer (<|start|>assistant to=user<|message|>...). The header says what the text that
// follows is: thinking, content, or the arguments of a tool.
#include <algorithm>
#include <array>
#include <utility>

#include "chat/parsers/families/families.h"
#include "chat/parsers/function_names.h"
#include "chat/parsers/json_text.h"
#include "chat/parsers/output_machine.h"
#include "chat/parsers/tag_matcher.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

using namespace std::string_view_literals;

constexpr size_t kHeaderBytesMax = 4096;

enum class Tag : uint8_t { kStart, kMessage, kEnd };
struct TagRow {
  std::string_view text;
  Tag tag;
};
constexpr std::array kHarmonyTags = {
    TagRow{"<|start|>", Tag::kStart}, TagRow{"<|message|>", Tag::kMessage},
    TagRow{"<|end|>", Tag::kEnd},     TagRow{"<|call|>", Tag::kEnd},
    TagRow{"<|return|>", Tag::kEnd},
};
constexpr std::array kGlimmerTags = {
    TagRow{"<|start|>assistant", Tag::kStart},
    TagRow{"<|message|>", Tag::kMessage},
    TagRow{"<|eom|>", Tag::kEnd},
    TagRow{"<|eot|>", Tag::kEnd},
};
constexpr std::string_view kAtemBegin = "<atem:function_calls>";
constexpr std::string_view kAtemEnd = "</atem:function_calls>";

// The word after `key` in a header, up to white space or the next tag.
std::string_view header_word(std::string_view header, std::string_view key) {
  const size_t at = header.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view word = header.substr(at + key.size());
  word = word.substr(0, word.find("<|"));
  word.remove_prefix(std::min(word.find_first_not_of(" \n\t"), word.size()));
  return word.substr(0, word.find_first_of(" \n\t"));
}

class ChannelMachine final : public OutputMachine {
 public:
  ChannelMachine(Machine kind, const OutputOptions& options)
      : OutputMachine(options), glimmer_(kind == Machine::kGlimmer), names_(tools_.names()) {
    std::vector<std::string> tags;
    const auto add = [&](const auto& rows) {
      for (const TagRow& row : rows) {
        tags.emplace_back(row.text);
        roles_.push_back(row.tag);
      }
    };
    if (glimmer_) {
      add(kGlimmerTags);
      tools_list_ = options.tools;
    } else {
      add(kHarmonyTags);
    }
    matcher_ = TagMatcher(std::move(tags));
  }

 private:
  enum class Part : uint8_t {
    kHeader,
    kThinking,
    kContent,
    kCall,     // harmony: JSON arguments
    kWaiting,  // glimmer: content that may be a block of calls
    kSkipped,  // a message that is not the model's
  };

  void byte(char c) override { settle(matcher_.push(c)); }

  void settle(TagMatcher::Match match) {
    again(match.again);
    for (const char c : match.released) plain(c);
    if (!match.tag || failed()) return;
    switch (roles_[*match.tag]) {
      case Tag::kStart:
        end_message();
        header_.clear();
        started_ = true;
        return;
      case Tag::kMessage:
        if (part_ == Part::kHeader) return begin_message();
        for (const char c : "<|message|>"sv) plain(c);
        return;
      case Tag::kEnd: end_message(); return;
    }
  }

  void read_held() override {
    while (matcher_.holding() && !failed()) {
      settle(matcher_.flush());
      drain();
    }
  }

  void over() override {
    read_held();
    if (part_ == Part::kHeader) {
      // No header at all: a model that was not trained on this form.
      if (!started_ && !header_.contains("<|channel|>")) emit(OutputEvent::Kind::kContent, header_);
      return;
    }
    if (part_ == Part::kCall && !json_done_) return;
    end_message();
  }

  void plain(char c) {
    if (failed()) return;
    switch (part_) {
      case Part::kHeader:
        header_ += c;
        if (header_.size() > kHeaderBytesMax) {
          emit(OutputEvent::Kind::kContent, std::exchange(header_, {}));
          part_ = Part::kContent;
        }
        return;
      case Part::kThinking: return emit(OutputEvent::Kind::kThinking, {&c, 1});
      case Part::kContent: return emit(OutputEvent::Kind::kContent, {&c, 1});
      case Part::kCall: return call_byte(c);
      case Part::kWaiting: return waiting_byte(c);
      case Part::kSkipped: return;
    }
  }

  void begin_message() {
    const std::string_view header = header_;
    const std::string_view recipient = header_word(header, "to=");
    started_ = true;
    body_.clear();
    if (glimmer_) {
      part_ = recipient == "self" ? Part::kThinking : Part::kWaiting;
      return;
    }
    const std::string_view channel = header_word(header, "<|channel|>");
    const std::string_view role = trim(header.substr(0, header.find_first_of(" <")));
    if (!role.empty() && role != "assistant") {
      part_ = Part::kSkipped;
    } else if (!recipient.empty() && recipient != "user" && recipient != "all") {
      part_ = Part::kCall;
      json_ = JsonText();
      json_done_ = false;
      std::string_view name = recipient;
      if (name.starts_with("functions.")) name.remove_prefix("functions."sv.size());
      begin(names_.original(name), {});
    } else {
      part_ = channel == "analysis" ? Part::kThinking : Part::kContent;
    }
  }

  void call_byte(char c) {
    body_ += c;
    if (body_.size() > kCallBytesMax) return fail(broken_call(body_, "too long"));
    if (json_done_ || (!json_.scanner().started() && is_ascii_space(c))) {
      if (!is_ascii_space(c)) fail(broken_call(body_, "text follows the arguments"));
      return;
    }
    std::string out;
    const JsonScanner::Step step = json_.push(c, out);
    const bool object = json_.scanner().depth() > 0 || step == JsonScanner::Step::kEnd;
    if (step == JsonScanner::Step::kBad || !object) {
      return fail(broken_call(body_, "the arguments are no JSON object"));
    }
    json_done_ = step == JsonScanner::Step::kEnd;
    arguments(out);
  }

  // Glimmer: what does not begin as a block of calls is content at once.
  void waiting_byte(char c) {
    body_ += c;
    const std::string_view text = std::string_view(body_).substr(leading_space(body_));
    const bool may_be = text.size() < kAtemBegin.size() ? kAtemBegin.starts_with(text)
                                                        : text.starts_with(kAtemBegin);
    if (may_be && body_.size() < kCallBytesMax && !tools_.empty()) return;
    part_ = Part::kContent;
    emit(OutputEvent::Kind::kContent, std::exchange(body_, {}));
  }

  void end_message() {
    const Part part = std::exchange(part_, Part::kHeader);
    header_.clear();
    if (part == Part::kCall) {
      if (!json_.scanner().started()) arguments("{}");
      if (json_.scanner().started() && !json_done_) {
        return fail(broken_call(body_, "unexpected end of JSON input"));
      }
      end({});
    }
    if (part == Part::kWaiting) end_block();
  }

  void end_block() {
    const std::string_view text = trim(body_);
    if (text.starts_with(kAtemBegin) && text.ends_with(kAtemEnd)) {
      OutputOptions options;
      options.tools = tools_list_;
      const auto inner = parse_output(families::atem_block(), options, text);
      const bool calls = inner && inner->content.empty() && !inner->calls.empty();
      if (calls && std::ranges::all_of(inner->calls, [&](const ParsedCall& call) {
            return tools_.has(resolved(call.name));
          })) {
        for (const ParsedCall& found : inner->calls) {
          call(resolved(found.name), {}, found.arguments);
        }
        return;
      }
    }
    emit(OutputEvent::Kind::kContent, body_);
  }

  // "read.read" calls the tool "read": the namespace of a tool that has none is its name.
  std::string resolved(const std::string& name) const {
    if (tools_.has(name)) return name;
    const size_t dot = name.find('.');
    if (dot == std::string::npos) return name;
    const std::string first = name.substr(0, dot);
    const std::string rest = name.substr(dot + 1);
    const bool same = rest == first || rest.starts_with(first + ".");
    return same && tools_.has(rest) ? rest : name;
  }

  const bool glimmer_;
  const FunctionNames names_;
  Value tools_list_;
  TagMatcher matcher_;
  std::vector<Tag> roles_;
  Part part_ = Part::kHeader;
  // The prompt ends with "<|start|>assistant".
  std::string header_;
  bool started_ = false;  // a tag of a message came
  std::string body_;
  JsonText json_;
  bool json_done_ = false;
};

}  // namespace

std::unique_ptr<OutputMachine> make_channel_machine(const OutputFormat& format,
                                                    const OutputOptions& options) {
  return std::make_unique<ChannelMachine>(format.machine, options);
}

}  // namespace lar::chat
