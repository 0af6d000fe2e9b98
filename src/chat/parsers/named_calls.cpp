#include "chat/parsers/named_calls.h"

#include <algorithm>
#include <utility>

#include "chat/parsers/call_reader.h"
#include "chat/parsers/closers.h"
#include "chat/parsers/json_text.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/tag_matcher.h"
#include "chat/parsers/tool_set.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

constexpr size_t kNameBytesMax = 1024;

class NamedCallReader final : public CallReader {
 public:
  NamedCallReader(const NamedCallSpec& spec, const ToolSet& tools)
      : spec_(spec),
        tools_(tools),
        before_(spec.before_arguments, {}),
        after_(spec.after_arguments, spec.closers) {
    std::vector<std::string> ends = spec.name_ends;
    ends.emplace_back("{");
    if (!spec.id_begin.empty()) ends.push_back(spec.id_begin);
    name_end_ = TagMatcher(ends);
    name_ends_ = std::move(ends);
    if (!spec.id_end.empty()) id_end_ = TagMatcher({spec.id_end});
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

  void end_of_output(CallSink& sink) override {
    // The arguments were whole: only the closing tag is missing.
    if (stage_ == Stage::kAfter) return sink.end({});
    if (stage_ == Stage::kName && spec_.known_names_only) sink.text(spec_.opener + raw_);
  }

 private:
  enum class Stage : uint8_t { kName, kId, kBefore, kArguments, kAfter };

  State step(char c, std::string& again, CallSink& sink) {
    switch (stage_) {
      case Stage::kName: return name_byte(c, again, sink);
      case Stage::kId: {
        const TagMatcher::Match match = id_end_.push(c);
        again = match.again;
        id_ += match.released;
        if (match.tag) stage_ = Stage::kBefore;
        if (id_.size() > kNameBytesMax) return broken(sink, "the id does not end");
        return State::kMore;
      }
      case Stage::kBefore: return before_byte(c, again, sink);
      case Stage::kArguments: return argument_byte(c, sink);
      case Stage::kAfter: break;
    }
    switch (after_.push(c)) {
      case Closers::State::kMore: return State::kMore;
      case Closers::State::kClosed:

      case Closers::State::kOther: break;
    }
    sink.end({});
    rest_ = after_.take();
    return State::kDone;
  }

  State name_byte(char c, std::string& again, CallSink& sink) {
    const TagMatcher::Match match = name_end_.push(c);
    again = match.again;
    name_ += match.released;
    if (spec_.known_names_only && !may_be_name()) {
      rest_ = {};
      sink.text(spec_.opener + raw_.substr(0, raw_.size() - again.size()));
      return State::kDone;
    }
    if (name_.size() > kNameBytesMax) return broken(sink, "the name does not end");
    if (!match.tag) return State::kMore;
    const std::string& end = name_ends_[*match.tag];
    // A line end before the name is none after it.
    if (trim(name_).empty() && trim(end).empty()) return State::kMore;
    if (end == "{") again.insert(0, end);
    stage_ = end == spec_.id_begin ? Stage::kId : Stage::kBefore;
    return State::kMore;
  }

  // Whether a tool's name begins with the name so far.
  bool may_be_name() const {
    const std::string_view name = trim(name_);
    return std::ranges::any_of(tools_.names(), [&](const std::string& tool) {
      return std::string_view(tool).starts_with(name);
    });
  }

  State before_byte(char c, std::string& again, CallSink& sink) {
    if (c == '{' && before_.blank()) {
      begin(sink);
      again = "{";
      return State::kMore;
    }
    if (before_.push(c) != Closers::State::kOther) return State::kMore;
    const std::string text = before_.take();
    if (!spec_.kind_word.empty() && trim(name_) == spec_.kind_word && !kind_seen_) {
      kind_seen_ = true;
      name_.clear();
      stage_ = Stage::kName;
      again = text;
      return State::kMore;
    }
    return broken(sink, "no JSON object follows the name");
  }

  void begin(CallSink& sink) {
    std::string_view name = trim(name_);
    const std::string whole(name);
    for (const std::string& prefix : spec_.name_prefixes) {
      if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    }
    if (const size_t id_end =
            spec_.id_first.empty() ? std::string_view::npos : name.find(spec_.id_first);
        id_end != std::string_view::npos) {
      id_ = std::string(name.substr(0, id_end));
      name = trim(name.substr(id_end + spec_.id_first.size()));
    }
    if (spec_.name_is_id) {
      id_ = whole;
      if (const size_t colon = name.rfind(':'); colon != std::string_view::npos) {
        name = name.substr(0, colon);
      }
    }
    stage_ = Stage::kArguments;
    sink.begin(name, trim(id_));
  }

  State argument_byte(char c, CallSink& sink) {
    std::string out;
    const JsonScanner::Step step = json_.push(c, out);
    sink.arguments(out);
    if (step == JsonScanner::Step::kBad) return broken(sink, "the arguments are no JSON object");
    if (step == JsonScanner::Step::kEnd) stage_ = Stage::kAfter;
    return State::kMore;
  }

  State broken(CallSink& sink, std::string_view reason) {
    sink.fail(broken_call(raw_, reason));
    return State::kDone;
  }

  const NamedCallSpec& spec_;
  const ToolSet& tools_;
  Stage stage_ = Stage::kName;
  TagMatcher name_end_;
  std::vector<std::string> name_ends_;
  TagMatcher id_end_;
  Closers before_;
  Closers after_;
  JsonText json_;
  std::string raw_;
  std::string name_;
  std::string id_;
  bool kind_seen_ = false;
};

class NamedCallForm final : public CallForm {
 public:
  explicit NamedCallForm(NamedCallSpec spec) : spec_(std::move(spec)) {}
  std::unique_ptr<CallReader> reader(const ToolSet& tools) const override {
    return std::make_unique<NamedCallReader>(spec_, tools);
  }

 private:
  const NamedCallSpec spec_;
};

}  // namespace

std::shared_ptr<const CallForm> named_calls(NamedCallSpec spec) {
  return std::make_shared<NamedCallForm>(std::move(spec));
}

}  // namespace lar::chat
