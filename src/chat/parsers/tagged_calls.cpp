#include "chat/parsers/tagged_calls.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "chat/parsers/call_reader.h"
#include "chat/parsers/closers.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/tag_matcher.h"
#include "chat/parsers/tool_set.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

constexpr size_t kNameBytesMax = 1024;

// The value of an attribute, up to its quote.
std::string attribute_text(std::string_view text) {
  std::string out(text.substr(0, text.find('"')));
  for (const auto& [entity, plain] :
       {std::pair{"&quot;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    const std::string_view code = entity;
    for (size_t at = out.find(code); at != std::string::npos; at = out.find(code, at + 1)) {
      out.replace(at, code.size(), plain);
    }
  }
  return out;
}

class TaggedCallReader final : public CallReader {
 public:
  TaggedCallReader(const TaggedCallSpec& spec, const ToolSet& tools)
      : spec_(spec), tools_(tools), after_({}, spec.closers) {
    enter(Stage::kName);
  }

  State byte(char c, CallSink& sink) override {
    raw_ += c;
    if (raw_.size() > kCallBytesMax) return broken(sink, "too long");
    std::string bytes(1, c);
    while (!bytes.empty()) {
      const char next = bytes.front();
      bytes.erase(0, 1);
      std::string again;
      const State state = step(next, again, sink);
      bytes.insert(0, again);
      if (state == State::kDone) {
        rest_ += bytes;
        return state;
      }
    }
    return State::kMore;
  }

  // A call without its closing tags counts if its arguments are whole and nothing is missing.
  void end_of_output(CallSink& sink) override {
    const std::string held(matcher_.held());
    const bool begins_end = std::ranges::any_of(
        spec_.call_ends, [&](const std::string& tag) { return tag.starts_with(held); });
    if (stage_ == Stage::kAfter) return;
    if (stage_ == Stage::kName && spec_.known_names_only && !begun_) {
      return sink.text(spec_.opener + raw_);
    }
    if (stage_ == Stage::kBetween && (held.empty() || begins_end) && trim(text_).empty() &&
        begun_ && has_required()) {
      end_call(sink);
    }
  }

 private:
  enum class Stage : uint8_t { kName, kBetween, kKey, kValue, kAfter };
  enum class Role : uint8_t {
    kNameBegin,
    kNameEnd,
    kKeyBegin,
    kKeyEnd,
    kValueBegin,
    kValueEnd,
    kCallEnd,
  };

  void enter(Stage stage) {
    stage_ = stage;
    text_.clear();
    roles_.clear();
    std::vector<std::string> tags;
    const auto add = [&](Role role, const std::string& tag) {
      if (tag.empty()) return;
      roles_.push_back(role);
      tags.push_back(tag);
    };
    switch (stage) {
      case Stage::kName:
        for (const std::string& tag : spec_.name_begins) add(Role::kNameBegin, tag);
        for (const std::string& tag : spec_.name_ends) add(Role::kNameEnd, tag);
        if (spec_.key_end.size() > 1) add(Role::kKeyEnd, spec_.key_end);
        add(Role::kKeyBegin, spec_.key_begin);
        break;
      case Stage::kBetween:
        add(Role::kKeyBegin, spec_.key_begin);
        add(Role::kValueBegin, spec_.value_begin);
        if (spec_.key_end.size() > 1) add(Role::kKeyEnd, spec_.key_end);
        add(Role::kValueEnd, spec_.value_end);
        break;
      case Stage::kKey:
        add(Role::kKeyEnd, spec_.key_end);
        add(Role::kValueBegin, spec_.value_begin);
        break;
      case Stage::kValue:
        add(Role::kValueEnd, spec_.value_end);
        for (const std::string& tag : spec_.closers) add(Role::kCallEnd, tag);
        if (spec_.closers.empty()) {
          for (const std::string& tag : spec_.call_ends) add(Role::kCallEnd, tag);
        }
        break;
      case Stage::kAfter: break;
    }
    if (stage != Stage::kValue) {
      for (const std::string& tag : spec_.call_ends) add(Role::kCallEnd, tag);
      for (const std::string& tag : spec_.closers) add(Role::kCallEnd, tag);
    }
    matcher_ = TagMatcher(std::move(tags));
  }

  State step(char c, std::string& again, CallSink& sink) {
    if (stage_ == Stage::kAfter) return after_byte(c);
    const TagMatcher::Match match = matcher_.push(c);
    again = match.again;
    text_ += match.released;
    if (stage_ == Stage::kName && !match.tag) {
      if (text_.size() > kNameBytesMax) return broken(sink, "the name does not end");
      if (spec_.known_names_only && !may_be_name()) return give_back(again, sink);
    }
    if (!match.tag) return State::kMore;
    const Role role = roles_[*match.tag];
    if (role == Role::kCallEnd) return call_end(*match.tag, sink);
    return on_tag(role, sink);
  }

  State on_tag(Role role, CallSink& sink) {
    if (stage_ == Stage::kName) {
      // The line end after an opening tag is no end of the name that follows.
      if (role == Role::kNameBegin || (role == Role::kNameEnd && trim(text_).empty())) {
        text_.clear();
        return State::kMore;
      }
      if (role == Role::kKeyEnd) split_name_and_key();
      if (const State state = begin(sink); state == State::kDone) return state;
      if (role == Role::kNameEnd) enter(Stage::kBetween);
      if (role == Role::kKeyBegin) enter(Stage::kKey);
      if (role == Role::kKeyEnd) key_ended();
      return State::kMore;
    }
    switch (role) {
      case Role::kKeyBegin: enter(Stage::kKey); break;
      case Role::kKeyEnd:  // its begin may be missing
        keys_.push_back(text_);
        pair_arguments(sink);
        key_ended();
        break;
      case Role::kValueBegin:
        if (stage_ == Stage::kKey) {
          keys_.push_back(text_);
          pair_arguments(sink);
        }
        enter(Stage::kValue);
        break;
      case Role::kValueEnd:  // its begin may be missing
        add_value(text_, sink);
        enter(Stage::kBetween);
        break;
      default: break;
    }
    return State::kMore;
  }

  void key_ended() { enter(spec_.value_begin.empty() ? Stage::kValue : Stage::kBetween); }

  // "func k</arg_key>": the begin of the key is missing.
  void split_name_and_key() {
    const std::string text(trim(text_));
    const size_t space = text.find_last_of(" \n\t");
    if (space == std::string::npos) return;
    keys_.push_back(text.substr(space + 1));
    text_ = text.substr(0, space);
  }

  State begin(CallSink& sink) {
    name_ = std::string(trim(text_));
    if (spec_.values == ValueText::kMarked) name_ = attribute_text(name_);
    if (name_.size() > 1 && name_.front() == '"' && name_.back() == '"' &&
        tools_.has(name_.substr(1, name_.size() - 2))) {
      name_ = name_.substr(1, name_.size() - 2);
    }
    if (spec_.known_names_only && !tools_.has(name_)) return give_back("", sink);
    if (name_.empty()) return broken(sink, "the call has no name");
    begun_ = true;
    sink.begin(name_, {});
    return State::kMore;
  }

  bool may_be_name() const {
    const std::string_view name = trim(text_);
    return std::ranges::any_of(tools_.names(), [&](const std::string& tool) {
      return std::string_view(tool).starts_with(name);
    });
  }

  // What was read is no call. `unread` bytes at its end are read again as text.
  State give_back(std::string_view unread, CallSink& sink) {
    sink.text(spec_.opener + raw_.substr(0, raw_.size() - unread.size()));
    return State::kDone;
  }

  void add_value(std::string_view text, CallSink& sink) {
    if (spec_.trim_lines) {
      if (text.starts_with('\n')) text.remove_prefix(1);
      if (text.ends_with('\n')) text.remove_suffix(1);
    }
    values_.emplace_back(text);
    pair_arguments(sink);
  }

  // Gives the arguments whose key and value are both known.
  void pair_arguments(CallSink& sink) {
    while (!keys_.empty() && !values_.empty()) {
      add_argument(keys_.front(), values_.front(), sink);
      keys_.pop_front();
      values_.pop_front();
    }
  }

  void add_argument(std::string_view key, std::string_view text, CallSink& sink) {
    std::string_view attributes;
    if (spec_.values == ValueText::kMarked) {
      const size_t quote = key.find('"');
      if (quote != std::string_view::npos) attributes = key.substr(quote + 1);
    }
    const std::string whole_key(key);
    const std::string unescaped = attribute_text(whole_key);
    key = trim(spec_.values == ValueText::kMarked ? unescaped : whole_key);
    const Value* schema = tools_.parameter(name_, key);
    std::string value;
    if (attributes.contains("string=\"true\"") || attributes.contains("type=\"string\"")) {
      value = json_string(text);
    } else if (!attributes.empty() || (spec_.values == ValueText::kGuess && schema == nullptr)) {
      value = guessed_argument(text);
    } else {
      value = typed_argument(text, schema);
    }
    sink.arguments((arguments_ == 0 ? "{" : ",") + json_string(key) + ":" + value);
    seen_.emplace_back(key);
    ++arguments_;
  }

  State call_end(size_t tag, CallSink& sink) {
    (void)tag;
    if (stage_ == Stage::kName) {
      if (const State state = begin(sink); state == State::kDone) return state;
    }
    if (stage_ == Stage::kValue) end_open_value(sink);
    end_call(sink);
    const bool closed = stage_ == Stage::kValue || spec_.closers.empty() || closer_ended();
    stage_ = Stage::kAfter;
    return closed ? State::kDone : State::kMore;
  }

  // Whether what was read ends with one of the closers.
  bool closer_ended() const {
    return std::ranges::any_of(spec_.closers,
                               [&](const std::string& tag) { return raw_.ends_with(tag); });
  }

  // The value has no end of its own: "...<parameter=k>v</function></tool_call>".
  void end_open_value(CallSink& sink) {
    std::string text = text_;
    for (const std::string& tag : spec_.call_ends) {
      const size_t end = text.rfind(tag);
      if (end != std::string::npos &&
          trim(std::string_view(text).substr(end + tag.size())).empty()) {
        text.resize(end);
      }
    }
    const std::string next = "\n" + spec_.key_begin;
    for (size_t at = text.find(next); at != std::string::npos; at = text.find(next)) {
      const size_t key = at + next.size();
      const size_t key_end = text.find(spec_.key_end, key);
      if (!spec_.value_begin.empty() || key_end == std::string::npos) break;
      add_value(text.substr(0, at + 1), sink);
      keys_.push_back(text.substr(key, key_end - key));
      text.erase(0, key_end + spec_.key_end.size());
    }
    add_value(text, sink);
  }

  void end_call(CallSink& sink) {
    if (arguments_ == 0) sink.arguments("{");
    sink.arguments("}");
    sink.end({});
  }

  bool has_required() const {
    const Value* schema = tools_.parameters(name_);
    const Value* required = schema == nullptr ? nullptr : schema->find("required");
    if (required == nullptr || !required->is_sequence()) return true;
    return std::ranges::all_of(required->items(), [&](const Value& key) {
      return !key.is_string() || std::ranges::find(seen_, key.text()) != seen_.end();
    });
  }

  State after_byte(char c) {
    switch (after_.push(c)) {
      case Closers::State::kMore: return State::kMore;
      case Closers::State::kClosed:

      case Closers::State::kOther: break;
    }
    rest_ = after_.take();
    return State::kDone;
  }

  State broken(CallSink& sink, std::string_view reason) {
    if (spec_.known_names_only && !begun_) return give_back("", sink);
    sink.fail(broken_call(raw_, reason));
    return State::kDone;
  }

  const TaggedCallSpec& spec_;
  const ToolSet& tools_;
  Stage stage_ = Stage::kName;
  TagMatcher matcher_;
  std::vector<Role> roles_;
  Closers after_;
  std::string raw_;
  std::string text_;  // since the last tag
  std::string name_;
  bool begun_ = false;
  // Keys and values that wait for their other half: models lose tags.
  std::deque<std::string> keys_;
  std::deque<std::string> values_;
  std::vector<std::string> seen_;
  size_t arguments_ = 0;
};

class TaggedCallForm final : public CallForm {
 public:
  explicit TaggedCallForm(TaggedCallSpec spec) : spec_(std::move(spec)) {}
  std::unique_ptr<CallReader> reader(const ToolSet& tools) const override {
    return std::make_unique<TaggedCallReader>(spec_, tools);
  }

 private:
  const TaggedCallSpec spec_;
};

class ChoiceReader final : public CallReader {
 public:
  ChoiceReader(const std::vector<FormChoice>& choices, const ToolSet& tools)
      : choices_(choices), tools_(tools) {}

  State byte(char c, CallSink& sink) override {
    if (reader_ != nullptr) return pass(c, sink);
    held_ += c;
    if (held_.size() > kHeldSpaceBytesMax) {
      sink.fail(broken_call(held_, "no call"));
      return State::kDone;
    }
    const std::string_view text = trim(held_);
    if (text.empty()) return State::kMore;
    for (const FormChoice& choice : choices_) {
      if (text.starts_with(choice.begins)) return choose(choice, sink);
      if (choice.begins.starts_with(text)) return State::kMore;
    }
    sink.fail(broken_call(held_, "no call"));
    return State::kDone;
  }

  void end_of_output(CallSink& sink) override {
    if (reader_ != nullptr) reader_->end_of_output(sink);
  }

 private:
  State choose(const FormChoice& choice, CallSink& sink) {
    reader_ = choice.form->reader(tools_);
    for (size_t i = 0; i < held_.size(); ++i) {
      if (pass(held_[i], sink) == State::kDone) {
        rest_ += held_.substr(i + 1);
        return State::kDone;
      }
    }
    return State::kMore;
  }

  State pass(char c, CallSink& sink) {
    const State state = reader_->byte(c, sink);
    if (state == State::kDone) rest_ = std::string(reader_->rest());
    return state;
  }

  const std::vector<FormChoice>& choices_;
  const ToolSet& tools_;
  std::string held_;
  std::unique_ptr<CallReader> reader_;
};

class ChoiceForm final : public CallForm {
 public:
  explicit ChoiceForm(std::vector<FormChoice> choices) : choices_(std::move(choices)) {}
  std::unique_ptr<CallReader> reader(const ToolSet& tools) const override {
    return std::make_unique<ChoiceReader>(choices_, tools);
  }

 private:
  const std::vector<FormChoice> choices_;
};

}  // namespace

std::shared_ptr<const CallForm> tagged_calls(TaggedCallSpec spec) {
  return std::make_shared<TaggedCallForm>(std::move(spec));
}

std::shared_ptr<const CallForm> choice_of_calls(std::vector<FormChoice> choices) {
  return std::make_shared<ChoiceForm>(std::move(choices));
}

}  // namespace lar::chat
