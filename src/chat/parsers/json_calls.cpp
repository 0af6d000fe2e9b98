#include "chat/parsers/json_calls.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "chat/parsers/call_reader.h"
#include "chat/parsers/closers.h"
#include "chat/parsers/json_text.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/tool_set.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

using namespace std::string_view_literals;

constexpr std::array kNameKeys = {"name"sv, "tool_name"sv, "function_name"sv, "function"sv};
constexpr std::array kArgumentKeys = {"arguments"sv, "parameters"sv, "args"sv, "input"sv};
constexpr std::array kIdKeys = {"id"sv, "tool_call_id"sv, "call_id"sv};

template <size_t N>
bool one_of(std::string_view key, const std::array<std::string_view, N>& keys) {
  return std::ranges::find(keys, key) != keys.end();
}

// The text of a JSON string, quotes included.
std::optional<std::string> unquote(std::string_view json) {
  const auto value = nlohmann::json::parse(json, nullptr, false);
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

class JsonCallReader final : public CallReader {
 public:
  JsonCallReader(const JsonCallSpec& spec, const ToolSet& tools)
      : spec_(spec),
        tools_(tools),
        before_(spec.before_value, {}),
        after_(spec.after_value, spec.closers) {}

  State byte(char c, CallSink& sink) override {
    raw_ += c;
    if (raw_.size() > kCallBytesMax) return broken(sink, "too long");
    switch (stage_) {
      case Stage::kBefore: return before_byte(c, sink);
      case Stage::kObject: return object_byte(c, sink);
      case Stage::kAfter: return after_byte(c, sink);
    }
    return State::kDone;
  }

  void end_of_output(CallSink& sink) override {
    if (spec_.known_names_only && !called_ && !begun_) sink.text(spec_.opener + raw_);
  }

 private:
  enum class Stage : uint8_t { kBefore, kObject, kAfter };
  // What the value of the key that was read last is.
  enum class Role : uint8_t { kOther, kName, kId, kArguments };

  State before_byte(char c, CallSink& sink) {
    if (c == '[' && !in_list_ && before_.blank()) {
      in_list_ = true;
      return State::kMore;
    }
    if (c == '{' && before_.blank()) return begin_object(c, sink);
    if (c == ']' && in_list_ && before_.blank()) {
      stage_ = Stage::kAfter;
      in_list_ = false;
      return State::kMore;
    }
    if (before_.push(c) != Closers::State::kOther) return State::kMore;
    return broken(sink, "no JSON object");
  }

  State begin_object(char c, CallSink& sink) {
    stage_ = Stage::kObject;
    json_ = JsonText();
    level_ = 1;
    key_.clear();
    in_key_ = false;
    role_ = Role::kOther;
    value_.clear();
    name_.reset();
    id_.clear();
    arguments_.reset();
    begun_ = false;
    given_ = false;
    return object_byte(c, sink);
  }

  State object_byte(char c, CallSink& sink) {
    const size_t depth = json_.scanner().depth();
    const bool was_in_string = json_.scanner().in_string();
    const bool was_key = was_in_string && json_.scanner().is_key();
    std::string out;
    const JsonScanner::Step step = json_.push(c, out);
    if (step == JsonScanner::Step::kBad) return broken(sink, "no JSON");
    const size_t now = json_.scanner().depth();

    if (depth == level_ && now == level_) {
      if (was_key) return key_byte(out);
      const bool comma = c == ',' && !was_in_string;
      const bool begins_key =
          json_.scanner().in_string() && json_.scanner().is_key() && !was_in_string;
      if (comma) {
        end_value(sink);
        return failed_ ? State::kDone : State::kMore;
      }
      if (begins_key) {
        key_ = out;
        in_key_ = true;
        return State::kMore;
      }
    }
    if (now < level_) {
      end_value(sink);
      if (failed_) return State::kDone;
      if (level_ > 1) {
        --level_;
        role_ = Role::kOther;
        return State::kMore;
      }
      return end_object(sink);
    }
    if (!in_value_) {
      if (c == ':' && depth == level_ && !was_in_string) in_value_ = true;
      return State::kMore;
    }
    // {"function": {...}}: the keys that count are one level deeper.
    if (now == level_ + 1 && depth == level_ && c == '{' && wraps_) {
      level_ = now;
      in_value_ = false;
      wraps_ = false;
      role_ = Role::kOther;
      return State::kMore;
    }
    value_byte(c, out, sink);
    return State::kMore;
  }

  State key_byte(const std::string& out) {
    key_ += out;
    if (json_.scanner().in_string()) return State::kMore;
    in_key_ = false;
    key_ = unquote(key_).value_or("");
    value_.clear();
    in_value_ = false;
    wraps_ = key_ == "function";
    role_ = one_of(key_, kNameKeys)       ? Role::kName
            : one_of(key_, kArgumentKeys) ? Role::kArguments
            : one_of(key_, kIdKeys)       ? Role::kId
                                          : Role::kOther;
    const bool names = role_ == Role::kOther && !name_ && key_ != "type" &&
                       (spec_.name_is_key || tools_.has(key_));
    if (names) {
      key_name_ = key_;
      role_ = Role::kArguments;
    } else {
      key_name_.clear();
    }
    return State::kMore;
  }

  void value_byte(char c, std::string_view out, CallSink& sink) {
    if (value_.empty() && is_ascii_space(c)) return;
    value_ += out;
    if (role_ != Role::kArguments || value_.front() != '{') return;
    // The arguments go out as they come once it is known whose they are.
    if (!key_name_.empty() && !name_) name_ = key_name_;
    if (!name_ || arguments_ || (spec_.known_names_only && !tools_.has(*name_))) return;
    if (!begun_) begin(sink);
    sink.arguments(given_ ? out : std::string_view(value_));
    given_ = true;
  }

  void begin(CallSink& sink) {
    begun_ = true;
    called_ = true;
    id_at_begin_ = id_;
    sink.begin(*name_, id_);
  }

  // The value of key_ is complete.
  void end_value(CallSink& sink) {
    if (!in_value_) return;
    in_value_ = false;
    const std::string value(trim(value_));
    value_.clear();
    switch (role_) {
      case Role::kName:
        name_ = unquote(value);
        // The call appears as soon as it is sure to be one.
        if (name_ && !begun_ && !arguments_ && !spec_.known_names_only) begin(sink);
        break;
      case Role::kId: id_ = unquote(value).value_or(value); break;
      case Role::kArguments: end_arguments(value, sink); break;
      case Role::kOther: break;
    }
    role_ = Role::kOther;
  }

  void end_arguments(const std::string& value, CallSink& sink) {
    if (given_) {
      arguments_ = value;
      return;
    }
    if (value == "null") return;
    if (value.starts_with('"')) {
      const std::string inner = unquote(value).value_or("");
      if (trim(inner).starts_with('{') && is_json(inner)) {
        arguments_ = std::string(trim(inner));
      } else if (!spec_.known_names_only && trim(inner).empty()) {
        arguments_ = "{}";
      } else if (!spec_.known_names_only) {
        fail(sink, "the arguments are no object");
      }
      return;
    }
    if (!value.starts_with('{')) {
      if (!spec_.known_names_only) fail(sink, "the arguments are no object");
      return;
    }
    if (!key_name_.empty() && !name_) name_ = key_name_;
    arguments_ = value;
  }

  State end_object(CallSink& sink) {
    const bool known = name_ && (!spec_.known_names_only || tools_.has(*name_));
    if (!known) {
      if (spec_.known_names_only) return broken(sink, "");
      return broken(sink, "the call has no name");
    }
    if (!begun_) begin(sink);
    if (!given_) sink.arguments(arguments_.value_or("{}"));
    sink.end(id_ == id_at_begin_ ? std::string_view() : std::string_view(id_));
    begun_ = false;
    stage_ = Stage::kAfter;
    return State::kMore;
  }

  State after_byte(char c, CallSink& sink) {
    const bool first = after_.blank();
    if (first && in_list_ && (c == ',' || c == ']')) {
      after_.take();
      in_list_ = c == ',';
      return State::kMore;
    }
    if (first && (c == ';' || (c == ',' && !spec_.known_names_only))) {
      after_.take();
      return State::kMore;
    }
    if (first && c == '{') {
      after_.take();
      return begin_object(c, sink);
    }
    switch (after_.push(c)) {
      case Closers::State::kMore: return State::kMore;
      case Closers::State::kClosed:

      case Closers::State::kOther: break;
    }
    rest_ = after_.take();
    return State::kDone;
  }

  State broken(CallSink& sink, std::string_view reason) {
    if (spec_.known_names_only && !begun_ && !called_) {
      sink.text(spec_.opener + raw_);
    } else {
      fail(sink, reason);
    }
    return State::kDone;
  }

  void fail(CallSink& sink, std::string_view reason) {
    failed_ = true;
    sink.fail(broken_call(raw_, reason));
  }

  const JsonCallSpec& spec_;
  const ToolSet& tools_;
  Stage stage_ = Stage::kBefore;
  Closers before_;
  Closers after_;
  bool in_list_ = false;
  bool called_ = false;  // there was a call
  bool failed_ = false;
  std::string raw_;

  // The object that is read.
  JsonText json_;
  size_t level_ = 1;  // whose keys are those of the call
  std::string key_;
  std::string key_name_;  // the key is the tool's name
  bool in_key_ = false;
  bool in_value_ = false;
  bool wraps_ = false;  // the key may hold the object that is the call
  Role role_ = Role::kOther;
  std::string value_;
  std::optional<std::string> name_;
  std::string id_;
  std::string id_at_begin_;
  std::optional<std::string> arguments_;
  bool begun_ = false;  // the call was given to the sink
  bool given_ = false;  // and at least a part of its arguments
};

class JsonCallForm final : public CallForm {
 public:
  explicit JsonCallForm(JsonCallSpec spec) : spec_(std::move(spec)) {}
  std::unique_ptr<CallReader> reader(const ToolSet& tools) const override {
    return std::make_unique<JsonCallReader>(spec_, tools);
  }

 private:
  const JsonCallSpec spec_;
};

}  // namespace

std::shared_ptr<const CallForm> json_calls(JsonCallSpec spec) {
  return std::make_shared<JsonCallForm>(std::move(spec));
}

}  // namespace lar::chat
