#include "chat/gotemplate/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "chat/gotemplate/parser.h"

namespace lar::chat::gotemplate {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";

std::string trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

bool mentions(const Node& pipe, std::string_view name, bool first_only) {
  return std::ranges::any_of(pipe.children, [&](const NodePtr& child) {
    if (child->kind == NodeKind::kField) {
      return first_only ? child->names[0] == name
                        : std::ranges::find(child->names, name) != child->names.end();
    }
    return (child->kind == NodeKind::kCommand || (first_only && child->kind == NodeKind::kPipe)) &&
           mentions(*child, name, first_only);
  });
}

class Names {
 public:
  explicit Names(const Tree& tree) : source_(tree.source) {}

  Result<void> collect(const Node& node) {
    switch (node.kind) {
      case NodeKind::kTemplate:
        if (node.pipe == nullptr) {
          return fail(Code::kInvalidArgument,
                      fmt::format("{}: undefined template specified", place(source_, node.offset)));
        }
        return collect(*node.pipe);
      case NodeKind::kAction: return collect(*node.pipe);
      case NodeKind::kIf:
      case NodeKind::kWith:
      case NodeKind::kRange:
        LAR_TRY(collect(*node.pipe));
        LAR_TRY(collect(*node.list));
        if (node.else_list != nullptr) return collect(*node.else_list);
        return {};
      case NodeKind::kList:
      case NodeKind::kPipe:
      case NodeKind::kCommand:
        for (const NodePtr& child : node.children) LAR_TRY(collect(*child));
        return {};
      case NodeKind::kField:
      case NodeKind::kVariable:
        for (const std::string& name : node.names) add(name);
        return {};
      default: return {};
    }
  }

  std::vector<std::string> sorted() const { return {found_.begin(), found_.end()}; }

 private:
  void add(std::string name) {
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    found_.insert(std::move(name));
  }

  std::string_view source_;
  std::set<std::string> found_;
};

// Walks down with the list and the range that enclose a node.
class ThinkingFinder {
 public:
  void visit(const Node& node) {
    switch (node.kind) {
      case NodeKind::kList: {
        const Node* outer = std::exchange(list_, &node);
        for (const NodePtr& child : node.children) visit(*child);
        list_ = outer;
        return;
      }
      case NodeKind::kAction:
      case NodeKind::kTemplate:
        if (node.pipe != nullptr) visit(*node.pipe);
        return;
      case NodeKind::kIf:
      case NodeKind::kWith: branch(node); return;
      case NodeKind::kRange: {
        const Node* outer = std::exchange(range_, &node);
        branch(node);
        range_ = outer;
        return;
      }
      case NodeKind::kPipe:
      case NodeKind::kCommand:
        for (const NodePtr& child : node.children) visit(*child);
        return;
      case NodeKind::kField: field(node); return;
      default: return;
    }
  }

  ThinkingTags tags;

 private:
  void branch(const Node& node) {
    visit(*node.pipe);
    visit(*node.list);
    if (node.else_list != nullptr) visit(*node.else_list);
  }

  void field(const Node& node) {
    if (node.names[0] != "Thinking" || range_ == nullptr || list_ == nullptr) return;
    if (!mentions(*range_->pipe, "Messages", true)) return;
    const Node& first = *list_->children.front();
    const Node& last = *list_->children.back();
    if (first.kind == NodeKind::kText) tags.open = trimmed(first.text);
    if (last.kind == NodeKind::kText) tags.close = trimmed(last.text);
  }

  const Node* list_ = nullptr;
  const Node* range_ = nullptr;
};

// The {{ if .ToolCalls }} that comes first, in lists and their branches.
const Node* find_tool_calls(const Node& list) {
  for (const NodePtr& node : list.children) {
    const bool is_branch = node->kind == NodeKind::kIf || node->kind == NodeKind::kWith ||
                           node->kind == NodeKind::kRange;
    if (!is_branch) continue;
    if (node->kind == NodeKind::kIf && mentions(*node->pipe, "ToolCalls", false)) {
      return node.get();
    }
    if (const Node* found = find_tool_calls(*node->list)) return found;
    if (node->else_list == nullptr) continue;
    if (const Node* found = find_tool_calls(*node->else_list)) return found;
  }
  return nullptr;
}

// The first text that is not blank, before anything that a value would print.
const Node* find_text(const Node& list) {
  for (const NodePtr& node : list.children) {
    switch (node->kind) {
      case NodeKind::kText:
        if (!trimmed(node->text).empty()) return node.get();
        break;
      case NodeKind::kIf:
      case NodeKind::kWith:
      case NodeKind::kRange: {
        const Node* found = find_text(*node->list);
        if (found == nullptr && node->else_list != nullptr) found = find_text(*node->else_list);
        return found;
      }
      case NodeKind::kAction: return nullptr;
      default: break;
    }
  }
  return nullptr;
}

}  // namespace

Result<std::vector<std::string>> mentioned_names(const Tree& tree) {
  Names names(tree);
  LAR_TRY(names.collect(*tree.root));
  for (const auto& [name, body] : tree.defined) LAR_TRY(names.collect(*body));
  return names.sorted();
}

ThinkingTags thinking_tags(const Tree& tree) {
  ThinkingFinder finder;
  finder.visit(*tree.root);
  return finder.tags;
}

std::string tool_call_tag(const Tree& tree) {
  const Node* calls = find_tool_calls(*tree.root);
  const Node* text = calls == nullptr ? nullptr : find_text(*calls->list);
  if (text == nullptr) return "{";
  std::string tag = trimmed(std::string_view(text->text).substr(0, text->text.find('{')));
  return tag.empty() ? "{" : tag;
}

}  // namespace lar::chat::gotemplate
