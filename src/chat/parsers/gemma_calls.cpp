#include "chat/parsers/gemma_calls.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "chat/parsers/call_reader.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/tag_matcher.h"
#include "chat/parsers/tool_set.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

// Reads the arguments by recursive descent.
class ArgumentReader {
 public:
  ArgumentReader(std::string_view text, std::string_view quote, const Value* parameters)
      : text_(text), quote_(quote) {
    const Value* properties = parameters == nullptr ? nullptr : parameters->find("properties");
    if (properties == nullptr || !properties->is_dict()) return;
    for (const auto& [key, schema] : properties->entries().entries()) {
      if (key.is_string()) known_.emplace_back(key.text());
    }
  }

  Result<std::string> read() {
    skip_space();
    if (!take('{')) return fail(Code::kInvalidArgument, "no object");
    return object();
  }

 private:
  Result<std::string> object() {
    if (++depth_ > kArgumentsDepthMax) return fail(Code::kInvalidArgument, "too deep");
    std::string out = "{";
    for (bool first = true;; first = false) {
      skip_space();
      while (take(',')) skip_space();
      if (take('}') || at_end()) break;
      LAR_TRY(const std::string key, read_key());
      LAR_TRY(const std::string value, read_value(true));
      if (!first) out += ',';
      out += json_string(key) + ':' + value;
    }
    --depth_;
    return out += '}';
  }

  Result<std::string> list() {
    if (++depth_ > kArgumentsDepthMax) return fail(Code::kInvalidArgument, "too deep");
    std::string out = "[";
    for (bool first = true;; first = false) {
      skip_space();
      while (take(',')) skip_space();
      if (take(']') || at_end()) break;
      LAR_TRY(const std::string value, read_value(false));
      if (!first) out += ',';
      out += value;
    }
    --depth_;
    return out += ']';
  }

  Result<std::string> read_key() {
    std::string key;
    if (rest().starts_with(quote_)) {
      at_ += quote_.size();
      const size_t end = text_.find(quote_, at_);
      if (end == std::string_view::npos) return fail(Code::kInvalidArgument, "a key does not end");
      key = text_.substr(at_, end - at_);
      at_ = end + quote_.size();
      skip_space();
    } else {
      const size_t end = text_.find_first_of(":,{}[]", at_);
      if (end == std::string_view::npos) return fail(Code::kInvalidArgument, "a key has no value");
      key = trim(text_.substr(at_, end - at_));
      if (key.size() > 1 && key.front() == '"' && key.back() == '"') {
        key = key.substr(1, key.size() - 2);
      }
      at_ = end;
    }
    if (!take(':')) return fail(Code::kInvalidArgument, "a key has no value");
    return key;
  }

  Result<std::string> read_value(bool in_object) {
    skip_space();
    if (rest().starts_with(quote_)) return quoted();
    if (take('{')) return object();
    if (take('[')) return list();
    if (!at_end() && text_[at_] == '"') return json_quoted();
    if (!at_end() && text_[at_] == '\'') {
      if (auto value = single_quoted()) return *value;
    }
    return word(in_object);
  }

  // Text between Gemma's quotes, as it is. Without the second one it goes to the end of the call.
  std::string quoted() {
    at_ += quote_.size();
    const size_t end = text_.find(quote_, at_);
    if (end != std::string_view::npos) {
      const std::string value = json_string(text_.substr(at_, end - at_));
      at_ = end + quote_.size();
      return value;
    }
    std::string_view value = rest();
    for (size_t level = 0; level < depth_; ++level) {
      value.remove_suffix(trailing_space(value));
      if (!value.ends_with('}') && !value.ends_with(']')) break;
      value.remove_suffix(1);
    }
    at_ = text_.size();
    return json_string(value);
  }

  std::string json_quoted() {
    for (size_t end = at_ + 1; end < text_.size(); ++end) {
      if (text_[end] == '\\') {
        ++end;
      } else if (text_[end] == '"') {
        const std::string_view raw = text_.substr(at_, end + 1 - at_);
        at_ = end + 1;
        if (is_json(raw)) return std::string(raw);
        return json_string(raw.substr(1, raw.size() - 2));
      }
    }
    const std::string_view raw = text_.substr(at_ + 1);
    at_ = text_.size();
    return json_string(raw);
  }

  // A quote that ends the value is followed by the end of the item; one that is not stands in it.
  std::optional<std::string> single_quoted() {
    for (size_t end = text_.find('\'', at_ + 1); end != std::string_view::npos;
         end = text_.find('\'', end + 1)) {
      std::string_view after = text_.substr(end + 1);
      if (after.starts_with(quote_)) after.remove_prefix(quote_.size());
      after.remove_prefix(leading_space(after));
      if (!after.empty() && !std::string_view(",}]").contains(after.front())) continue;
      const std::string value = json_string(text_.substr(at_ + 1, end - at_ - 1));
      at_ = text_.size() - after.size();
      return value;
    }
    return std::nullopt;
  }

  // A number, a word, or text that has lost its quotes.
  Result<std::string> word(bool in_object) {
    const size_t end = std::min(text_.find_first_of(",}]", at_), text_.size());
    std::string_view value = trim(text_.substr(at_, end - at_));
    if (is_json(value)) {
      at_ = end;
      return std::string(value);
    }
    if (!in_object || known_.empty()) {
      if (value.empty()) return fail(Code::kInvalidArgument, "a value is missing");
      at_ = end;
      return json_string(value);
    }
    return lost_quotes();
  }

  // Text without quotes goes to the next argument of the schema, or to the end of the object.
  std::string lost_quotes() {
    size_t end = text_.size();
    for (size_t comma = text_.find(',', at_); comma != std::string_view::npos;
         comma = text_.find(',', comma + 1)) {
      std::string_view next = text_.substr(comma + 1);
      next.remove_prefix(leading_space(next));
      if (std::ranges::any_of(
              known_, [&](const std::string& key) { return next.starts_with(key + ":"); })) {
        end = comma;
        break;
      }
    }
    std::string_view value = text_.substr(at_, end - at_);
    at_ = end;
    if (end == text_.size()) {
      value.remove_suffix(trailing_space(value));
      if (value.ends_with('}')) value.remove_suffix(1);
    }
    if (value.ends_with(quote_)) value.remove_suffix(quote_.size());
    return json_string(value);
  }

  std::string_view rest() const { return text_.substr(at_); }
  bool at_end() const { return at_ >= text_.size(); }
  void skip_space() { at_ += leading_space(rest()); }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::string_view quote_;
  std::vector<std::string> known_;
  size_t at_ = 0;
  size_t depth_ = 0;
};

class GemmaCallReader final : public CallReader {
 public:
  GemmaCallReader(const GemmaCallSpec& spec, const ToolSet& tools)
      : spec_(spec), tools_(tools), closer_({spec.closer}) {}

  State byte(char c, CallSink& sink) override {
    const bool closed = closer_.push(c, raw_).has_value();
    if (raw_.size() > kCallBytesMax) {
      sink.fail(broken_call(raw_, "too long"));
      return State::kDone;
    }
    if (!closed) return State::kMore;
    call(sink);
    return State::kDone;
  }

  void end_of_output(CallSink&) override {}

 private:
  void call(CallSink& sink) {
    std::string_view text = trim(raw_);
    if (text.starts_with("call:")) text.remove_prefix(5);
    const size_t brace = text.find('{');
    if (brace == std::string_view::npos) {
      return sink.fail(broken_call(raw_, "no arguments"));
    }
    const std::string_view name = trim(text.substr(0, brace));
    const auto arguments =
        gemma_arguments(text.substr(brace), spec_.quote, tools_.parameters(name));
    if (!arguments) return sink.fail(broken_call(raw_, arguments.error().message));
    sink.call(name, {}, *arguments);
  }

  const GemmaCallSpec& spec_;
  const ToolSet& tools_;
  TagMatcher closer_;
  std::string raw_;
};

class GemmaCallForm final : public CallForm {
 public:
  explicit GemmaCallForm(GemmaCallSpec spec) : spec_(std::move(spec)) {}
  std::unique_ptr<CallReader> reader(const ToolSet& tools) const override {
    return std::make_unique<GemmaCallReader>(spec_, tools);
  }

 private:
  const GemmaCallSpec spec_;
};

}  // namespace

std::shared_ptr<const CallForm> gemma_calls(GemmaCallSpec spec) {
  return std::make_shared<GemmaCallForm>(std::move(spec));
}

Result<std::string> gemma_arguments(std::string_view text,
                                    std::string_view quote,
                                    const Value* parameters) {
  return ArgumentReader(text, quote, parameters).read();
}

}  // namespace lar::chat
