// Tags in running text: thinking between a pair of tags, calls behind an opening tag, and tags that
// are dropped. Which tags count depends on where the text is: a thought knows only its end.
#include <algorithm>
#include <utility>

#include "chat/parsers/output_machine.h"
#include "chat/parsers/tag_matcher.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

class TagMachine final : public OutputMachine {
 public:
  TagMachine(const OutputFormat& format, const OutputOptions& options)
      : OutputMachine(options), format_(format) {
    start_ = matcher_for(Where::kStart);
    thinking_ = matcher_for(Where::kThinking);
    content_ = matcher_for(Where::kContent);
    const bool implicit =
        format_.thinking_start == ThinkingStart::kImplicit && !options.thinking_off;
    const bool thinks = format_.thinking_start != ThinkingStart::kNever;
    if (options.begun) {
      where_ = thinks && options.in_thinking ? Where::kThinking : Where::kContent;
      thought_ = where_ == Where::kThinking;
      said_ = !thought_;
    } else if (implicit || (thinks && options.in_thinking)) {
      where_ = Where::kThinking;
      skip_space_ = format_.trim_start;
    } else if (options.thinking_closed) {
      keep_start_ = true;
    }
  }

 private:
  enum class Where : uint8_t { kStart, kThinking, kContent, kCall };
  enum class Role : uint8_t { kOpen, kClose, kSilent, kSection, kCall };
  struct Tag {
    Role role = Role::kSilent;
    size_t index = 0;  // of the call's opener
    std::string text;
  };
  struct Matcher {
    std::vector<Tag> tags;
    TagMatcher matcher;
  };

  Matcher matcher_for(Where where) const {
    std::vector<Tag> tags;
    const bool thought = where == Where::kThinking;
    const ThinkingStart start = format_.thinking_start;
    if (start != ThinkingStart::kNever) {
      const bool opens = thought ? format_.drop_open_tag
                                 : start == ThinkingStart::kAnywhere ||
                                       (where == Where::kStart && start == ThinkingStart::kTag);
      for (const ThinkingTags& pair : format_.thinking) {
        if (opens) tags.push_back({Role::kOpen, 0, pair.open});
        const bool first = where == Where::kStart && format_.drop_first_close;
        if (thought || first || format_.drop_stray_close)
          tags.push_back({Role::kClose, 0, pair.close});
      }
    }
    if (!thought) {
      for (const std::string& tag : format_.silent) tags.push_back({Role::kSilent, 0, tag});
    }
    const bool calls = !format_.calls_need_tools || !tools_.empty();
    if (calls && (!thought || format_.calls_end_thinking)) {
      for (const std::string& tag : format_.section) tags.push_back({Role::kSection, 0, tag});
      for (size_t i = 0; i < format_.calls.size(); ++i) {
        tags.push_back({Role::kCall, i, format_.calls[i].tag});
      }
    }
    std::vector<std::string> texts;
    std::erase_if(tags, [](const Tag& tag) { return tag.text.empty(); });
    for (const Tag& tag : tags) texts.push_back(tag.text);
    return {std::move(tags), TagMatcher(std::move(texts))};
  }

  Matcher& matcher() {
    return where_ == Where::kStart ? start_ : where_ == Where::kThinking ? thinking_ : content_;
  }

  void byte(char c) override {
    if (where_ == Where::kCall) return call_byte(c);
    settle(matcher().matcher.push(c));
  }

  void settle(TagMatcher::Match match) {
    again(match.again);
    for (const char c : match.released) plain(c);
    if (match.tag) {
      const Tag tag = matcher().tags[*match.tag];
      on_tag(tag);
    }
  }

  void over() override {
    while (where_ != Where::kCall && matcher().matcher.holding() && !failed()) {
      // Half of a closing tag is no part of a thought.
      if (where_ == Where::kThinking && matcher().matcher.held().size() > 1) return;
      settle(matcher().matcher.flush());
      drain();
    }
    if (where_ == Where::kCall) {
      reader_->end_of_output(*this);
      reader_.reset();
      return;
    }
    const std::string rest = spaces_.take();
    if (where_ == Where::kThinking) {
      if (!skip_space_) emit(OutputEvent::Kind::kThinking, rest);
    } else if (!skip_space_ && !(where_ == Where::kStart && trims_start())) {
      emit(OutputEvent::Kind::kContent, rest);
    }
  }

  // One byte that belongs to no tag.
  void plain(char c) {
    const bool hold = skip_space_ || where_ == Where::kStart ||
                      (where_ == Where::kThinking ? format_.thinking_space : format_.call_space) ==
                          Space::kAround;
    std::string text = hold ? spaces_.push(c) : std::string(1, c);
    if (text.empty()) return;
    if (skip_space_ || (where_ == Where::kStart && trims_start())) {
      text.erase(0, leading_space(text));
    }
    if (where_ == Where::kThinking) {
      skip_space_ = false;
      emit(OutputEvent::Kind::kThinking, text);
      thought_ = true;
      return;
    }
    if (begins_bare_call(text)) return;
    skip_space_ = false;
    where_ = Where::kContent;
    said_ = true;
    emit(OutputEvent::Kind::kContent, text);
  }

  bool begins_bare_call(std::string_view text) {
    if (format_.bare == nullptr || said_ || tools_.empty()) return false;
    const size_t spaces = leading_space(text);
    if (spaces == text.size() || (text[spaces] != '{' && text[spaces] != '[')) return false;
    held_for_bare_ = std::string(text.substr(0, spaces));
    open_call(*format_.bare, text.substr(spaces));
    return true;
  }

  void on_tag(const Tag& tag) {
    switch (tag.role) {
      case Role::kOpen:
        if (where_ == Where::kThinking && thought_) {
          return emit(OutputEvent::Kind::kThinking, spaces_.take() + tag.text);
        }
        leave_text(format_.thinking_space);
        where_ = Where::kThinking;
        thought_ = false;
        skip_space_ = format_.thinking_space != Space::kKeep;
        return;
      case Role::kClose:
        if (where_ == Where::kThinking) {
          leave_text(format_.thinking_space);
          where_ = Where::kContent;
        }
        skip_space_ = skip_space_ || format_.thinking_space != Space::kKeep;
        return;
      case Role::kSilent: return;
      case Role::kSection:
        leave_text(format_.call_space);
        where_ = Where::kContent;
        skip_space_ = format_.call_space != Space::kKeep;
        return;
      case Role::kCall:
        leave_text(format_.call_space);
        const CallOpener& opener = format_.calls[tag.index];
        return open_call(*opener.form, opener.keep ? std::string_view(tag.text) : "");
    }
  }

  bool trims_start() const { return format_.trim_start && !keep_start_; }

  // A tag follows the text so far: what becomes of white space between them.
  void leave_text(Space space) {
    const std::string spaces = spaces_.take();
    const bool start = where_ == Where::kStart;
    if (space == Space::kAround || skip_space_ || (start && space != Space::kKeep)) return;
    if (start && trims_start()) return;
    emit(where_ == Where::kThinking ? OutputEvent::Kind::kThinking : OutputEvent::Kind::kContent,
         spaces);
  }

  void open_call(const CallForm& form, std::string_view first) {
    reader_ = form.reader(tools_);
    where_ = Where::kCall;
    again(first);
  }

  void call_byte(char c) {
    if (reader_->byte(c, *this) != CallReader::State::kDone) return;
    const std::unique_ptr<CallReader> reader = std::move(reader_);
    held_for_bare_.clear();
    again(reader->rest());
    where_ = Where::kContent;
    // What turned out to be text keeps the white space behind it.
    skip_space_ = format_.call_space != Space::kKeep && !std::exchange(given_back_, false);
  }

  // Content that a reader gives back.
  void text(std::string_view text) override {
    if (text.empty()) return;
    said_ = true;
    given_back_ = true;
    emit(OutputEvent::Kind::kContent, std::exchange(held_for_bare_, {}));
    emit(OutputEvent::Kind::kContent, text);
  }

  const OutputFormat format_;
  Matcher start_;
  Matcher thinking_;
  Matcher content_;

  Where where_ = Where::kStart;
  bool skip_space_ = false;  // white space that follows is dropped
  bool keep_start_ = false;
  bool thought_ = false;     // the thought has text
  bool given_back_ = false;  // the reader's bytes were content
  bool said_ = false;        // there was content
  SpaceHolder spaces_;
  std::string held_for_bare_;
  std::unique_ptr<CallReader> reader_;
};

}  // namespace

std::unique_ptr<OutputMachine> make_tag_machine(const OutputFormat& format,
                                                const OutputOptions& options) {
  return std::make_unique<TagMachine>(format, options);
}

}  // namespace lar::chat
