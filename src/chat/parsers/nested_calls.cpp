#include "chat/parsers/nested_calls.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "chat/parsers/call_reader.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/tag_matcher.h"
#include "chat/parsers/tool_set.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

struct Element {
  std::string name;
  std::string text;
  std::vector<Element> elements;
};

// Reads elements up to the closing tag of the one they are in.
class ElementReader {
 public:
  ElementReader(std::string_view text, std::string_view mark) : text_(text), mark_(mark) {}

  // The elements of the whole text; nothing if tags do not match.
  std::optional<Element> read() {
    Element root;
    if (!content(root, 0) || at_ != text_.size()) return std::nullopt;
    return root;
  }

 private:
  bool content(Element& element, size_t depth) {
    if (depth > kArgumentsDepthMax) return false;
    while (at_ < text_.size()) {
      const size_t tag = text_.find(mark_, at_);
      if (tag == std::string_view::npos) {
        element.text += text_.substr(at_);
        at_ = text_.size();
        return depth == 0;
      }
      element.text += text_.substr(at_, tag - at_);
      const size_t begin = tag + mark_.size();
      const size_t end = text_.find('>', begin);
      if (end == std::string_view::npos || begin >= text_.size() || text_[begin] != '<') {
        return false;
      }
      const std::string_view name = text_.substr(begin + 1, end - begin - 1);
      at_ = end + 1;
      if (name.starts_with('/')) return depth > 0 && name.substr(1) == element.name;
      element.elements.push_back({std::string(name), {}, {}});
      if (!content(element.elements.back(), depth + 1)) return false;
    }
    return depth == 0;
  }

  std::string_view text_;
  std::string_view mark_;
  size_t at_ = 0;
};

constexpr int kBranchDepthMax = 8;

// A member of a schema; also of the first of its branches that has one.
const Value* member(const Value* schema, std::string_view key, int depth = 0) {
  if (schema == nullptr || depth > kBranchDepthMax) return nullptr;
  if (const Value* own = schema->find(key)) return own;
  for (const std::string_view branches : {"anyOf", "oneOf", "allOf"}) {
    const Value* list = schema->find(branches);
    if (list == nullptr || !list->is_sequence()) continue;
    for (const Value& branch : list->items()) {
      if (const Value* found = member(&branch, key, depth + 1)) return found;
    }
  }
  return nullptr;
}

std::string json_of(const Element& element, const Value* schema);

std::string object_of(const Element& element, const Value* schema) {
  std::string json = "{";
  for (const Element& child : element.elements) {
    if (json.size() > 1) json += ',';
    const Value* properties = member(schema, "properties");
    const Value* property = properties == nullptr ? nullptr : properties->find(child.name);
    json += json_string(child.name) + ':' + json_of(child, property);
  }
  return json += '}';
}

std::string json_of(const Element& element, const Value* schema) {
  const std::vector<std::string> types = schema_types(schema);
  const auto allows = [&](std::string_view type) {
    return std::ranges::find(types, type) != types.end();
  };
  const bool items = !element.elements.empty() &&
                     std::ranges::all_of(element.elements,
                                         [](const Element& child) { return child.name == "item"; });
  if (items && !allows("object")) {
    std::string json = "[";
    for (const Element& child : element.elements) {
      if (json.size() > 1) json += ',';
      json += json_of(child, member(schema, "items"));
    }
    return json += ']';
  }
  if (!element.elements.empty()) return object_of(element, schema);
  if (element.text.empty() && allows("array")) return "[]";
  if (element.text.empty() && allows("object")) return "{}";
  return types.empty() ? guessed_argument(element.text) : typed_argument(element.text, schema);
}

class NestedCallReader final : public CallReader {
 public:
  NestedCallReader(const NestedCallSpec& spec, const ToolSet& tools)
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
  // raw_ is NAME"> and the arguments.
  void call(CallSink& sink) {
    const std::string_view raw = raw_;
    const size_t end = raw.find("\">");
    if (end == std::string_view::npos) return sink.fail(broken_call(raw, "the name does not end"));
    const std::string_view name = trim(raw.substr(0, end));
    const auto root = ElementReader(raw.substr(end + 2), spec_.mark).read();
    if (!root) return sink.fail(broken_call(raw, "the tags of the arguments do not match"));
    sink.call(name, {}, object_of(*root, tools_.parameters(name)));
  }

  const NestedCallSpec& spec_;
  const ToolSet& tools_;
  TagMatcher closer_;
  std::string raw_;
};

class NestedCallForm final : public CallForm {
 public:
  explicit NestedCallForm(NestedCallSpec spec) : spec_(std::move(spec)) {}
  std::unique_ptr<CallReader> reader(const ToolSet& tools) const override {
    return std::make_unique<NestedCallReader>(spec_, tools);
  }

 private:
  const NestedCallSpec spec_;
};

}  // namespace

std::shared_ptr<const CallForm> nested_calls(NestedCallSpec spec) {
  return std::make_shared<NestedCallForm>(std::move(spec));
}

}  // namespace lar::chat
