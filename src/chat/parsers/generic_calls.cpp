#include "chat/parsers/generic_calls.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "chat/parsers/call_reader.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/tool_set.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

using Json = nlohmann::ordered_json;

// Whether levels of braces outside strings are open.
class Braces {
 public:
  // Whether the byte closes the outermost object.
  bool push(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (in_string_) {
      if (c == '\\') escaped_ = true;
      if (c == '"') in_string_ = false;
    } else if (c == '"' && depth_ > 0) {
      in_string_ = true;
    } else if (c == '{') {
      ++depth_;
    } else if (c == '}' && depth_ > 0) {
      return --depth_ == 0;
    }
    return false;
  }
  bool open() const { return depth_ > 0; }

 private:
  size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

// An object, or a string that holds one.
std::optional<Json> as_object(const Json& value) {
  if (value.is_object()) return value;
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  if (!is_json(text)) return std::nullopt;
  Json inner = Json::parse(text, nullptr, false);
  if (!inner.is_object()) return std::nullopt;
  return inner;
}

struct Search {
  std::string_view tool;
  bool refused = false;  // there is a value for the arguments, and it is no object
};

std::optional<Json> arguments_in(const Json& value, Search& search, int depth) {
  if (depth > 64) return std::nullopt;
  if (value.is_array()) {
    for (const Json& item : value) {
      if (auto found = arguments_in(item, search, depth + 1)) return found;
    }
    return std::nullopt;
  }
  if (!value.is_object()) return std::nullopt;
  for (const std::string_view key :
       {std::string_view("arguments"), std::string_view("parameters"), search.tool}) {
    if (key.empty()) continue;
    const auto found = value.find(std::string(key));
    if (found == value.end()) continue;
    if (auto object = as_object(*found)) return object;
    search.refused = true;
  }
  for (const Json& item : value) {
    if (auto found = arguments_in(item, search, depth + 1)) return found;
  }
  return std::nullopt;
}

class GenericCallReader final : public CallReader {
 public:
  GenericCallReader(bool bare, const ToolSet& tools) : bare_(bare), tools_(tools) {}

  State byte(char c, CallSink& sink) override {
    if (over_) {
      // Models close a list twice.
      if (c == ']' || c == '}' || is_ascii_space(c)) return State::kMore;
      rest_ = std::string(1, c);
      return State::kDone;
    }
    raw_ += c;
    if (raw_.size() > kCallBytesMax) {
      sink.fail(broken_call(raw_, "too long"));
      return State::kDone;
    }
    if (bare_) {
      if (list_ == 0 && raw_.find_first_not_of(" \n\t\r") + 1 == raw_.size() && c == '[') {
        list_ = 1;
        return State::kMore;
      }
      if (list_ == 1 && !braces_.open() && c == ']') return done(sink);
    }
    if (!braces_.push(c)) return State::kMore;
    find_call(sink);
    if (bare_ && list_ == 0) return done(sink);
    return State::kMore;
  }

  void end_of_output(CallSink& sink) override {
    if (bare_ && calls_ == 0) sink.text(given_back_ + raw_);
  }

 private:
  // An outermost object is complete.
  void find_call(CallSink& sink) {
    const std::string text = std::exchange(raw_, {});
    std::string name;
    size_t at = std::string::npos;
    for (const std::string& tool : tools_.names()) {
      const size_t found = text.find(tool);
      if (tool.empty() || found == std::string::npos) continue;
      if (found < at || (found == at && tool.size() > name.size())) {
        at = found;
        name = tool;
      }
    }
    if (!name.empty()) {
      if (const auto arguments = find_arguments(name, text)) {
        ++calls_;
        sink.call(name, {}, *arguments);
        return;
      }
    }
    given_back_ += text;
  }

  State done(CallSink& sink) {
    if (calls_ > 0) {
      over_ = true;
      return State::kMore;
    }
    sink.text(given_back_ + raw_);
    return State::kDone;
  }

  const bool bare_;
  const ToolSet& tools_;
  Braces braces_;
  int list_ = 0;  // 1: the text began with '['
  std::string raw_;
  std::string given_back_;
  size_t calls_ = 0;
  bool over_ = false;
};

class GenericCallForm final : public CallForm {
 public:
  explicit GenericCallForm(bool bare) : bare_(bare) {}
  std::unique_ptr<CallReader> reader(const ToolSet& tools) const override {
    return std::make_unique<GenericCallReader>(bare_, tools);
  }

 private:
  const bool bare_;
};

}  // namespace

std::shared_ptr<const CallForm> generic_calls(bool bare) {
  return std::make_shared<GenericCallForm>(bare);
}

Result<std::string> find_arguments(std::string_view tool, std::string_view text) {
  const size_t begin = text.find('{');
  if (begin == std::string_view::npos) return fail(Code::kNotFound, "no object");
  Braces braces;
  size_t end = begin;
  while (end < text.size() && !braces.push(text[end])) ++end;
  if (end == text.size()) return fail(Code::kNotFound, "no whole object");
  const std::string_view slice = text.substr(begin, end + 1 - begin);
  if (!is_json(slice)) return fail(Code::kNotFound, "no JSON object");  // bounds its depth, too
  const Json object = Json::parse(slice, nullptr, false);
  if (!object.is_object()) return fail(Code::kNotFound, "no JSON object");
  Search search{tool};
  const auto found = arguments_in(object, search, 0);
  if (!found && search.refused) return fail(Code::kNotFound, "the arguments are no object");
  return (found ? *found : object).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lar::chat
